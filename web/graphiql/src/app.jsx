import { DOC_EXPLORER_PLUGIN, DocExplorer, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import { Bar } from "./bar.jsx";
import { asTab, EXAMPLES } from "./examples.js";

const SignedIn = createContext(false);

/** The schema is refused to those who are not signed in: that is no fault to show, but a thing to do. */
function Documentation() {
  if (useContext(SignedIn)) return <DocExplorer />;
  return <p className="atelier-hint">Sign in to see the schema.</p>;
}

const REFERENCE = { ...DOC_EXPLORER_PLUGIN, content: Documentation };
const PLUGINS = [REFERENCE, HISTORY_PLUGIN];

/** What runs for somebody ends when they leave. */
function StopOnLeaving() {
  const { stop } = useGraphiQLActions();
  useEffect(() => stop, [stop]);
  return null;
}

/** The page follows the system from light to dark by itself; the editors have to be told. */
function FollowSystemTheme() {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL((store) => store.theme);
  useEffect(() => {
    if (theme) return undefined;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(null);
    dark.addEventListener("change", follow);
    return () => dark.removeEventListener("change", follow);
  }, [theme, setTheme]);
  return null;
}

function useEditors() {
  const { addTab, stop } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL((store) => ({
    queryEditor: store.queryEditor,
    variableEditor: store.variableEditor,
  }));
  return {
    open(example) {
      const { query, variables } = asTab(example, new Date());
      // A new tab does not stop what runs in the last one, and would get its results.
      stop();
      if (queryEditor?.getValue().trim()) addTab();
      queryEditor?.setValue(query);
      variableEditor?.setValue(variables);
    },
    focus: () => queryEditor?.focus(),
  };
}

function Page({ session, state }) {
  return (
    <div className="atelier-page">
      <Bar session={session} state={state} editors={useEditors()} />
      <main className="atelier-main">
        <GraphiQLInterface showPersistHeadersSettings={false} defaultEditorToolsVisibility="variables">
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
        </GraphiQLInterface>
      </main>
    </div>
  );
}

export function App({ session, fetcher, storage }) {
  const state = useSyncExternalStore(session.subscribe, session.get);
  const signedIn = state.status === "in";
  return (
    <SignedIn value={signedIn}>
      <GraphiQLProvider
        key={state.seat}
        fetcher={fetcher}
        storage={storage}
        // `null` asks for none, `undefined` has it fetched.
        schema={signedIn ? undefined : null}
        schemaDescription
        inputValueDeprecation
        shouldPersistHeaders={false}
        plugins={PLUGINS}
        referencePlugin={REFERENCE}
      >
        <HistoryStore>
          <DocExplorerStore>
            <StopOnLeaving />
            <FollowSystemTheme />
            <Page session={session} state={state} />
          </DocExplorerStore>
        </HistoryStore>
      </GraphiQLProvider>
    </SignedIn>
  );
}

import { ChevronDownIcon, DropdownMenu } from "@graphiql/react";
import { useEffect, useId, useRef, useState } from "react";
import { EXAMPLES } from "./examples.js";

const CHECKING = "One moment …";

function SignIn({ session, busy }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const passwordField = useRef(null);
  const submit = async (event) => {
    event.preventDefault();
    if (await session.signIn(username, password)) return;
    passwordField.current?.select();
  };
  return (
    <form className="atelier-group" aria-label="Sign in" onSubmit={submit}>
      <label>
        User name
        <input
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
      </label>
      <label>
        Password
        <input
          ref={passwordField}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <button type="submit" className="atelier-main-button" disabled={busy}>
        Sign in
      </button>
    </form>
  );
}

/** Copies where `navigator.clipboard` is missing, too: on pages that came over plain HTTP. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function TokenBox({ session, token }) {
  const [draft, setDraft] = useState(token);
  const [shown, setShown] = useState(false);
  const [copied, setCopied] = useState("");
  const id = useId();
  useEffect(() => setDraft(token), [token]);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(""), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const take = (text) => {
    if (text.trim() !== token) session.useToken(text);
  };
  return (
    <div className="atelier-group" role="group" aria-label="Token">
      <label htmlFor={id}>Token</label>
      <input
        id={id}
        className="atelier-token"
        type={shown ? "text" : "password"}
        // A browser that offered to keep it would undo that it ends with the tab.
        autoComplete="off"
        data-1p-ignore=""
        spellCheck={false}
        placeholder="or paste one: atl_… or a JWT"
        title="Sent as Authorization: Bearer … with every request. Enter takes what was changed."
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => take(draft)}
        onPaste={(event) => {
          if (draft) return;
          event.preventDefault();
          take(event.clipboardData.getData("text"));
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") session.useToken(draft);
          if (event.key === "Escape") setDraft(token);
        }}
      />
      <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)} disabled={!draft}>
        {shown ? "Hide" : "Show"}
      </button>
      <button type="button" onClick={async () => setCopied((await copy(token)) ? "Copied" : "Not copied")} disabled={!token}>
        <span aria-live="polite">{copied || "Copy"}</span>
      </button>
    </div>
  );
}

function Examples({ editors }) {
  // A menu that closes gives the focus back to its button; who chose an example wants to run it.
  const opened = useRef(false);
  return (
    <DropdownMenu>
      <DropdownMenu.Button className="atelier-button">
        Examples <ChevronDownIcon aria-hidden="true" />
      </DropdownMenu.Button>
      <DropdownMenu.Content
        className="atelier-examples"
        onCloseAutoFocus={(event) => {
          if (!opened.current) return;
          opened.current = false;
          event.preventDefault();
          editors.focus();
        }}
      >
        {EXAMPLES.map((example) => (
          <DropdownMenu.Item
            key={example.title}
            onSelect={() => {
              opened.current = true;
              editors.open(example);
            }}
          >
            {example.title}
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}

function message({ status, message }) {
  if (message) return message;
  if (status === "none") return "Sign in to see the schema and to run queries.";
  return status === "checking" ? CHECKING : "";
}

/** An API token may do less than its user, and does not say how much. */
const roleOf = (token, user) => (token.startsWith("atl_") ? "API token" : user.role);

export function Bar({ session, state, editors }) {
  const { status, token, user } = state;
  const text = message(state);
  return (
    <header className="atelier-bar">
      <div className="atelier-row">
        <h1>
          Atelier <span>GraphiQL</span>
        </h1>
        <Examples editors={editors} />
        <div className="atelier-space" />
        {status === "in" ? (
          <div className="atelier-group">
            <span>
              <strong>{user.username}</strong> <span className="atelier-role">{roleOf(token, user)}</span>
            </span>
            <button type="button" onClick={() => session.signOut()}>
              Sign out
            </button>
          </div>
        ) : (
          <SignIn session={session} busy={status === "checking"} />
        )}
        <TokenBox session={session} token={token} />
      </div>
      <p role="status" className={state.message ? "atelier-status atelier-warning" : "atelier-status"}>
        {text}
      </p>
    </header>
  );
}

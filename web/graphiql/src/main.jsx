import "./workers.js";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./style.css";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import { App } from "./app.jsx";
import { asTab, EXAMPLES } from "./examples.js";
import { createFetcher } from "./fetcher.js";
import { createSession } from "./session.js";
import { createStorage, seed } from "./storage.js";

const session = createSession({
  fetch: (...call) => fetch(...call),
  storage: sessionStorage,
  now: () => Date.now(),
  setTimer: (call, delay) => setTimeout(call, delay),
  clearTimer: (timer) => clearTimeout(timer),
  // `crypto.randomUUID` is missing where the page came over plain HTTP.
  randomId: () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-"),
  channel: new BroadcastChannel("atelier:session"),
});

const fetcher = createFetcher({
  token: session.freshToken,
  fetch: (...call) => fetch(...call),
  createClient,
  subscriptionUrl: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/graphql`,
});

const storage = createStorage({ local: localStorage, session: sessionStorage });
seed(storage, asTab(EXAMPLES[0], new Date()));

createRoot(document.getElementById("root")).render(
  <App session={session} fetcher={fetcher} storage={storage} />,
);

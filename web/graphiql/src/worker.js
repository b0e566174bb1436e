// Monaco's workers in one file, for each of them is mostly the same editor code; the name of the worker tells which it is.
import { initialize } from "monaco-editor/esm/vs/editor/editor.worker.js";
import "monaco-editor/esm/vs/language/json/json.worker.js";
import { GraphQLWorker } from "monaco-graphql/esm/GraphQLWorker.js";

// The JSON worker, imported last, waits for its first message by itself.
if (self.name === "graphql") {
  self.onmessage = () => initialize((context, data) => new GraphQLWorker(context, data));
} else if (self.name !== "json") {
  self.onmessage = () => initialize(null);
}

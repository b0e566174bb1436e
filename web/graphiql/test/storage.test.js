import assert from "node:assert/strict";
import { test } from "node:test";
import { createStorage, seed } from "../src/storage.js";

class Store {
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key, value) {
    this[key] = value;
  }
  removeItem(key) {
    delete this[key];
  }
  get length() {
    return Object.keys(this).length;
  }
}

test("what was typed ends with the tab, how the page looks stays", () => {
  const [local, session] = [new Store(), new Store()];
  const storage = createStorage({ local, session });
  for (const key of ["theme", "favorites", "docExplorerFlex", "query", "variables", "headers", "tabState", "queries"]) {
    storage.setItem(`graphiql:${key}`, "x");
  }
  assert.deepEqual(Object.keys(local), ["graphiql:theme", "graphiql:favorites", "graphiql:docExplorerFlex"]);
  assert.equal(session.length, 5);
  storage.clear();
  assert.equal(storage.length, 0);
});

test("the first tab is filled once", () => {
  const storage = new Store();
  seed(storage, { query: "{ me }", variables: "{}" });
  assert.equal(storage.getItem("graphiql:query"), "{ me }");
  storage.setItem("graphiql:tabState", "{}");
  seed(storage, { query: "{ other }", variables: "" });
  assert.equal(storage.getItem("graphiql:query"), "{ me }");
});

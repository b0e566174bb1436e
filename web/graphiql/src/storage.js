// What GraphiQL remembers. Variables hold passwords and secrets (`login`, `changePassword`, `createUser`), and the computers of a
// plant are shared: what was typed lasts as long as its tab. How the page looks, and what was starred, stays.
const STAYS = /^graphiql:(theme|favorites|visiblePlugin|\w*Flex)$/;

export function createStorage({ local, session }) {
  const of = (key) => (STAYS.test(key) ? local : session);
  return {
    getItem: (key) => of(key).getItem(key),
    setItem: (key, value) => of(key).setItem(key, value),
    removeItem: (key) => of(key).removeItem(key),
    get length() {
      return local.length + session.length;
    },
    clear() {
      for (const store of [local, session]) {
        for (const key of Object.keys(store)) if (key.startsWith("graphiql:")) store.removeItem(key);
      }
    },
  };
}

/** What the first tab shows. GraphiQL has a property for it, but leaves out the variables. */
export function seed(storage, { query, variables }) {
  if (storage.getItem("graphiql:tabState")) return;
  storage.setItem("graphiql:query", query);
  storage.setItem("graphiql:variables", variables);
}

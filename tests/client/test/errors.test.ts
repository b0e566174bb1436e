import assert from "node:assert/strict";
import { before, test } from "node:test";
import {
  AcknowledgeAlertDocument,
  CreateUserDocument,
  DeactivateDocument,
  LoginDocument,
  MeDocument,
  StartRunDocument,
  TooCostlyDocument,
} from "../generated/documents.js";
import { errorAnswer, errorCodes } from "../generated/readme.js";
import { Client, post, signIn, type Answer, type GraphQLFault } from "../src/client.js";

type Code = (typeof errorCodes)[number];

let boss: Client;
let viewer: Client;
before(async () => {
  boss = await Client.signedIn();
  const who = { username: `viewer-${Date.now()}`, password: "correct-horse-battery" };
  await boss.query(CreateUserDocument, { ...who, role: "VIEWER" });
  viewer = await Client.signedIn(who);
});

/** What provokes each code. A code that the README comes to list must be given one here, or the compiler refuses. */
const provocations: { [code in Code]: null | (() => Promise<GraphQLFault>) } = {
  UNAUTHENTICATED: () => new Client().fault(MeDocument, {}),
  BAD_USER_INPUT: async () => {
    const response = await post({ query: "{ sessions(first: 501) { nodes { id } } }" }, boss.accessToken);
    assert.equal(response.status, 200);
    const answer = (await response.json()) as Answer<never>;
    assert.deepEqual(answer, errorAnswer, "the answer is the README's, letter for letter");
    assert.ok(answer.errors?.[0]);
    assert.equal(answer.errors[0].extensions?.field, "first");
    return answer.errors[0];
  },
  QUERY_TOO_COMPLEX: () => viewer.fault(TooCostlyDocument, {}),
  FORBIDDEN: () => viewer.fault(StartRunDocument, { source: "FTP" }),
  CONFLICT: async () => boss.fault(DeactivateDocument, { id: (await boss.query(MeDocument, {})).me.id }),
  NOT_FOUND: () => boss.fault(AcknowledgeAlertDocument, { id: "999999999" }),
  RATE_LIMITED: async () => {
    // One name from one address is refused ten times at once; then one has to wait.
    for (let attempt = 0; ; attempt += 1) {
      const fault = await new Client().fault(LoginDocument, { username: "nobody", password: "not-that-one-at-all" });
      if (fault.extensions?.code !== "UNAUTHENTICATED" || attempt > 10) return fault;
    }
  },
  PERSISTED_QUERY_NOT_FOUND: async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } };
    const answer = (await (await post({ extensions }, viewer.accessToken)).json()) as Answer<never>;
    assert.ok(answer.errors?.[0]);
    // Clients know it by these very words.
    assert.equal(answer.errors[0].message, "PersistedQueryNotFound");
    return answer.errors[0];
  },
  // A fault of the server: no request can ask for one.
  INTERNAL: null,
};

for (const [code, provoke] of Object.entries(provocations)) {
  if (provoke === null) continue;
  test(code, async () => {
    const fault = await provoke();
    assert.equal(fault.extensions?.code, code);
    if (code !== "PERSISTED_QUERY_NOT_FOUND") assert.match(fault.message, /^[A-Z`].*[.!?]$/s, "one sentence for people");
  });
}

test("a token that is none is as good as none", async () => {
  const fault = await new Client("no.token.this").fault(MeDocument, {});
  assert.equal(fault.extensions?.code, "UNAUTHENTICATED");
});

test("who accepts graphql-response+json gets the statuses of the specification", async () => {
  const { access_token } = await signIn();
  const accept = { accept: "application/graphql-response+json" };
  for (const [query, token, status] of [
    ["{ me { id } }", access_token, 200],
    ["{ me { id } }", undefined, 401],
    ["{ nothingLikeIt }", access_token, 400],
  ] as const) {
    const response = await post({ query }, token, accept);
    assert.equal(response.status, status, query);
    assert.match(response.headers.get("content-type") ?? "", /^application\/graphql-response\+json/);
  }
});

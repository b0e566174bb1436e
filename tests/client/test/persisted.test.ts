import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { print } from "graphql";
import { MeDocument, type MeQuery } from "../generated/documents.js";
import { account, post, signIn, type Answer } from "../src/client.js";

test("a query is sent once and then called by its hash", async () => {
  const { access_token } = await signIn();
  // A document that no other run of this test has sent.
  const query = `# ${Date.now()}\n${print(MeDocument)}`;
  const extensions = { persistedQuery: { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") } };
  const ask = async (body: object) => (await (await post({ ...body, extensions }, access_token)).json()) as Answer<MeQuery>;

  const unknown = await ask({});
  assert.equal(unknown.errors?.[0]?.message, "PersistedQueryNotFound");
  assert.equal(unknown.errors[0].extensions?.code, "PERSISTED_QUERY_NOT_FOUND");
  for (const body of [{ query }, {}]) {
    const answer = await ask(body);
    assert.equal(answer.errors, undefined);
    assert.equal(answer.data?.me.username, account.username);
  }
  const wrong = await ask({ query: `${query} ` });
  assert.ok(wrong.errors, "the hash of another document is refused");
});

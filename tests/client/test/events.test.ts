// Server-sent events: where a WebSocket cannot pass.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { createClient } from "graphql-sse";
import { CreateApiTokenDocument, CreatedDocument, MeDocument, RevokeApiTokenDocument } from "../generated/documents.js";
import { account, Client, server, until, within } from "../src/client.js";
import { nextDay, plant, sessions, sync, write } from "../src/plant.js";
import { expectShape } from "../src/shape.js";

let client: Client;
before(async () => {
  client = await Client.signedIn();
  await plant(client);
});

/** The results of an operation, in the distinct connections mode. */
async function* results<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  accessToken = client.accessToken,
) {
  const events = createClient({ url: `${server}/graphql`, headers: { authorization: `Bearer ${accessToken}` }, retryAttempts: 0 });
  try {
    yield* events.iterate<Data>({ query: print(document), variables });
  } finally {
    events.dispose();
  }
}

test("a query is one event", async () => {
  const all = [];
  for await (const { data, errors } of results(MeDocument, {})) {
    assert.equal(errors, undefined);
    all.push(data?.me.username);
  }
  assert.deepEqual(all, [account.username]);
});

test("a subscription tells what is there, then what comes", async () => {
  const there = (await sessions(client)).map((session) => Number(session.id)).sort((one, other) => one - other);
  const told: number[] = [];
  const following = (async () => {
    for await (const { data, errors } of results(CreatedDocument, { after: "0" })) {
      assert.equal(errors, undefined);
      expectShape(CreatedDocument, data);
      told.push(Number(data?.sessionCreated.id));
      if (told.length > there.length) return;
    }
  })();
  await until("what is there is told", () => told.length === there.length);
  assert.deepEqual(told, there);
  write("DEMALU", await nextDay(client, "DEMALU"));
  await sync(client);
  await within(following);
  assert.ok((told.at(-1) ?? 0) > (there.at(-1) ?? 0));
});

test("a subscription ends with its token, and says so", async () => {
  const { createApiToken: made } = await client.query(CreateApiTokenDocument, { name: "events", role: "VIEWER", expiresAt: null });
  const codes: unknown[] = [];
  const following = (async () => {
    for await (const { errors } of results(CreatedDocument, { after: null }, made.token)) {
      codes.push(errors?.[0]?.extensions?.["code"]);
    }
  })();
  // Not before it stands, or it would be refused instead.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await client.query(RevokeApiTokenDocument, { id: made.apiToken.id });
  await within(following);
  assert.deepEqual(codes, ["UNAUTHENTICATED"]);
});

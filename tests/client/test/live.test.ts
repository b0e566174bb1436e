import assert from "node:assert/strict";
import { before, mock, test } from "node:test";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { changes } from "#changes";
import { CreateApiTokenDocument, CreatedDocument, RevokeApiTokenDocument } from "../generated/documents.js";
import { subscriptions } from "../generated/readme.js";
import { Client, socketUrl, until, within } from "../src/client.js";
import { append, nextDay, plant, sessions, sync, USUAL, write, type KnownSession, type MachineName } from "../src/plant.js";
import { expectShape } from "../src/shape.js";

let client: Client;
before(async () => {
  client = await Client.signedIn();
  await plant(client);
});

/** Why a connection ended. */
interface Closed {
  code: number;
  reason: string;
}

interface Following {
  /** Why it ended, once it has. */
  closed: Promise<Closed>;
  /** The cable is pulled. */
  unplug(): void;
  /** The client hangs up without a word. */
  terminate(): void;
  /** The server's side: the token is no longer good. */
  revoke(): Promise<void>;
}

/** Makes a subscription on a connection of its own, with a token of its own. */
async function follow<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  tell: (data: Data) => void,
): Promise<Following> {
  const token = { name: "follower", role: "VIEWER", expiresAt: null } as const;
  const { createApiToken: made } = await client.query(CreateApiTokenDocument, token);
  let cable: WebSocket | undefined;
  const socket = createClient({
    url: socketUrl,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols);
        cable = this;
      }
    },
    connectionParams: { Authorization: `Bearer ${made.token}` },
    retryAttempts: 0,
  });
  const closed = (async (): Promise<Closed> => {
    try {
      for await (const { data, errors } of socket.iterate<Data>({ query: print(document), variables })) {
        assert.equal(errors, undefined, JSON.stringify(errors));
        assert.ok(data);
        expectShape(document, data);
        tell(data);
      }
    } catch (error) {
      const { code, reason } = error as Partial<Closed>;
      if (typeof code !== "number") throw error;
      return { code, reason: reason ?? "" };
    }
    return { code: 0, reason: "the server completed the subscription" };
  })();
  closed.catch(() => undefined);
  return {
    closed,
    unplug: () => cable?.terminate(),
    terminate: () => socket.terminate(),
    revoke: async () => {
      await client.query(RevokeApiTokenDocument, { id: made.apiToken.id });
    },
  };
}

/** How a connection is lost, and what the client then hears. */
const losses: [how: string, lose: (following: Following) => unknown, code: number, reason: RegExp][] = [
  ["the cable is pulled", (following) => following.unplug(), 1006, /^$/],
  ["the client terminates", (following) => following.terminate(), 4499, /Terminated/],
  ["the token ends", (following) => following.revoke(), 4403, /token/i],
];

/** Of what is there now, what is newer than a mark; in the order in which it is to be told. */
async function newer(key: (session: KnownSession) => number, mark: number): Promise<KnownSession[]> {
  const all = (await sessions(client)).filter((session) => key(session) > mark);
  return all.sort((one, other) => key(one) - key(other));
}

const id = (session: { id: string }) => Number(session.id);
const revision = (session: { revision: number }) => session.revision;
const highest = async (key: (session: KnownSession) => number) => Math.max(...(await sessions(client)).map(key));

/** A day of this test's own. */
async function newDay(machine: MachineName): Promise<string> {
  const date = await nextDay(client, machine);
  write(machine, date);
  await sync(client);
  return date;
}

test("sessionCreated with afterId: nothing is missed and nothing repeated, however the connection is lost", async (context) => {
  const begin = await highest(id);
  const told: string[] = [];
  const mark = () => told.at(-1) ?? String(begin);
  const connect = () => follow(CreatedDocument, { after: mark() }, (data) => told.push(data.sessionCreated.id));
  const create = async () => {
    write("DEM12", await nextDay(client, "DEM12"));
    write("SU12", await nextDay(client, "SU12"));
    await sync(client);
  };
  let created = 0;
  for (const [how, lose, code, reason] of losses) {
    await context.test(how, async () => {
      const following = await connect();
      // What came while nobody listened, then what comes.
      await until("what was missed is told", () => told.length === created);
      await create();
      created += 2;
      await until("what is new is told", () => told.length >= created);
      await lose(following);
      const closed = await within(following.closed);
      assert.equal(closed.code, code);
      assert.match(closed.reason, reason);
      await create();
      created += 2;
    });
  }
  const last = await connect();
  await until("what was missed is told", () => told.length >= created);
  // Whatever would be told once too often has the time to be.
  await new Promise((resolve) => setTimeout(resolve, 500));
  last.terminate();
  await within(last.closed);
  assert.equal(created, 4 * losses.length);
  assert.deepEqual(told, (await newer(id, begin)).map((session) => session.id));
});

test("sessionUpdated with afterRevision: the same, each session as it is in the end", async (context) => {
  const begin = await highest(revision);
  const told: { id: string; revision: number; totalPieces: number }[] = [];
  const mark = () => told.at(-1)?.revision ?? begin;
  const connect = () => follow(subscriptions.SessionUpdated, { after: mark() }, (data) => told.push(data.sessionUpdated));
  const days = [await newDay("DEMALU"), await newDay("DEMALU"), await newDay("SU12")] as const;
  let pieces = USUAL.pieces;
  const grow = async () => {
    append("DEMALU", days[0], pieces + 1, 2);
    append("DEMALU", days[1], pieces + 1, 2);
    append("SU12", days[2], pieces + 1, 2);
    pieces += 2;
    await sync(client);
  };
  /** The last revision of all has been told. */
  const upToDate = async () => mark() >= (await highest(revision));
  for (const [how, lose, code, reason] of losses) {
    await context.test(how, async () => {
      const following = await connect();
      await until("what was missed is told", upToDate);
      await grow();
      await until("what grew is told", upToDate);
      await lose(following);
      const closed = await within(following.closed);
      assert.equal(closed.code, code);
      assert.match(closed.reason, reason);
      await grow();
    });
  }
  const last = await connect();
  await until("what was missed is told", upToDate);
  await new Promise((resolve) => setTimeout(resolve, 500));
  last.terminate();
  await within(last.closed);
  const revisions = told.map(revision);
  assert.ok(revisions.every((each, index) => each > (revisions[index - 1] ?? begin)), "each is higher than the one before");
  await expectCurrent(told, begin);
  assert.ok(told.some((session) => session.totalPieces === pieces));
});

/** What was told last of each session is what it is, and every session that changed was told. */
async function expectCurrent(told: { id: string; revision: number; totalPieces: number }[], begin: number): Promise<void> {
  // Of several of one session the last stays.
  const latest = (list: typeof told) => Object.fromEntries(list.map((each) => [each.id, [each.revision, each.totalPieces]]));
  assert.deepEqual(latest(told), latest(await newer(revision, begin)));
}

test("the README's changes() goes on where it was when its token ends", async () => {
  // A browser has it; Node.js only from 22 on.
  const opened: WebSocket[] = [];
  Object.assign(globalThis, {
    WebSocket: class extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols);
        opened.push(this);
      }
    },
  });
  const warn = mock.method(console, "warn", () => undefined);
  const date = await newDay("SU12");
  const begin = await highest(revision);
  const { createApiToken: short } = await client.query(CreateApiTokenDocument, {
    name: "short",
    role: "VIEWER",
    expiresAt: new Date(Date.now() + 3000).toISOString(),
  });
  const tokens = [short.token];
  let asked = 0;
  const accessToken = async () => {
    asked += 1;
    return tokens.shift() ?? client.accessToken ?? "";
  };
  const told: { id: string; revision: number; totalPieces: number }[] = [];
  const following = (async () => {
    for await (const session of changes(socketUrl, accessToken, begin)) {
      told.push(session);
      if (session.totalPieces >= USUAL.pieces + 3) return;
    }
  })();
  const grow = async (piece: number) => {
    append("SU12", date, USUAL.pieces + piece, 1);
    await sync(client);
  };
  await until("it has connected", () => asked === 1);
  await grow(1);
  await until("what grew is told", () => told.length === 1);
  await until("the connection has ended", () => warn.mock.callCount() > 0);
  assert.match(String(warn.mock.calls[0]?.arguments[0]), /token has expired/);
  // It waits a second before it comes back: this falls between.
  await grow(2);
  await until("what was missed is told", () => told.length === 2);
  await grow(3);
  await within(following);
  assert.equal(asked, 2);
  assert.deepEqual(told.map((session) => session.totalPieces), [1, 2, 3].map((more) => USUAL.pieces + more));
  await expectCurrent(told, begin);
  await until("who left the loop is gone", () => opened.every((socket) => socket.readyState === WebSocket.CLOSED));
  assert.equal(opened.length, 2);
  warn.mock.restore();
});

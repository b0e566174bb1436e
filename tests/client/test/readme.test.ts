import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { ResultOf, TypedDocumentNode, VariablesOf } from "@graphql-typed-document-node/core";
import { WebSocket } from "ws";
import { createClient } from "graphql-ws";
import { print } from "graphql";
import {
  AcknowledgeAlertDocument,
  IncludeLogVersionDocument,
  MeDocument,
  RunsDocument,
  SourcesDocument,
} from "../generated/documents.js";
import { mutations, queries, subscriptions } from "../generated/readme.js";
import { account, Client, socketUrl, within } from "../src/client.js";
import { appendText, day, DAYS, ended, FIRST_DAY, FOLDERS, nextDay, plant, plantNow, sync, USUAL, write } from "../src/plant.js";
import { expectShape } from "../src/shape.js";

let client: Client;
before(async () => {
  client = await Client.signedIn();
  await plant(client);
});

type Run<Document> = (document: Document) => Promise<void>;
type Runs<Documents> = { [name in keyof Documents]: Run<Documents[name]> };

/** Runs a document; its answer has no errors and the schema's shape. */
async function run<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const data = await client.query(document, variables);
  expectShape(document, data);
  return data;
}

/** The first result of a subscription that passes, of what `cause` brings about. */
async function told<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  passes: (data: Data) => boolean,
  cause: () => Promise<void>,
): Promise<Data> {
  const socket = createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${client.accessToken}` },
    retryAttempts: 0,
  });
  try {
    const first = (async () => {
      for await (const { data, errors } of socket.iterate<Data>({ query: print(document), variables })) {
        assert.equal(errors, undefined, JSON.stringify(errors));
        assert.ok(data);
        expectShape(document, data);
        if (passes(data)) return data;
      }
      throw new Error("the subscription ended before it told anything that passes");
    })();
    // What fails while the cause is at work is told by the await below.
    first.catch(() => undefined);
    // Some tell only what comes: the subscription must stand before anything does. Nothing says that it does, but what is
    // asked after it on the same connection is answered after it was begun.
    for await (const { errors } of socket.iterate({ query: print(MeDocument) })) assert.equal(errors, undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await cause();
    return await within(first);
  } finally {
    await socket.dispose();
  }
}

// What makes the answers of these worth more than their shape. Other queries are run as they stand, so that a new example
// of the README needs nothing here.
const queryRuns: Partial<Runs<typeof queries>> = {
  Day: async (document) => {
    const { machines } = await run(document, { names: ["DEM12"], from: FIRST_DAY });
    assert.equal(machines.length, 1);
    const session = machines[0]?.sessions.nodes.find((each) => each.date === day(DAYS.DEM12 - 1));
    assert.ok(session);
    assert.equal(session.status, "COMPLETE");
    assert.equal(session.totalPieces, USUAL.pieces);
    const { spanSeconds, waitSeconds, stopSeconds } = USUAL;
    const effectiveSeconds = spanSeconds - waitSeconds - stopSeconds;
    const { occupancyRate, piecesPerHour, ...seconds } = session.observed;
    assert.deepEqual(seconds, { spanSeconds, waitSeconds, stopSeconds, effectiveSeconds });
    assert.ok(Math.abs((occupancyRate ?? 0) - effectiveSeconds / spanSeconds) < 1e-4);
    assert.ok(Math.abs((piecesPerHour ?? 0) - (USUAL.pieces * 3600) / spanSeconds) < 1e-2);
    assert.deepEqual(
      session.jobs.map(({ reference, lengthMm, colour, pieces }) => ({ reference, lengthMm, colour, pieces })),
      [{ reference: "207151", lengthMm: 1375, colour: "BLANC", pieces: USUAL.pieces }],
    );
    assert.ok(session.timeline.some((interval) => interval.state === "STOPPED"));
  },
  Trs: async (document) => {
    const period = { from: day(35), to: day(DAYS.DEM12 - 1) };
    const { machines, statistics, lossPareto } = await run(document, period);
    const machine = machines.find((each) => each.name === "DEM12");
    assert.ok(machine?.statistics.trs.trs);
    const { trs, availability, performance, quality } = machine.statistics.trs;
    assert.ok(Math.abs(trs - (availability ?? 0) * (performance ?? 0) * (quality ?? 0)) < 1e-3);
    const rows = statistics.filter((row) => row.machine?.name === "DEM12");
    assert.equal(rows.reduce((sum, row) => sum + row.totalPieces, 0), (DAYS.DEM12 - 35) * USUAL.pieces);
    assert.ok(rows.every((row) => row.trs.cycleSource === "LEARNED" && /^2025-W\d\d$/.test(row.week ?? "")));
    assert.ok(lossPareto.some((loss) => loss.kind === "STOP" && loss.seconds === (DAYS.DEM12 - 35) * USUAL.stopSeconds));
  },
  Orders: async (document) => {
    if (process.env["ATELIER_ERP"]) await sync(client, "ERP");
    const { orders } = await run(document, {});
    if (!process.env["ATELIER_ERP"]) return;
    assert.ok(orders.totalCount > 0, "the ERP has orders of a résidence");
    assert.ok(orders.nodes.every((order) => /r[ée]sidence/i.test(order.jobSite ?? "") && order.accessories.length > 0));
  },
  Alerts: async (document) => {
    const { alerts } = await run(document, {});
    for (const { id } of alerts.nodes) await run(AcknowledgeAlertDocument, { id });
    const after = await run(document, {});
    assert.ok(after.alerts.nodes.every((alert) => alert.acknowledgedBy?.username === account.username));
  },
};

const mutationRuns: Runs<typeof mutations> = {
  SyncNow: async (document) => {
    const { syncNow } = await run(document, {});
    await ended(client, syncNow.id);
  },
  Replay: async (document) => {
    const { replay } = await run(document, {});
    await ended(client, replay.id);
  },
  ExcludeLogVersion: async (document) => {
    const { excludeLogVersion } = await run(document, {});
    const { logFiles } = await run(queries.LogFiles, {});
    const version = logFiles.nodes.find((file) => file.path === excludeLogVersion.path)?.versions.find((each) => each.excludedAt);
    assert.ok(version);
    const { includeLogVersion } = await run(IncludeLogVersionDocument, { id: version.id });
    assert.ok(includeLogVersion.versions.every((each) => each.excludedAt === null));
  },
};

const subscriptionRuns: Runs<typeof subscriptions> = {
  SessionUpdated: async (document) => {
    const { sessionUpdated } = await told(document, { after: 0 }, () => true, async () => undefined);
    assert.ok(sessionUpdated.revision > 0);
  },
  SyncProgress: async (document) => {
    const latest = Number((await client.query(RunsDocument, {})).syncRuns.nodes[0]?.id ?? 0);
    const done = ({ syncProgress: { id, status } }: ResultOf<typeof document>) => Number(id) > latest && status === "SUCCEEDED";
    const { syncProgress } = await told(document, {}, done, async () => {
      write("SU12", await nextDay(client, "SU12"));
      await sync(client);
    });
    assert.equal(syncProgress.progress, 1);
    assert.ok(syncProgress.filesRead > 0);
  },
  AlertRaised: async (document) => {
    const date = await nextDay(client, "DEMALU");
    const { alertRaised } = await told(document, {}, (data) => data.alertRaised.kind === "REJECTED_LINES", async () => {
      write("DEMALU", date);
      appendText("DEMALU", date, "08:00:00", "MachineWait: soon sec");
      await sync(client);
    });
    assert.match(alertRaised.message, /.+/);
  },
  MachineStateChanged: async (document) => {
    const { machineStateChanged } = await told(document, {}, (data) => data.machineStateChanged.name === "SU12", async () => {
      const { date, time } = plantNow();
      appendText("SU12", date, time, "MachineStart");
      await sync(client);
    });
    assert.equal(machineStateChanged.state, "RUNNING");
    const { machines } = await run(queries.Machines, {});
    assert.equal(machines.length, 3);
  },
};

/** A test of each document: as `runs` says, or else `otherwise`. */
function each<Documents extends object>(
  kind: string,
  documents: Documents,
  runs: Partial<Runs<Documents>>,
  otherwise?: Run<Documents[keyof Documents]>,
): void {
  for (const name of Object.keys(documents) as (keyof Documents & string)[]) {
    const one = runs[name] ?? otherwise;
    test(`${kind} ${name}`, async () => {
      assert.ok(one, "nothing runs it");
      await one(documents[name]);
    });
  }
}

// Subscriptions and mutations first: they make what the queries find.
each("subscription", subscriptions, subscriptionRuns);
each("mutation", mutations, mutationRuns);
each("query", queries, queryRuns, async (document) => {
  await run(document as TypedDocumentNode<unknown, VariablesOf<typeof document>>, {} as VariablesOf<typeof document>);
});

test("`source` of a piece, job, wait and stop is its line", async () => {
  const { sessions } = await run(SourcesDocument, { date: FIRST_DAY });
  const session = sessions.nodes[0];
  assert.ok(session);
  const path = `${FOLDERS.DEM12}/${FIRST_DAY.replaceAll("-", "")}.LOG`;
  for (const [list, text] of [
    [session.pieces.nodes, "20250505 05:10:00|@StukUitgevoerd: 207151/1"],
    [session.jobs, "20250505 05:08:40|@JobProfiel: R:207151 L:1375.0 C:BLANC"],
    [session.waitPeriods, "20250505 05:12:10|@MachineWait: 40 sec"],
    [session.stopPeriods, "20250505 05:18:20|@MachineStop"],
  ] as const) {
    assert.equal(list[0]?.source?.text, text);
    assert.equal(list[0].source.logFile.path, path);
  }
});

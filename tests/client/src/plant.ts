// A plant in a folder: machines that write logs when a test says so.
import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  AllSessionsDocument,
  RunsDocument,
  StartRunDocument,
  type AllSessionsQuery,
  type SyncSource,
} from "../generated/documents.js";
import { logs, until, type Client } from "./client.js";

/** The machines there are without configuration, and their folders. */
export const FOLDERS = { DEM12: "DEM12 (PVC)", DEMALU: "DEMALU (ALU)", SU12: "SU12 (HYBRIDE)" };
export type MachineName = keyof typeof FOLDERS;
export type KnownSession = AllSessionsQuery["sessions"]["nodes"][number];

/** The days there are before any test adds one: 2025-05-05 and the days that follow. */
export const DAYS = { DEM12: 45, DEMALU: 4, SU12: 3 };
export const FIRST_DAY = "2025-05-05";

/** What a day of these holds, as the machine's log shows it. */
export const USUAL = { pieces: 12, spanSeconds: 11 * 120, waitSeconds: 40, stopSeconds: 60 };

/** A day so many after the first. */
export function day(offset: number): string {
  return new Date(Date.parse(FIRST_DAY) + offset * 86_400_000).toISOString().slice(0, 10);
}

const path = (machine: MachineName, date: string) => join(logs, FOLDERS[machine], `${date.replaceAll("-", "")}.LOG`);

/** A line of a log, at a time of the day. */
const line = (date: string, time: string, text: string) => `${date.replaceAll("-", "")} ${time}|@${text}\r\n`;

const clock = (seconds: number) => new Date(seconds * 1000).toISOString().slice(11, 19);

/** Pieces 2 minutes apart, `first` being the number of the first one. */
function pieces(date: string, first: number, count: number): string {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  const time = (number: number) => clock(5 * 3600 + 600 + (number - 1) * 120);
  return numbers.map((number) => line(date, time(number), `StukUitgevoerd: 207151/${number}`)).join("");
}

/** Writes a new day: 12 pieces, a wait and a stop between them. */
export function write(machine: MachineName, date: string): void {
  const file = path(machine, date);
  assert.ok(!existsSync(file), `${file} is there already`);
  mkdirSync(dirname(file), { recursive: true });
  const begin = line(date, "05:08:12", "MachineStart") + line(date, "05:08:40", "JobProfiel: R:207151 L:1375.0 C:BLANC");
  const idle = line(date, "05:12:10", "MachineWait: 40 sec") + pieces(date, 3, 3);
  const stop = line(date, "05:18:20", "MachineStop") + line(date, "05:19:20", "MachineStart");
  writeFileSync(file, begin + pieces(date, 1, 2) + idle + stop + pieces(date, 6, 7));
}

/** Writes more pieces to a day, `first` being the number of the first one. */
export function append(machine: MachineName, date: string, first: number, count: number): void {
  appendFileSync(path(machine, date), pieces(date, first, count));
}

/** Writes any text to a day. */
export function appendText(machine: MachineName, date: string, time: string, text: string): void {
  const file = path(machine, date);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, line(date, time, text));
}

/** The plant's date and time of day now. */
export function plantNow(): { date: string; time: string } {
  // Sweden writes them as logs do.
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Paris", dateStyle: "short", timeStyle: "medium" });
  const [date, time] = format.format(new Date()).split(" ");
  assert.ok(date && time);
  return { date, time };
}

/** Waits for a run to end, which must go well. */
export async function ended(client: Client, id: string): Promise<void> {
  await until(`run ${id} ends`, async () => {
    const { syncRuns } = await client.query(RunsDocument, {});
    const run = syncRuns.nodes.find((each) => each.id === id);
    assert.ok(run);
    if (run.status === "RUNNING") return false;
    assert.equal(run.status, "SUCCEEDED", run.error ?? "");
    return true;
  });
}

/** Has the server read what is new, to the end. */
export async function sync(client: Client, source: SyncSource = "FTP"): Promise<void> {
  // A run at work may have looked before the last line was written.
  await until("no run is at work", async () => {
    const { syncRuns } = await client.query(RunsDocument, {});
    return syncRuns.nodes.every((run) => run.status !== "RUNNING");
  });
  const { syncNow } = await client.query(StartRunDocument, { source });
  await ended(client, syncNow.id);
}

/** Writes the days every test counts on, unless they are there, and has them read. */
export async function plant(client: Client): Promise<void> {
  if (existsSync(path("DEM12", FIRST_DAY))) return;
  for (const machine of Object.keys(FOLDERS) as MachineName[]) {
    for (let offset = 0; offset < DAYS[machine]; offset += 1) write(machine, day(offset));
  }
  await sync(client);
}

/** A day of a machine that has none yet. */
export async function nextDay(client: Client, machine: MachineName): Promise<string> {
  let offset = DAYS[machine];
  for (const session of await sessions(client)) {
    // Today is a day too, and is what the machines do now.
    if (session.machine.name === machine && session.date >= day(offset) && session.date < "2026-01-01") {
      offset = Math.round((Date.parse(session.date) - Date.parse(FIRST_DAY)) / 86_400_000) + 1;
    }
  }
  return day(offset);
}

/** All sessions there are, page by page. */
export async function sessions(client: Client): Promise<KnownSession[]> {
  const all: KnownSession[] = [];
  for (let after: string | null = null; ; ) {
    const { sessions }: AllSessionsQuery = await client.query(AllSessionsDocument, { after });
    all.push(...sessions.nodes);
    if (!sessions.pageInfo.hasNextPage) {
      assert.equal(all.length, sessions.totalCount);
      return all;
    }
    after = sessions.pageInfo.endCursor;
  }
}

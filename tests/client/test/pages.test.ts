import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { PageQuery } from "../generated/documents.js";
import { queries } from "../generated/readme.js";
import { Client } from "../src/client.js";
import { DAYS, plant } from "../src/plant.js";
import { expectShape } from "../src/shape.js";

let client: Client;
before(async () => {
  client = await Client.signedIn();
  await plant(client);
});

test("the README's query of pages gives every session once, in order", async () => {
  const seen: PageQuery["sessions"]["nodes"] = [];
  let pages = 0;
  for (let after: string | null = null; ; ) {
    const data: PageQuery = await client.query(queries.Page, { after });
    expectShape(queries.Page, data);
    seen.push(...data.sessions.nodes);
    pages += 1;
    if (!data.sessions.pageInfo.hasNextPage) {
      assert.equal(seen.length, data.sessions.totalCount);
      break;
    }
    assert.equal(data.sessions.nodes.length, 20);
    after = data.sessions.pageInfo.endCursor;
    assert.ok(after);
  }
  assert.ok(pages > 2);
  assert.ok(seen.length >= DAYS.DEM12);
  assert.equal(new Set(seen.map((session) => session.id)).size, seen.length);
  assert.ok(seen.every((session) => session.machine.name === "DEM12"));
  const rates = seen.map((session) => session.observed.occupancyRate ?? -1);
  assert.deepEqual(rates, rates.toSorted((one, other) => other - one));
});


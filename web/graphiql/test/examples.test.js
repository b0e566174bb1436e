import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { buildSchema, parse, validate } from "graphql";
import { EXAMPLES, asTab } from "../src/examples.js";

const schema = buildSchema(readFileSync(process.env.SCHEMA ?? new URL("../../../graphql/schema.graphql", import.meta.url), "utf8"));

for (const example of EXAMPLES) {
  test(`the schema takes "${example.title}"`, () => {
    const document = parse(example.query);
    assert.deepEqual(validate(schema, document), []);
    const { variables } = asTab(example, new Date("2026-03-01T12:00:00Z"));
    const declared = document.definitions[0].variableDefinitions.map(({ variable }) => variable.name.value);
    for (const name of Object.keys(JSON.parse(variables || "{}"))) assert.ok(declared.includes(name), name);
  });
}

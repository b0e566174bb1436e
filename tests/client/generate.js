// Writes generated/: what the README shows, and TypeScript for it and for src/*.graphql, from graphql/schema.graphql.
//
// An example of the README that does not fit the schema ends this with its line, so that neither can change alone.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as typedDocumentNode from "@graphql-codegen/typed-document-node";
import * as typescriptOperations from "@graphql-codegen/typescript-operations";
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  Kind,
  NoUnusedFragmentsRule,
  parse,
  print,
  specifiedRules,
  validate,
} from "graphql";

const here = (path) => new URL(path, import.meta.url);
const read = (path) => readFileSync(here(path), "utf8");
const schema = buildSchema(read("../../graphql/schema.graphql"));
const readme = read("../../README.md");
const faults = [];

/** A place in the README, for people. */
const line = (index) => `README.md:${readme.slice(0, index).split("\n").length}`;

/** Every fenced block of a language. */
const blocks = (language) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(({ 1: text, index }) => ({ text, index }));

/** The block of a language that has but one. */
function only(language) {
  const [block, ...more] = blocks(language);
  if (!block || more.length > 0) faults.push(`README.md: one \`\`\`${language} block was expected`);
  return block ?? { text: "", index: 0 };
}

/** The section for front ends, as prose: its blocks blanked out, so that every place stays where it is. */
const begin = readme.indexOf("\n## For front ends\n");
const section = readme.slice(begin, readme.indexOf("\n## ", begin + 1));
const prose = " ".repeat(begin) + section.replace(/^```.*?^```$/gms, (block) => " ".repeat(block.length));
const spans = [...prose.matchAll(/`([^`]+)`/g)].map((found) => ({ text: found[1].replaceAll("\n", " "), index: found.index }));

/** Documents to be typed, by their names, and those of the README by their kinds. */
const documents = new Map();
const examples = { query: [], mutation: [], subscription: [] };

/** What a document asks for and the schema has not. A fragment is used by src/*.graphql, if by anything. */
const faultsOf = (document) => validate(schema, document, specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule));

/** An example: an operation. One without a name is called by its first field, for types need a name. */
function example(text, index) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    faults.push(`${line(index)}: ${error.message}`);
    return;
  }
  const [operation] = document.definitions;
  if (document.definitions.length !== 1 || operation.kind !== Kind.OPERATION_DEFINITION) {
    faults.push(`${line(index)}: an example is one operation`);
    return;
  }
  const field = operation.selectionSet.selections[0].name.value;
  const base = operation.name?.value ?? field[0].toUpperCase() + field.slice(1);
  let name = base;
  for (let count = 2; documents.has(name); count += 1) name = base + count;
  for (const error of faultsOf(document)) faults.push(`${line(index)}: ${error.message}`);
  documents.set(name, { ...document, definitions: [{ ...operation, name: { kind: Kind.NAME, value: name } }] });
  examples[operation.operation].push(name);
}

/** A selection without an operation: of the query, or else a fragment on every type that has it. */
function selection(text, index) {
  const field = text.match(/^\w+/)[0];
  if (schema.getQueryType().getFields()[field]) {
    example(`{ ${text} }`, index);
    return;
  }
  let found = false;
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    const name = `${field[0].toUpperCase()}${field.slice(1)}Of${type.name}`;
    const fragment = parse(`fragment ${name} on ${type.name} { ${text} }`);
    if (faultsOf(fragment).length > 0) continue;
    documents.set(name, fragment);
    found = true;
  }
  if (!found) faults.push(`${line(index)}: no type has all of \`${text}\``);
}

for (const { text, index } of blocks("graphql")) example(text, index);
for (const { text, index } of blocks("sh")) {
  for (const [, query] of text.matchAll(/"query": ("(?:[^"\\]|\\.)*")/g)) example(JSON.parse(query), index);
}
const script = only("js");
for (const [, text] of script.text.matchAll(/`((?:query|mutation|subscription)\b[^`]*)`/g)) example(text, script.index);
for (const { text, index } of spans) {
  if (/^(query|mutation|subscription)\b.*\{/.test(text)) example(text, index);
  else if (/^\w+\s*(\([^)]*\))?\s*\{/.test(text)) selection(text, index);
}

// Fields, arguments and the like that the prose names exist.
const names = new Set();
for (const type of Object.values(schema.getTypeMap())) {
  names.add(type.name);
  if (isEnumType(type)) for (const value of type.getValues()) names.add(value.name);
  if (isObjectType(type) || isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) {
      names.add(field.name);
      for (const argument of field.args ?? []) names.add(argument.name);
    }
  }
}
for (const { text, index } of spans) {
  const name = text.match(/^([a-z]+[A-Z]\w*)(\(.*\))?$/)?.[1];
  if (name && !names.has(name)) faults.push(`${line(index)}: the schema has no \`${name}\``);
}

const errorCodes = [...prose.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((found) => found[1]);
const errorAnswer = only("json");
if (errorCodes.length === 0) faults.push("README.md: no table of error codes was found");

for (const file of readdirSync(here("src/")).filter((name) => name.endsWith(".graphql"))) {
  documents.set(file, parse(read(`src/${file}`)));
}
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}

const types = await codegen({
  filename: "documents.ts",
  schema: parse(read("../../graphql/schema.graphql")),
  schemaAst: schema,
  documents: [...documents].map(([location, document]) => ({ location, document, rawSDL: print(document) })),
  config: {
    useTypeImports: true,
    enumType: "string-literal",
    // Whatever else the schema may come to have must be said here first.
    strictScalars: true,
    scalars: { Date: "string", DateTime: "string", Long: "number" },
    inlineFragmentTypes: "combine",
  },
  plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
  pluginMap: { typescriptOperations, typedDocumentNode },
});

const table = (kind) =>
  `export const ${{ query: "queries", mutation: "mutations", subscription: "subscriptions" }[kind]} = {\n${examples[kind]
    .map((name) => `  ${name}: documents.${name}Document,\n`)
    .join("")}};\n`;
rmSync(here("generated/"), { recursive: true, force: true });
mkdirSync(here("generated/"));
writeFileSync(here("generated/documents.ts"), types);
writeFileSync(
  here("generated/readme.ts"),
  `import * as documents from "./documents.js";\n\n${Object.keys(examples).map(table).join("\n")}
export const errorCodes = ${JSON.stringify(errorCodes)} as const;
export const errorAnswer: unknown = ${errorAnswer.text};`,
);
// Letter for letter, for it is this that people copy; its types stand beside it.
writeFileSync(here("generated/changes.js"), script.text);
writeFileSync(
  here("generated/changes.d.ts"),
  `import type { SessionUpdatedSubscription } from "./documents.js";

type Change = SessionUpdatedSubscription["sessionUpdated"];
export function changes(url: string, accessToken: () => Promise<string>, after: number): AsyncGenerator<Change, never>;
`,
);
const count = Object.values(examples).reduce((sum, list) => sum + list.length, 0);
console.log(`${count} examples of the README, ${documents.size} documents in all`);

// Whether an answer is what the schema says, at run time: the types of the documents only hold at compile time.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from "graphql";

const schema = buildSchema(readFileSync(new URL("../../../../graphql/schema.graphql", import.meta.url), "utf8"));

const SCALARS: Record<string, (value: unknown) => boolean> = {
  Boolean: (value) => typeof value === "boolean",
  Date: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value),
  DateTime: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value),
  Float: (value) => typeof value === "number" && Number.isFinite(value),
  ID: (value) => typeof value === "string" && value.length > 0,
  Int: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  Long: (value) => Number.isSafeInteger(value),
  String: (value) => typeof value === "string",
};

/** Throws unless `data` has what `document`, of one operation, asks for, and nothing else. */
export function expectShape(document: DocumentNode, data: unknown): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  assert.ok(operation);
  const root = schema.getRootType(operation.operation);
  assert.ok(root);

  type Wanted = { type: GraphQLOutputType; set: SelectionSetNode | undefined };

  function fields(type: GraphQLObjectType, set: SelectionSetNode, into = new Map<string, Wanted>()): Map<string, Wanted> {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field = type.getFields()[selection.name.value];
        assert.ok(field);
        into.set((selection.alias ?? selection.name).value, { type: field.type, set: selection.selectionSet });
      } else {
        const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
        assert.ok(inner);
        fields(type, inner.selectionSet, into);
      }
    }
    return into;
  }

  function check(type: GraphQLOutputType, set: SelectionSetNode | undefined, value: unknown, path: string): void {
    if (isNonNullType(type)) {
      assert.ok(value !== null && value !== undefined, `${path} is ${value}, and the schema says it never is`);
      check(type.ofType as GraphQLOutputType, set, value, path);
    } else if (value === null) {
      return;
    } else if (isListType(type)) {
      assert.ok(Array.isArray(value), `${path} is no list`);
      value.forEach((each, index) => check(type.ofType as GraphQLOutputType, set, each, `${path}[${index}]`));
    } else if (isObjectType(type)) {
      assert.ok(typeof value === "object" && set, `${path} is no object`);
      const wanted = fields(type, set);
      assert.deepEqual(Object.keys(value as object).sort(), [...wanted.keys()].sort(), path);
      for (const [name, inner] of wanted) {
        check(inner.type, inner.set, (value as Record<string, unknown>)[name], `${path}.${name}`);
      }
    } else if (isEnumType(type)) {
      assert.ok(type.getValue(value as string), `${path} is ${JSON.stringify(value)}, no ${type.name}`);
    } else {
      const is = SCALARS[getNamedType(type).name];
      assert.ok(is, `${path} is a ${getNamedType(type).name}, which these tests do not know`);
      assert.ok(is(value), `${path} is ${JSON.stringify(value)}, no ${getNamedType(type).name}`);
    }
  }
  check(root, operation.selectionSet, data, operation.name?.value ?? "data");
}

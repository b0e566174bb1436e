// A client as small as one can be: fetch, and the types of the documents.
import assert from "node:assert/strict";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";

/** A variable that the test run must have. */
function given(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: see tests/client/README.md`);
  return value;
}

/** The server's address, such as `http://127.0.0.1:8080`. */
export const server = given("ATELIER");
/** Where subscriptions are made. */
export const socketUrl = `${server.replace(/^http/, "ws")}/graphql`;
/** The account of an administrator. */
export const account = { username: given("ATELIER_USERNAME"), password: given("ATELIER_PASSWORD") };
/** The folder the server reads logs from. */
export const logs = given("ATELIER_LOG_DIR");

export interface GraphQLFault {
  message: string;
  path?: (string | number)[];
  locations?: { line: number; column: number }[];
  extensions?: { code?: string; field?: string; reference?: string };
}

export interface Answer<Data> {
  data?: Data | null;
  errors?: GraphQLFault[];
}

/** What `/token` gives. */
export interface Tokens {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string;
}

/** Sends a form to `/token`. */
export async function token(form: Record<string, string>): Promise<{ status: number; body: Partial<Tokens> & { error?: string } }> {
  const response = await fetch(`${server}/token`, { method: "POST", body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Partial<Tokens> & { error?: string } };
}

/** Signs in with the form. */
export async function signIn(who: { username: string; password: string } = account): Promise<Tokens> {
  const { status, body } = await token(who);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Tokens;
}

/** Sends a body to `/graphql`. */
export function post(body: unknown, accessToken?: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

/** One who asks: with a token, or without. */
export class Client {
  constructor(readonly accessToken?: string) {}

  static async signedIn(who: { username: string; password: string } = account): Promise<Client> {
    return new Client((await signIn(who)).access_token);
  }

  /** The whole answer, errors and all. */
  async ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Answer<Data>> {
    const response = await post({ query: print(document), variables }, this.accessToken);
    assert.equal(response.status, 200);
    return (await response.json()) as Answer<Data>;
  }

  /** The data of an answer without errors. */
  async query<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    const { data, errors } = await this.ask(document, variables);
    assert.equal(errors, undefined, JSON.stringify(errors));
    assert.ok(data);
    return data;
  }

  /** The first error of an answer that must have one. */
  async fault<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<GraphQLFault> {
    const { errors } = await this.ask(document, variables);
    assert.ok(errors?.[0], "an error was expected");
    return errors[0];
  }
}

/** Until something holds; a failure names it. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patience = 20_000): Promise<void> {
  const end = Date.now() + patience;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what}: not within ${patience / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What a promise gives, if it does in time: a test that waits for ever names nothing. */
export function within<T>(promise: Promise<T>, patience = 20_000): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${patience / 1000} s`)), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

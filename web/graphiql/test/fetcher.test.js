import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "graphql";
import { createFetcher, httpResult, subscriptionFailure } from "../src/fetcher.js";

const response = (status, body, headers) => new Response(body, { status, headers });

test("what is GraphQL is shown as it is, whatever the status", async () => {
  const body = { errors: [{ message: "Sign in first." }] };
  assert.deepEqual(await httpResult(response(401, JSON.stringify(body))), body);
});

test("other JSON is shown with its status and when to come back", async () => {
  const body = { error: "slow_down", error_description: "Wait 20 s." };
  assert.deepEqual(await httpResult(response(429, JSON.stringify(body), { "retry-after": "20" })), {
    errors: [{ message: "Wait 20 s.", extensions: { status: 429, retryAfter: "20", body } }],
  });
});

test("what is no JSON is shown, too", async () => {
  assert.deepEqual(await httpResult(response(502, "<h1>Bad Gateway</h1>")), {
    errors: [{ message: "The server answered with status 502, and not with JSON.", extensions: { status: 502, body: "<h1>Bad Gateway</h1>" } }],
  });
});

test("a connection that ends says why", () => {
  assert.deepEqual(subscriptionFailure({ code: 4403, reason: "The token has expired." }), {
    errors: [{ message: "The token has expired.", extensions: { closeCode: 4403 } }],
  });
  assert.deepEqual(subscriptionFailure({ code: 1006, reason: "" }), {
    errors: [{ message: "There is no connection to the server, or it was lost.", extensions: { closeCode: 1006 } }],
  });
  assert.deepEqual(subscriptionFailure({ type: "error" }), {
    errors: [{ message: "There is no connection to the server, or it was lost." }],
  });
  assert.deepEqual(subscriptionFailure([{ message: "Unknown field." }]), { errors: [{ message: "Unknown field." }] });
});

const observe = (observable) =>
  new Promise((resolve) => {
    const results = [];
    observable.subscribe({ next: (result) => results.push(result), complete: () => resolve(results) });
  });

test("queries carry the token, and none when there is none", async () => {
  for (const [token, expected] of [["a1", "Bearer a1"], ["", undefined]]) {
    let sent;
    const fetcher = createFetcher({
      token: async () => token,
      fetch: async (_path, options) => {
        sent = options;
        return response(200, '{"data":{}}');
      },
    });
    assert.deepEqual(await observe(fetcher({ query: "{ me { id } }" })), [{ data: {} }]);
    assert.equal(sent.headers.authorization, expected);
  }
});

test("a server that is away is a sentence, not a stack", async () => {
  const fetcher = createFetcher({ token: async () => "", fetch: async () => Promise.reject(new TypeError("Failed to fetch")) });
  assert.deepEqual(await observe(fetcher({ query: "{ me { id } }" })), [{ errors: [{ message: "The server cannot be reached." }] }]);
});

test("subscriptions carry a token that is asked for when they connect", async () => {
  const query = "subscription S { alertRaised { kind } }";
  let options;
  const createClient = (given) => {
    options = given;
    return {
      dispose() {},
      subscribe(_params, sink) {
        queueMicrotask(() => {
          sink.next({ data: { alertRaised: { kind: "X" } } });
          sink.error({ code: 4403, reason: "The token has expired." });
        });
        return () => {};
      },
    };
  };
  const fetcher = createFetcher({ token: async () => "a2", createClient, subscriptionUrl: "ws://plant/graphql" });
  const results = await observe(fetcher({ query, operationName: "S" }, { documentAST: parse(query) }));
  assert.deepEqual(results[0], { data: { alertRaised: { kind: "X" } } });
  assert.equal(results[1].errors[0].message, "The token has expired.");
  assert.equal(options.url, "ws://plant/graphql");
  assert.deepEqual(await options.connectionParams(), { Authorization: "Bearer a2" });
});

// How GraphiQL's requests reach the server. Whatever goes wrong becomes a result to read, never an exception with a stack.
import { getOperationAST } from "graphql";

const LOST = "There is no connection to the server, or it was lost.";

const failure = (message, extensions) => ({ errors: [{ message, ...(extensions && { extensions }) }] });

/** What a WebSocket or a subscription ended with, as a result. */
export function subscriptionFailure(error) {
  if (Array.isArray(error)) return { errors: error };
  if (typeof error?.code === "number") {
    const { code, reason } = error;
    return failure(reason || (code === 1006 ? LOST : "The server closed the connection."), { closeCode: code });
  }
  // A connection that was never made is an event without a code.
  if (error?.type === "error") return failure(LOST);
  return failure(error?.message || "The subscription failed.");
}

/** The answer to a request over HTTP, as a result. */
export async function httpResult(response) {
  const text = await response.text();
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return failure(`The server answered with status ${response.status}, and not with JSON.`, {
      status: response.status,
      ...(text && { body: text.slice(0, 2000) }),
    });
  }
  if (body && typeof body === "object" && ("data" in body || "errors" in body)) return body;
  const retryAfter = response.headers.get("retry-after");
  return failure(body?.error_description || body?.message || body?.error || `The server answered with status ${response.status}.`, {
    status: response.status,
    ...(retryAfter && { retryAfter }),
    body,
  });
}

/**
 * `token()` gives a token that is still good, or an empty string: `login` needs none, and the server says best what it misses.
 * Everything is an observable, for only those can be stopped while they wait.
 */
export function createFetcher({ token, fetch, createClient, subscriptionUrl }) {
  function overHttp(params, headers, observer) {
    const abort = new AbortController();
    (async () => {
      try {
        const bearer = await token();
        const response = await fetch("/graphql", {
          method: "POST",
          headers: {
            accept: "application/graphql-response+json, application/json;q=0.9",
            "content-type": "application/json",
            ...(bearer && { authorization: `Bearer ${bearer}` }),
            ...headers,
          },
          body: JSON.stringify(params),
          signal: abort.signal,
        });
        observer.next(await httpResult(response));
      } catch {
        if (!abort.signal.aborted) observer.next(failure("The server cannot be reached."));
      }
      observer.complete();
    })();
    return () => abort.abort();
  }

  function overWebSocket(params, headers, observer) {
    const client = createClient({
      url: subscriptionUrl,
      connectionParams: async () => {
        const bearer = await token();
        return { ...(bearer && { Authorization: `Bearer ${bearer}` }), ...headers };
      },
      // What came in between would be missing without a word.
      retryAttempts: 0,
    });
    const stop = client.subscribe(params, {
      next: (result) => observer.next(result),
      error(error) {
        observer.next(subscriptionFailure(error));
        observer.complete();
      },
      complete: () => observer.complete(),
    });
    return () => {
      stop();
      client.dispose();
    };
  }

  return (params, options) => ({
    subscribe(observer) {
      const operation = options?.documentAST && getOperationAST(options.documentAST, params.operationName);
      const start = operation?.operation === "subscription" ? overWebSocket : overHttp;
      const unsubscribe = start(params, options?.headers, observer);
      return { unsubscribe };
    },
  });
}

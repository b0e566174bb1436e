// Who is signed in in this tab, and with what. No React and no globals, so that it can be tested with a clock of its own.

/** A token is renewed so long before it ends: longer than a slow answer takes. */
const LEAD = 60_000;
/** After a failed renewal the next try waits so long, then twice that, and so on. */
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;
/** Another tab that holds the same refresh token answers within this time. */
const CLAIM_PATIENCE = 300;
/** What `setTimeout` can wait for; it fires at once when it is told more. */
const LONGEST_TIMER = 2 ** 31 - 1;
const KEY = "atelier:session";
const AWAY = "The server cannot be reached.";

const NOBODY = { status: "none", token: "", refreshToken: null, endsAt: null, id: null, user: null, message: "", seat: 0 };

/**
 * `status` is `none` (no token), `checking` (it is being asked whose the token is), `in`, or `refused`; `message` is for people.
 * `seat` grows whenever somebody leaves: what was shown to them is not for the next.
 */
export function createSession({ fetch, storage, now, setTimer, clearTimer, randomId, channel }) {
  let state = NOBODY;
  let timer = null;
  let pause = FIRST_PAUSE;
  let renewal = null;
  // Answers to what was asked for an earlier token are not for this one.
  let generation = 0;
  const listeners = new Set();
  const tab = randomId();

  function set(change) {
    state = { ...state, ...change };
    const { token, refreshToken, endsAt, id } = state;
    try {
      if (token) storage.setItem(KEY, JSON.stringify({ token, refreshToken, endsAt, id }));
      else storage.removeItem(KEY);
    } catch {
      // Without storage the token lasts until the page is left.
    }
    for (const listener of listeners) listener();
  }

  function forget(message = "") {
    generation += 1;
    renewal = null;
    clearTimer(timer);
    set({ ...NOBODY, message, seat: state.seat + (state.token ? 1 : 0) });
  }

  async function askForTokens(form) {
    let response, answer;
    try {
      response = await fetch("/token", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body: new URLSearchParams(form).toString(),
      });
    } catch {
      return { failed: AWAY, final: false };
    }
    try {
      answer = await response.json();
    } catch {
      answer = {};
    }
    if (response.ok && answer.access_token) {
      return {
        token: answer.access_token,
        refreshToken: answer.refresh_token ?? null,
        endsAt: answer.expires_in ? now() + answer.expires_in * 1000 : null,
      };
    }
    const wait = Number(response.headers?.get("retry-after")) * 1000;
    return {
      failed: answer.error_description || answer.error || `The server answered with status ${response.status}.`,
      final: response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429,
      wait: wait > 0 ? wait : 0,
    };
  }

  /** The data, or the reason why there is none as an error for people. */
  async function ask(query, variables, token) {
    let response, text;
    try {
      response = await fetch("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      text = await response.text();
    } catch {
      throw new Error(AWAY);
    }
    let answer;
    try {
      answer = JSON.parse(text);
    } catch {
      answer = null;
    }
    if (answer?.data && !answer.errors) return answer.data;
    const reason = answer?.errors?.[0]?.message || answer?.error_description || answer?.error;
    throw new Error(reason || `The server answered with status ${response.status}.`);
  }

  /** Asks whose the token is: it is the cheapest proof that the server takes it. */
  async function check() {
    const asked = generation;
    set({ status: "checking", user: null, message: "" });
    let change;
    try {
      const { me } = await ask("{ me { username role } }", undefined, await freshToken());
      change = { status: "in", user: me };
    } catch (error) {
      change = { status: "refused", message: error.message };
    }
    if (asked === generation) set(change);
  }

  function plan(delay) {
    clearTimer(timer);
    timer = setTimer(() => renew(), Math.min(Math.max(delay, 0), LONGEST_TIMER));
  }

  function planRenewal() {
    clearTimer(timer);
    if (state.refreshToken && state.endsAt) plan(dueAt() - now());
  }

  // Not sooner than half of a short life: a server with short tokens would be asked without end.
  function dueAt() {
    return state.endsAt - Math.min(LEAD, (state.life ?? 2 * LEAD) / 2);
  }

  function take(pair) {
    pause = FIRST_PAUSE;
    set({ ...pair, life: pair.endsAt ? pair.endsAt - now() : null });
    planRenewal();
  }

  /** Gets the next pair. Everybody who asks meanwhile gets the same: a refresh token that is used twice ends the sign-in. */
  function renew() {
    if (!state.refreshToken) return Promise.resolve();
    renewal ??= (async () => {
      const asked = generation;
      const pair = await askForTokens({ grant_type: "refresh_token", refresh_token: state.refreshToken });
      if (asked !== generation) {
        // Somebody signed out meanwhile: nobody else knows this pair, so nobody else can end it.
        if (!pair.failed) endOnServer(pair).catch(() => {});
        return;
      }
      renewal = null;
      if (!pair.failed) {
        take(pair);
        if (state.status === "in") set({ message: "" });
        if (state.status === "refused") check();
      } else if (pair.final) {
        forget(pair.failed);
      } else {
        set({ message: `The token could not be renewed: ${pair.failed}` });
        plan(pair.wait || pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    })();
    return renewal;
  }

  /** The token, renewed first if it is about to end: a computer that slept missed its timer. */
  async function freshToken() {
    if (state.refreshToken && state.endsAt && now() >= dueAt()) {
      await (claim ?? Promise.resolve());
      await renew();
    }
    return state.token;
  }

  async function endOnServer({ token, refreshToken, endsAt }) {
    if (!refreshToken) return;
    // `logout` needs a token that is good, and the next pair belongs to the same sign-in.
    if (endsAt && now() >= endsAt) {
      const pair = await askForTokens({ grant_type: "refresh_token", refresh_token: refreshToken });
      if (pair.failed) throw new Error(pair.failed);
      ({ token, refreshToken } = pair);
    }
    await ask("mutation ($token: String!) { logout(refreshToken: $token) }", { token: refreshToken }, token);
  }

  async function signIn(username, password) {
    const asked = ++generation;
    const before = state;
    clearTimer(timer);
    set({ status: "checking", message: "" });
    const pair = await askForTokens({ grant_type: "password", username, password });
    if (asked !== generation) return false;
    if (pair.failed) {
      set({ ...before, status: before.status === "checking" ? "refused" : before.status, message: pair.failed });
      planRenewal();
      return false;
    }
    renewal = null;
    endOnServer(before).catch(() => {});
    take({ ...pair, id: randomId() });
    await check();
    return true;
  }

  /** Takes a token that somebody pasted; nothing renews it. */
  async function useToken(text) {
    const token = text.trim().replace(/^(authorization:\s*)?bearer\s+/i, "");
    if (token !== state.token) {
      const before = state;
      forget();
      endOnServer(before).catch(() => {});
      if (token) set({ token });
    }
    if (token) await check();
  }

  async function signOut() {
    const before = state;
    forget();
    try {
      await endOnServer(before);
    } catch (error) {
      if (state.status === "none") {
        set({ message: `Signed out here, but the server does not know: ${error.message}` });
      }
    }
  }

  // A duplicated tab gets a copy of the storage. Were both to renew, the server would take the second for a thief.
  let claim = null;
  function claimRefreshToken() {
    if (!channel || !state.refreshToken) return;
    claim = new Promise((resolve) => {
      channel.postMessage({ claim: state.id, tab });
      setTimer(resolve, CLAIM_PATIENCE);
    }).then(() => {
      claim = null;
      planRenewal();
    });
  }
  if (channel) {
    channel.onmessage = ({ data }) => {
      if (!state.id || data.tab === tab) return;
      if (data.claim === state.id && state.refreshToken) channel.postMessage({ taken: state.id, by: data.tab, tab });
      if (data.taken === state.id && data.by === tab) {
        set({ refreshToken: null, message: "This tab is a copy of another: sign in here too, to stay longer than its token." });
      }
    };
  }

  function restore() {
    let stored;
    try {
      stored = JSON.parse(storage.getItem(KEY));
    } catch {
      stored = null;
    }
    if (!stored?.token) return;
    set({ ...NOBODY, ...stored, life: null });
    claimRefreshToken();
    if (!claim) planRenewal();
    check();
  }
  restore();

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signIn,
    useToken,
    signOut,
    freshToken,
  };
}

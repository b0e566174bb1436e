import assert from "node:assert/strict";
import { test } from "node:test";
import { createSession } from "../src/session.js";

const ME = { data: { me: { username: "chef", role: "ADMIN" } } };

/** A browser tab with a clock that stands still until it is told to go on, and a server that answers what it is told to. */
class Tab {
  time = 1_000_000;
  timers = new Map();
  calls = [];
  next = 0;
  stored = new Map();
  answers = [];

  constructor(stored, channel) {
    if (stored) this.stored.set("atelier:session", JSON.stringify(stored));
    this.channel = channel;
  }

  start() {
    this.session = createSession({
      fetch: async (path, options) => this.answer(path, options),
      storage: {
        getItem: (key) => this.stored.get(key) ?? null,
        setItem: (key, value) => this.stored.set(key, value),
        removeItem: (key) => this.stored.delete(key),
      },
      now: () => this.time,
      setTimer: (call, delay) => {
        this.next += 1;
        this.timers.set(this.next, { at: this.time + delay, call });
        return this.next;
      },
      clearTimer: (timer) => this.timers.delete(timer),
      randomId: () => `id ${(this.next += 1)}`,
      channel: this.channel,
    });
    return this.session;
  }

  async answer(path, { body, headers }) {
    const form = path === "/token" ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
    this.calls.push({ path, form, authorization: headers.authorization });
    const answer = path === "/token" ? await this.answers.shift() : form.query.includes("me {") ? (this.me ?? ME) : { data: { logout: true } };
    if (answer instanceof Error || this.away) throw new TypeError("fetch failed");
    const { status = 200, retryAfter, text, ...json } = answer;
    return {
      status,
      ok: status < 400,
      headers: new Headers(retryAfter && { "retry-after": retryAfter }),
      json: async () => JSON.parse(text ?? JSON.stringify(json)),
      text: async () => text ?? JSON.stringify(json),
    };
  }

  async pass(seconds) {
    const end = this.time + seconds * 1000;
    for (;;) {
      await settle();
      const due = [...this.timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].call();
    }
    this.time = end;
    await settle();
  }

  of(grant) {
    return this.calls.filter(({ path, form }) => path === "/token" && form.grant_type === grant);
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const pair = (n, expiresIn = 900) => ({ access_token: `a${n}`, token_type: "Bearer", expires_in: expiresIn, refresh_token: `r${n}` });

async function signedIn(...more) {
  const tab = new Tab();
  tab.answers = [pair(1), ...more];
  await tab.start().signIn("chef", "secret");
  return tab;
}

test("who signs in is named, and the token is kept for the tab", async () => {
  const tab = await signedIn();
  const { status, token, user, message } = tab.session.get();
  assert.deepEqual({ status, token, user, message }, { status: "in", token: "a1", user: ME.data.me, message: "" });
  assert.deepEqual(tab.calls[0].form, { grant_type: "password", username: "chef", password: "secret" });
  assert.equal(JSON.parse(tab.stored.get("atelier:session")).token, "a1");
});

test("a refusal is shown as the server words it, also when there were too many", async () => {
  for (const [answer, message] of [
    [{ status: 401, error: "invalid_grant", error_description: "The user name or the password is wrong." }, "The user name or the password is wrong."],
    [{ status: 429, error: "slow_down", error_description: "Wait 20 s." }, "Wait 20 s."],
    [{ status: 502, text: "<html>" }, "The server answered with status 502."],
    [new TypeError("fetch failed"), "The server cannot be reached."],
  ]) {
    const tab = new Tab();
    tab.answers = [answer];
    assert.equal(await tab.start().signIn("chef", "wrong"), false);
    assert.equal(tab.session.get().message, message);
    assert.equal(tab.session.get().status, "none");
    assert.equal(tab.stored.size, 0);
  }
});

test("the token is renewed a minute before it ends, and again", async () => {
  const tab = await signedIn(pair(2), pair(3));
  await tab.pass(839);
  assert.equal(tab.of("refresh_token").length, 0);
  await tab.pass(1);
  assert.equal(tab.session.get().token, "a2");
  await tab.pass(840);
  assert.equal(tab.session.get().token, "a3");
  assert.deepEqual(tab.of("refresh_token").map(({ form }) => form.refresh_token), ["r1", "r2"]);
  assert.equal(tab.session.get().seat, 0);
});

test("a token that lasts less than two minutes is renewed at half of its time", async () => {
  const tab = new Tab();
  tab.answers = [pair(1, 20), pair(2, 20)];
  await tab.start().signIn("chef", "secret");
  await tab.pass(9);
  assert.equal(tab.session.get().token, "a1");
  await tab.pass(1);
  assert.equal(tab.session.get().token, "a2");
});

test("all who need a token at once share one renewal", async () => {
  const tab = await signedIn(pair(2));
  tab.time += 3_600_000;
  assert.deepEqual(await Promise.all([tab.session.freshToken(), tab.session.freshToken()]), ["a2", "a2"]);
  assert.equal(tab.of("refresh_token").length, 1);
});

test("a server that is away, or has too much to do, is asked again", async () => {
  const tab = await signedIn(new TypeError("fetch failed"), { status: 429, error_description: "Too many.", retryAfter: "30" }, pair(2));
  await tab.pass(840);
  assert.equal(tab.session.get().message, "The token could not be renewed: The server cannot be reached.");
  await tab.pass(5);
  assert.equal(tab.session.get().message, "The token could not be renewed: Too many.");
  await tab.pass(29);
  assert.equal(tab.session.get().token, "a1");
  await tab.pass(1);
  assert.equal(tab.session.get().token, "a2");
  assert.equal(tab.session.get().message, "");
});

test("a refused renewal signs out and says why", async () => {
  const tab = await signedIn({ status: 401, error: "invalid_grant", error_description: "The refresh token has expired: sign in again." });
  await tab.pass(840);
  const { status, token, message, seat } = tab.session.get();
  assert.deepEqual(
    { status, token, message, seat },
    { status: "none", token: "", message: "The refresh token has expired: sign in again.", seat: 1 },
  );
  assert.equal(tab.stored.size, 0);
  await tab.pass(10_000);
  assert.equal(tab.of("refresh_token").length, 1);
});

test("signing out ends the sign-in on the server and forgets all", async () => {
  const tab = await signedIn();
  await tab.session.signOut();
  const last = tab.calls.at(-1);
  assert.match(last.form.query, /logout\(refreshToken: \$token\)/);
  assert.deepEqual([last.form.variables, last.authorization], [{ token: "r1" }, "Bearer a1"]);
  assert.deepEqual([tab.session.get().status, tab.session.get().token, tab.stored.size, tab.timers.size], ["none", "", 0, 0]);
});

test("who signs out while the server is away is signed out, and told that the server does not know", async () => {
  const tab = await signedIn();
  tab.away = true;
  await tab.session.signOut();
  const { status, token, message } = tab.session.get();
  assert.deepEqual(
    { status, token, message },
    { status: "none", token: "", message: "Signed out here, but the server does not know: The server cannot be reached." },
  );
});

test("who signs out while the token is renewed stays signed out", async () => {
  let arrive;
  const tab = await signedIn(new Promise((resolve) => (arrive = () => resolve(pair(2)))));
  await tab.pass(840);
  await tab.session.signOut();
  arrive();
  await settle();
  assert.equal(tab.session.get().token, "");
  assert.equal(tab.stored.size, 0);
  const ended = tab.calls.filter(({ form }) => form.query?.includes("logout")).map(({ form }) => form.variables.token);
  assert.deepEqual(ended.sort(), ["r1", "r2"]);
});

test("a pasted token replaces a sign-in, with or without what stands before it in a header", async () => {
  const tab = await signedIn();
  await tab.session.useToken(" Authorization: Bearer atl_abc\n");
  const { status, token, refreshToken, seat } = tab.session.get();
  assert.deepEqual({ status, token, refreshToken, seat }, { status: "in", token: "atl_abc", refreshToken: null, seat: 1 });
  assert.equal(tab.calls.filter(({ form }) => form.query?.includes("logout")).length, 1);
  await tab.pass(10_000);
  assert.equal(tab.of("refresh_token").length, 0);
});

test("a token that the server refuses stays in its box, with the reason", async () => {
  const tab = new Tab();
  tab.me = { status: 401, errors: [{ message: "This token was revoked." }] };
  await tab.start().useToken("atl_old");
  const { status, token, message } = tab.session.get();
  assert.deepEqual({ status, token, message }, { status: "refused", token: "atl_old", message: "This token was revoked." });
});

test("a reload keeps the sign-in and renews it in time", async () => {
  const tab = new Tab({ token: "a1", refreshToken: "r1", endsAt: 1_000_000 + 300_000, id: "s" });
  tab.answers = [pair(2)];
  tab.start();
  await settle();
  assert.equal(tab.session.get().status, "in");
  await tab.pass(240);
  assert.equal(tab.session.get().token, "a2");
});

test("a duplicated tab does not renew what the first one renews", async () => {
  const ends = [{}, {}];
  ends.forEach((end, index) => {
    end.postMessage = (data) => queueMicrotask(() => ends[1 - index].onmessage?.({ data }));
  });
  const stored = { token: "a1", refreshToken: "r1", endsAt: 1_000_000 + 30_000, id: "s" };
  const first = new Tab(stored, ends[0]);
  first.answers = [pair(2)];
  first.next = 100;
  first.start();
  await first.pass(1);
  const second = new Tab(stored, ends[1]);
  second.start();
  await second.pass(100);
  assert.equal(first.session.get().token, "a2");
  assert.equal(second.session.get().refreshToken, null);
  assert.match(second.session.get().message, /copy of another/);
  assert.equal(second.of("refresh_token").length, 0);
});

test("what is stored and cannot be read is passed over", () => {
  const tab = new Tab();
  tab.stored.set("atelier:session", "{");
  assert.equal(tab.start().get().status, "none");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { LoginDocument, LogoutDocument, MeDocument, RefreshTokenDocument } from "../generated/documents.js";
import { account, Client, signIn, token } from "../src/client.js";

const anyone = new Client();

test("the form signs in and refreshes, each refresh token once", async () => {
  const first = await signIn();
  assert.equal(first.token_type, "Bearer");
  assert.ok(first.expires_in > 890 && first.expires_in <= 900, "15 minutes, rounded down");
  const { me } = await new Client(first.access_token).query(MeDocument, {});
  assert.deepEqual([me.username, me.role], [account.username, "ADMIN"]);

  const second = await token({ grant_type: "refresh_token", refresh_token: first.refresh_token });
  assert.equal(second.status, 200);
  assert.ok(second.body.access_token && second.body.refresh_token);
  assert.notEqual(second.body.refresh_token, first.refresh_token);
  await new Client(second.body.access_token).query(MeDocument, {});

  // One that is presented again was copied: it is refused, and so is what was made of it.
  for (const refresh_token of [first.refresh_token, second.body.refresh_token]) {
    const again = await token({ grant_type: "refresh_token", refresh_token });
    assert.equal(again.status, 401);
    assert.equal(again.body.error, "invalid_grant");
  }
});

test("a wrong password is refused", async () => {
  const refused = await token({ ...account, password: "not-that-one-at-all" });
  assert.equal(refused.status, 401);
  assert.equal(refused.body.error, "invalid_grant");
});

test("the mutations sign in, refresh and sign out", async () => {
  const { login } = await anyone.query(LoginDocument, account);
  assert.equal(login.user.username, account.username);
  assert.ok(Date.parse(login.expiresAt) > Date.now());
  await new Client(login.accessToken).query(MeDocument, {});

  const { refreshToken: next } = await anyone.query(RefreshTokenDocument, { refreshToken: login.refreshToken });
  assert.equal(next.user.username, account.username);
  const signedIn = new Client(next.accessToken);
  await signedIn.query(MeDocument, {});

  assert.deepEqual(await signedIn.query(LogoutDocument, { refreshToken: next.refreshToken }), { logout: true });
  const late = await anyone.fault(RefreshTokenDocument, { refreshToken: next.refreshToken });
  assert.equal(late.extensions?.code, "UNAUTHENTICATED");
});

test("a refresh token that was used ends its sign-in", async () => {
  const { login } = await anyone.query(LoginDocument, account);
  const { refreshToken: next } = await anyone.query(RefreshTokenDocument, { refreshToken: login.refreshToken });
  for (const refreshToken of [login.refreshToken, next.refreshToken]) {
    const { data, errors } = await anyone.ask(RefreshTokenDocument, { refreshToken });
    assert.equal(data, null);
    assert.equal(errors?.[0]?.extensions?.code, "UNAUTHENTICATED");
  }
});

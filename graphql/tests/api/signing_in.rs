//! Who is not signed in learns nothing.

use crate::fake::{NOW, Store, ada, ending, json, over};
use async_graphql::{Executor, Request};
use atelier_application::ports::identity::TokenError;
use atelier_domain::units::Millis;
use atelier_graphql::{Caller, Limits};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;

async fn as_caller(store: &Arc<Store>, caller: Option<Caller>, query: &str) -> Value {
    let request = Request::new(query);
    let request = match caller {
        Some(caller) => request.data(caller),
        None => request,
    };
    json(&over(store, &Limits::default()).execute(request).await)
}

#[tokio::test]
async fn the_unauthenticated_are_refused_before_anything_is_executed() {
    let store = Store::of(1, 1);
    for query in [
        "{ machines { name } }",
        "{ me { id } }",
        "{ __schema { types { name } } }",
        "{ __typename machines { name } }",
        "mutation { logout(refreshToken: \"good\") }",
        "mutation { login(username: \"ada\", password: \"right\") { accessToken } logout(refreshToken: \"good\") }",
        "mutation { ...F } fragment F on Mutation { logout(refreshToken: \"good\") }",
        "mutation { login: logout(refreshToken: \"good\") }",
        "subscription { sessionCreated { id } }",
        "{ nothing }",
        "{",
        "",
    ] {
        let answer = as_caller(&store, None, query).await;
        let refusal = json!({ "data": null, "errors": [{ "message": "Sign in first: this needs a token.", "extensions": { "code": "UNAUTHENTICATED" } }] });
        assert_eq!(answer, refusal, "{query}");
    }
    assert_eq!(store.calls(), Vec::<&str>::new());
}

#[tokio::test]
async fn a_token_that_proves_nobody_is_told_why() {
    let store = Store::of(1, 1);
    for error in [TokenError::Expired, TokenError::Invalid] {
        let answer = as_caller(&store, Some(Caller::Refused(error)), "{ me { id } }").await;
        assert_eq!(
            answer["errors"],
            json!([{ "message": error.to_string(), "extensions": { "code": "UNAUTHENTICATED" } }])
        );
    }
    let leeway = |seconds: i64| Some(ending(NOW + Millis::from_seconds(-seconds)));
    assert_eq!(as_caller(&store, leeway(4), "{ me { id } }").await["data"], json!({ "me": { "id": "7" } }));
    assert_eq!(
        as_caller(&store, leeway(5), "{ me { id } }").await["errors"][0]["message"],
        TokenError::Expired.to_string()
    );
}

#[tokio::test]
async fn signing_in_needs_no_token_and_minds_no_bad_one() {
    let store = Store::of(1, 1);
    let login = "mutation { login(username: \"ada\", password: \"right\") { accessToken refreshToken expiresAt user { id username role active createdAt } } }";
    let payload = json!({
        "accessToken": "token of ada", "refreshToken": "fresh", "expiresAt": "2025-06-15T15:21:40Z",
        "user": { "id": "7", "username": "ada", "role": "VIEWER", "active": true, "createdAt": "1970-01-01T00:00:00Z" },
    });
    for caller in [None, Some(Caller::Refused(TokenError::Expired)), Some(ada())] {
        assert_eq!(as_caller(&store, caller, login).await, json!({ "data": { "login": payload } }));
    }
    let refresh = "mutation { __typename ...F } fragment F on Mutation { refreshToken(refreshToken: \"good\") { user { username } } }";
    assert_eq!(
        as_caller(&store, None, refresh).await["data"],
        json!({ "__typename": "Mutation", "refreshToken": { "user": { "username": "ada" } } })
    );
    assert_eq!(as_caller(&store, None, "{ __typename }").await, json!({ "data": { "__typename": "Query" } }));
}

#[tokio::test]
async fn refusals_of_signing_in() {
    let store = Store::of(1, 1);
    let answer =
        as_caller(&store, None, "mutation { login(username: \"ada\", password: \"wrong\") { accessToken } }").await;
    insta::assert_snapshot!(answer, @r#"{"data":null,"errors":[{"extensions":{"code":"UNAUTHENTICATED"},"locations":[{"column":12,"line":1}],"message":"The user name or the password is wrong.","path":["login"]}]}"#);
    let answer = as_caller(&store, None, "mutation { refreshToken(refreshToken: \"bad\") { accessToken } }").await;
    assert_eq!(answer["errors"][0]["message"], "The refresh token is not valid: sign in again.");
    let answer =
        as_caller(&store, None, "mutation { login(username: \"broken\", password: \"x\") { accessToken } }").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
    assert!(!answer.to_string().contains("secret"), "{answer}");
}

#[tokio::test]
async fn no_dictionary_in_one_request() {
    let store = Store::of(1, 1);
    let mut logins = String::new();
    for number in 0..11 {
        write!(logins, "a{number}: login(username: \"ada\", password: \"{number}\") {{ accessToken }} ").unwrap();
    }
    let answer = as_caller(&store, None, &format!("mutation {{ {logins} }}")).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn signing_out() {
    let store = Store::of(1, 1);
    let answer = as_caller(
        &store,
        Some(ada()),
        "mutation { a: logout(refreshToken: \"good\") b: logout(refreshToken: \"bad\") }",
    )
    .await;
    assert_eq!(answer, json!({ "data": { "a": true, "b": false } }));
}

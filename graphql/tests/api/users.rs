//! Users: seen and changed by administrators; everybody's password by themselves.

use crate::fake::{Store, admin, in_role, json, over};
use async_graphql::{Executor, Request};
use atelier_application::ports::users::Role;
use atelier_graphql::{AtelierSchema, Caller, Limits};
use serde_json::{Value, json};

const LONG: &str = "correct-horse-battery";

async fn as_caller(schema: &AtelierSchema, caller: Caller, document: &str) -> Value {
    json(&schema.execute(Request::new(document).data(caller)).await)
}

#[tokio::test]
async fn administrators_see_add_and_change_users() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let users = as_caller(&schema, admin(), "{ users { id username role active createdAt } }").await;
    let ada =
        json!({ "id": "7", "username": "ada", "role": "VIEWER", "active": true, "createdAt": "1970-01-01T00:00:00Z" });
    assert_eq!(users["data"]["users"], json!([ada]));
    let create = format!(
        "mutation {{ createUser(input: {{username: \"eve\", password: \"{LONG}\", role: OPERATOR}}) {{ username role active }} }}"
    );
    let made = as_caller(&schema, admin(), &create).await;
    assert_eq!(made["data"]["createUser"], json!({ "username": "eve", "role": "OPERATOR", "active": true }), "{made}");
    let changed =
        as_caller(&schema, admin(), "mutation { updateUser(id: 7, input: {active: false}) { id active } }").await;
    assert_eq!(changed["data"]["updateUser"], json!({ "id": "7", "active": false }));
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    for (document, code) in [
        ("{ users { id } }".to_owned(), ""),
        (
            format!(
                "mutation {{ createUser(input: {{username: \"ada\", password: \"{LONG}\", role: ADMIN}}) {{ id }} }}"
            ),
            "CONFLICT",
        ),
        (
            "mutation { createUser(input: {username: \"x\", password: \"short\", role: ADMIN}) { id } }".to_owned(),
            "BAD_USER_INPUT",
        ),
        ("mutation { updateUser(id: 7, input: {}) { id } }".to_owned(), "BAD_USER_INPUT"),
        ("mutation { updateUser(id: 9, input: {active: true}) { id } }".to_owned(), "NOT_FOUND"),
        ("mutation { updateUser(id: 8, input: {active: false}) { id } }".to_owned(), "CONFLICT"),
    ] {
        let answer = as_caller(&schema, admin(), &document).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default(),
            code,
            "{document}: {answer}"
        );
        for role in [Role::Viewer, Role::Operator] {
            let refused = as_caller(&schema, in_role(role), &document).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{document}: {refused}");
            assert!(!refused.to_string().contains(LONG));
        }
    }
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let change =
        |current: &str, new: &str| format!("mutation {{ changePassword(current: \"{current}\", new: \"{new}\") }}");
    let done = as_caller(&schema, in_role(Role::Viewer), &change("right", LONG)).await;
    assert_eq!(done["data"]["changePassword"], true, "{done}");
    for (current, new, field) in [("wrong", LONG, "current"), ("right", "short", "new")] {
        let refused = as_caller(&schema, in_role(Role::Viewer), &change(current, new)).await;
        assert_eq!(
            refused["errors"][0]["extensions"],
            json!({ "code": "BAD_USER_INPUT", "field": field }),
            "{refused}"
        );
    }
    // Each costs a hash: no request tries a dictionary.
    let many: Vec<String> =
        (0..11).map(|number| format!("a{number}: changePassword(current: \"x\", new: \"{LONG}\")")).collect();
    let refused = as_caller(&schema, in_role(Role::Viewer), &format!("mutation {{ {} }}", many.join(" "))).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn tokens_of_integrations_are_made_shown_and_revoked() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let create = r#"mutation { createApiToken(input: {name: "bi", role: VIEWER, expiresAt: "2099-01-01T00:00:00Z"}) {
        token apiToken { id name role createdAt expiresAt lastUsedAt revokedAt owner { username } } } }"#;
    let made = as_caller(&schema, in_role(Role::Viewer), create).await;
    let shown = json!({
        "id": "3", "name": "bi", "role": "VIEWER", "createdAt": "1970-01-01T00:00:00Z", "expiresAt": "2099-01-01T00:00:00Z",
        "lastUsedAt": null, "revokedAt": null, "owner": { "username": "ada" },
    });
    assert_eq!(made["data"]["createApiToken"], json!({ "token": "atl_fresh", "apiToken": shown }), "{made}");
    let listed = as_caller(&schema, in_role(Role::Viewer), "{ apiTokens { id } }").await;
    assert_eq!(listed["data"]["apiTokens"], json!([{ "id": "3" }]), "{listed}");
    let revoked = as_caller(&schema, in_role(Role::Viewer), "mutation { revokeApiToken(id: 3) { id } }").await;
    assert_eq!(revoked["data"]["revokeApiToken"], json!({ "id": "3" }), "{revoked}");
    for (document, code) in [
        (r#"mutation { createApiToken(input: {name: "bi", role: ADMIN}) { token } }"#, "FORBIDDEN"),
        (r#"mutation { createApiToken(input: {name: "", role: VIEWER}) { token } }"#, "BAD_USER_INPUT"),
        ("mutation { revokeApiToken(id: 4) { id } }", "NOT_FOUND"),
        (r#"mutation { revokeApiToken(id: "x") { id } }"#, "BAD_USER_INPUT"),
    ] {
        let refused = as_caller(&schema, in_role(Role::Viewer), document).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], code, "{document}: {refused}");
        let refused = as_caller(&schema, Caller::Anonymous, document).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{document}: {refused}");
    }
}

#[tokio::test]
async fn a_token_ends_within_the_years_that_can_be_written() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    for end in ["9999-12-31T23:59:60Z", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z"] {
        let query = format!(
            "mutation {{ createApiToken(input: {{name: \"a\", role: VIEWER, expiresAt: \"{end}\"}}) {{ token }} }}"
        );
        let answer = json(&schema.execute(Request::new(query).data(admin())).await);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{end}: {answer}");
    }
}

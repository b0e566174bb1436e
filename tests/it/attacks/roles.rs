//! Every mutation and every query, by every role and by nobody.

use super::{Fortress, code};
use crate::harness::graphql::Client;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Whoever may: the least role, or `""` for everybody.
const MUTATIONS: [(&str, &str); 22] = [
    ("", "login(username: \"nobody\", password: \"nothing at all\") { expiresAt }"),
    ("", "refreshToken(refreshToken: \"made up\") { expiresAt }"),
    ("viewer", "logout(refreshToken: \"made up\")"),
    ("viewer", "changePassword(current: \"wrong\", new: \"long enough, and new\")"),
    ("viewer", "createApiToken(input: {name: \"a\", role: VIEWER}) { token }"),
    ("viewer", "revokeApiToken(id: \"4711\") { id }"),
    ("operator", "syncNow(source: FTP) { id }"),
    ("operator", "acknowledgeAlert(id: \"4711\") { id }"),
    ("operator", "declareScrap(sessionId: \"4711\", input: {pieces: 1}) { id }"),
    ("operator", "withdrawScrap(id: \"4711\") { id }"),
    ("operator", "qualifyStop(periodId: \"4711\", reasonCode: \"PANNE\") { id }"),
    ("admin", "replay(machineId: \"4711\") { id }"),
    ("admin", "excludeLogVersion(id: \"4711\", reason: \"x\") { id }"),
    ("admin", "includeLogVersion(id: \"4711\") { id }"),
    ("admin", "setReferenceCycle(machineId: \"4711\", seconds: 9) { id }"),
    ("admin", "setCalendar(machineId: \"4711\", input: {shifts: [], plannedStops: [], exceptions: []}) { id }"),
    ("admin", "saveStopReason(input: {code: \"X\", label: \"X\", planned: false}) { code }"),
    ("admin", "createMachine(input: {name: \"X\", type: PVC, folder: \"x\"}) { id }"),
    ("admin", "updateMachine(id: \"4711\", input: {description: \"x\"}) { id }"),
    ("admin", "deleteMachine(id: \"4711\")"),
    ("admin", "createUser(input: {username: \"x\", password: \"short\", role: VIEWER}) { id }"),
    ("admin", "updateUser(id: \"4711\", input: {active: true}) { id }"),
];

/// Queries that not everybody who is signed in may ask.
const QUERIES: [(&str, &str); 3] =
    [("admin", "users { id }"), ("admin", "auditTrail { nodes { id } }"), ("viewer", "apiTokens { id }")];

const ROLES: [&str; 4] = ["", "viewer", "operator", "admin"];

fn rank(role: &str) -> usize {
    ROLES.iter().position(|other| *other == role).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_does_more_than_their_role_allows() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let operations = MUTATIONS.iter().map(|(least, text)| (*least, format!("mutation {{ {text} }}")));
    let operations = operations.chain(QUERIES.iter().map(|(least, text)| (*least, format!("{{ {text} }}"))));
    let operations: Vec<_> = operations.collect();
    for role in ROLES {
        let client = if role.is_empty() { Client::anonymous(fortress.base()) } else { fortress.signed_in(role).await };
        for (least, operation) in &operations {
            let code = code(&client, operation).await;
            let refused = code == "FORBIDDEN" || (code == "UNAUTHENTICATED" && role.is_empty() && !least.is_empty());
            assert_eq!(refused, rank(role) < rank(least), "'{role}', {operation}: {code}");
            assert_ne!(code, "INTERNAL", "'{role}', {operation}");
        }
        honest.is_answered(&format!("all that '{role}' tried")).await;
    }
    fortress.stands();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_mutations_is_complete() {
    let fortress = Fortress::new().await;
    let admin = fortress.signed_in("admin").await;
    let data = admin.query("{ __schema { mutationType { fields { name } } } }", json!({})).await;
    let fields = data["__schema"]["mutationType"]["fields"].as_array().unwrap();
    let there: BTreeSet<_> = fields.iter().filter_map(|field| field["name"].as_str()).collect();
    let tried: BTreeSet<_> = MUTATIONS.iter().map(|(_, text)| text.split('(').next().unwrap()).collect();
    assert_eq!(there, tried);
    fortress.stands();
}

/// Whoever may do something through an API token may do it only as far as the token goes, and never make another.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_does_not_outgrow_itself() {
    let fortress = Fortress::new().await;
    let admin = fortress.signed_in("admin").await;
    let make = "mutation($role: Role!) { createApiToken(input: {name: \"t\", role: $role}) { token } }";
    for role in ["VIEWER", "OPERATOR", "ADMIN"] {
        let token = admin.query(make, json!({ "role": role })).await["createApiToken"]["token"].clone();
        let client = Client::with_token(fortress.base(), token.as_str().unwrap());
        for (least, text) in MUTATIONS {
            let code = code(&client, &format!("mutation {{ {text} }}")).await;
            let below = rank(&role.to_ascii_lowercase()) < rank(least);
            let needs_a_sign_in = text.starts_with("createApiToken") || text.starts_with("changePassword");
            assert_eq!(code == "FORBIDDEN", below || needs_a_sign_in, "{role}: {text}: {code}");
        }
    }
    let viewer = fortress.signed_in("viewer").await;
    assert_eq!(viewer.error_code(make, json!({"role": "OPERATOR"})).await, "FORBIDDEN", "more than one's own role");
    // Somebody else's tokens and password are out of reach.
    let theirs = admin.query("{ apiTokens { id } }", json!({})).await["apiTokens"][0]["id"].clone();
    let revoke = "mutation($id: ID!) { revokeApiToken(id: $id) { id } }";
    assert_eq!(viewer.error_code(revoke, json!({ "id": theirs })).await, "NOT_FOUND");
    assert_eq!(viewer.query("{ apiTokens { id } }", json!({})).await["apiTokens"], Value::Array(Vec::new()));
    fortress.stands();
}

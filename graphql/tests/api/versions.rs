//! Versions of log files, setting them aside, and the trail of it.

use crate::fake::{Store, data, in_role, over};
use async_graphql::{Executor, Request, Variables};
use atelier_application::ports::users::Role;
use atelier_graphql::Limits;
use serde_json::{Value, json};
use std::sync::Arc;

async fn ask(store: &Arc<Store>, role: Role, document: &str, variables: Value) -> Value {
    let request = Request::new(document).variables(Variables::from_json(variables)).data(in_role(role));
    serde_json::to_value(over(store, &Limits::default()).execute(request).await).unwrap()
}

const EXCLUDE: &str = "mutation($id: ID!, $why: String!) { excludeLogVersion(id: $id, reason: $why) { id } }";
const INCLUDE: &str = "mutation($id: ID!) { includeLogVersion(id: $id) { id } }";
const TRAIL: &str = "query($after: String) { auditTrail(first: 2, after: $after) { \
    nodes { id user { username } actor action object detail { name value } } pageInfo { hasNextPage endCursor } } }";

#[tokio::test]
async fn versions_of_all_files_are_one_statement() {
    let store = Store::of(2, 2);
    let query = "{ logFiles { nodes { versions { id sizeBytes present firstReadAt firstDate lastDate excludedAt \
        excludedBy { username } exclusionReason } } } }";
    let found = data(&over(&store, &Limits::default()), query).await;
    assert_eq!(store.calls(), ["log_files", "versions"]);
    let first = &found["logFiles"]["nodes"][0]["versions"];
    let expected = json!([
        {"id": "10", "sizeBytes": 1234, "present": false, "firstReadAt": "2025-06-15T15:06:40Z", "firstDate": null, "lastDate": null,
         "excludedAt": "2025-06-15T15:06:40Z", "excludedBy": {"username": "ada"}, "exclusionReason": "a test"},
        {"id": "11", "sizeBytes": 1234, "present": true, "firstReadAt": "2025-06-15T15:06:40Z", "firstDate": "2025-06-10",
         "lastDate": "2025-06-11", "excludedAt": null, "excludedBy": null, "exclusionReason": null},
    ]);
    assert_eq!(*first, expected);
}

#[tokio::test]
async fn only_administrators_set_versions_aside_and_read_the_trail() {
    for role in [Role::Viewer, Role::Operator] {
        let store = Store::of(1, 1);
        for (document, variables) in
            [(EXCLUDE, json!({"id": "1", "why": "a test"})), (INCLUDE, json!({"id": "1"})), (TRAIL, json!({}))]
        {
            let refused = ask(&store, role, document, variables).await;
            assert_eq!(refused["errors"][0]["extensions"], json!({"code": "FORBIDDEN"}), "{refused}");
        }
        assert_eq!(store.calls(), Vec::<&str>::new());
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_by_its_code() {
    let store = Store::of(1, 1);
    let error = async |document: &str, variables: Value| {
        let refused = ask(&store, Role::Admin, document, variables).await;
        refused["errors"][0]["extensions"].clone()
    };
    for why in ["", "  ", "a\nb", "a\0b", &"é".repeat(501)] {
        let found = error(EXCLUDE, json!({"id": "1", "why": why})).await;
        assert_eq!(found, json!({"code": "BAD_USER_INPUT", "field": "reason"}), "{why:?}");
    }
    let wrong_id = json!({"code": "BAD_USER_INPUT", "field": "id"});
    assert_eq!(error(EXCLUDE, json!({"id": "x", "why": "a test"})).await, wrong_id);
    assert_eq!(error(INCLUDE, json!({"id": "x"})).await, wrong_id);
    assert_eq!(error(EXCLUDE, json!({"id": "99", "why": "é".repeat(500)})).await, json!({"code": "NOT_FOUND"}));
    assert_eq!(error(INCLUDE, json!({"id": "99"})).await, json!({"code": "NOT_FOUND"}));
    // The one it knows, while a run is at work.
    assert_eq!(error(EXCLUDE, json!({"id": "1", "why": "a test"})).await, json!({"code": "CONFLICT"}));
    assert_eq!(error(INCLUDE, json!({"id": "1"})).await, json!({"code": "CONFLICT"}));
}

#[tokio::test]
async fn the_trail_is_read_from_the_newest_on() {
    let store = Store::of(1, 1);
    let first = ask(&store, Role::Admin, TRAIL, json!({})).await;
    let page = &first["data"]["auditTrail"];
    let detail = json!([{"name": "file", "value": "DEM12 (PVC)/20250610.LOG"}, {"name": "reason", "value": "a test"}]);
    let newest = json!({"id": "3", "user": {"username": "ada"}, "actor": "ada", "action": "VERSION_EXCLUDED",
        "object": "version 10", "detail": detail});
    assert_eq!((&page["nodes"][0], &page["pageInfo"]["hasNextPage"]), (&newest, &json!(true)), "{first}");
    let rest = ask(&store, Role::Admin, TRAIL, json!({"after": page["pageInfo"]["endCursor"]})).await;
    let nodes = &rest["data"]["auditTrail"]["nodes"];
    assert_eq!((nodes[0]["id"].as_str(), nodes[0]["actor"].as_str()), (Some("1"), Some("command line (eve)")));
    assert_eq!((&nodes[0]["user"], &nodes[1]), (&Value::Null, &Value::Null));
    assert_eq!(store.calls(), ["audit_trail", "audit_trail"]);
}

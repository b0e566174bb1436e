//! Anomalies of all machines.

use crate::fake::{Store, ask, data, over};
use atelier_graphql::{AtelierSchema, Limits};
use serde_json::{Value, json};

async fn ids(schema: &AtelierSchema, arguments: &str) -> Vec<String> {
    let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
    let found = data(schema, &format!("{{ anomalies{arguments} {{ nodes {{ id }} }} }}")).await;
    let nodes = found["anomalies"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn those_of_sessions_and_of_files_the_newest_first() {
    let store = Store::of(1, 2);
    let schema = over(&store, &Limits::default());
    let query = "{ anomalies(first: 2) { edges { cursor node { id kind at session { id date machine { name } } logFile { path } lineNumber message } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
    let page = data(&schema, query).await["anomalies"].take();
    assert_eq!(
        page["edges"][0]["node"],
        json!({ "id": "2", "kind": "CLOCK_WENT_BACK", "at": "2025-06-02T06:00:00Z",
            "session": { "id": "2", "date": "2025-06-02", "machine": { "name": "M01" } },
            "logFile": { "path": "M01 (PVC)/20250602.LOG" }, "lineNumber": 17, "message": "The clock went back by 3 s." })
    );
    assert_eq!(
        page["edges"][1]["node"],
        json!({ "id": "1002", "kind": "FILE_TRUNCATED", "at": "2025-06-02T05:59:58Z", "session": null,
            "logFile": { "path": "M01 (PVC)/20250602.LOG" }, "lineNumber": null,
            "message": "The file became shorter; what was read of it is kept." })
    );
    let info = &page["pageInfo"];
    assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(true), &json!(false)));
    assert_eq!((&info["startCursor"], &info["endCursor"]), (&page["edges"][0]["cursor"], &page["edges"][1]["cursor"]));
    assert_eq!(ids(&schema, &format!("after: {}", info["endCursor"])).await, ["1", "1001"]);
    let mut calls = store.calls();
    calls.sort_unstable();
    assert_eq!(calls, ["list_anomalies", "list_anomalies", "log_files_by_id", "machines_by_id", "sessions_by_id"]);
}

#[tokio::test]
async fn filters() {
    let store = Store::of(2, 2);
    let schema = over(&store, &Limits::default());
    assert_eq!(ids(&schema, "").await.len(), 8);
    assert_eq!(ids(&schema, "filter: {kinds: [FILE_TRUNCATED], machineIds: [2]}").await, ["1004", "1003"]);
    assert_eq!(ids(&schema, "filter: {from: \"2025-06-02\", machineIds: [1]}").await, ["2", "1002"]);
    assert_eq!(ids(&schema, "filter: {to: \"2025-06-01\", machineIds: [1]}").await, ["1", "1001"]);
    assert_eq!(ids(&schema, "filter: {from: \"2025-06-02\", to: \"2025-06-01\"}").await, Vec::<String>::new());
    assert_eq!(ids(&schema, "filter: {kinds: []}").await, Vec::<String>::new());
    assert_eq!(ids(&schema, "filter: {machineIds: []}").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_not_right_is_told_by_field() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    for (arguments, field) in
        [("first: 501", "first"), ("after: \"x\"", "after"), ("filter: {machineIds: [\"x\"]}", "machineIds")]
    {
        let answer = ask(&schema, &format!("{{ anomalies({arguments}) {{ nodes {{ id }} }} }}")).await;
        assert_eq!(answer["data"], Value::Null);
        assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": field }));
    }
    let answer = ask(&schema, "{ anomalies(first: 500) { nodes { session { pieces(first: 500) { nodes { job { id } } } waitPeriods { id } timeline { state } } } } }").await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let answer = ask(&schema, "{ anomalies(first: 500) { nodes { logFile { rejectedLines(first: 500) { text } sessions { pieces(first: 500) { nodes { id } } } } } } }").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "QUERY_TOO_COMPLEX");
}

//! The line of every fact.

use crate::fake::{Store, ask, data, over, text};
use atelier_graphql::Limits;
use serde_json::json;

#[tokio::test]
async fn every_fact_has_its_line() {
    let store = Store::of(1, 2);
    let schema = over(&store, &Limits::default());
    let query =
        "{ session(id: 2) { jobs { id source { ...L } } waitPeriods { source { ...L } } stopPeriods { source { ...L } }
        pieces(first: 1) { nodes { source { ...L } job { source { text } } } } } }
        fragment L on LogLine { __typename number text }";
    let line = json!({ "source": { "__typename": "LogLine", "number": 2, "text": "two" } });
    let mut answer = data(&schema, query).await["session"].take();
    assert_eq!(answer["waitPeriods"], json!([line]));
    assert_eq!(answer["stopPeriods"], json!([line]));
    assert_eq!(answer["jobs"][2], json!({ "id": "23", "source": line["source"] }));
    assert_eq!(
        answer["pieces"]["nodes"].take(),
        json!([{ "source": line["source"], "job": { "source": { "text": "two" } } }])
    );
}

#[tokio::test]
async fn a_line_leads_to_its_file() {
    let store = Store::of(1, 2);
    let schema = over(&store, &Limits::default());
    let query = "{ sessions { nodes { id pieces(last: 1) { edges { node { again: source { logFile { sessions { id } path machine { name } } number }
        number id job { source { logFile { path } text } id } } } } } } }";
    let piece = |id: i64, path: &str| {
        json!({ "again": { "logFile": { "sessions": [{ "id": id.to_string() }], "path": path, "machine": { "name": "M01" } }, "number": 2 },
            "number": 120, "id": (id * 10_000 + 120).to_string(),
            "job": { "source": { "logFile": { "path": path }, "text": "two" }, "id": (id * 10 + 1).to_string() } })
    };
    let sessions =
        |id: i64, path: &str| json!({ "id": id.to_string(), "pieces": { "edges": [{ "node": piece(id, path) }] } });
    let expected = json!({ "sessions": { "nodes": [sessions(2, "M01 (PVC)/20250602.LOG"), sessions(1, "M01 (PVC)/20250601.LOG")] } });
    assert_eq!(data(&schema, query).await, expected);
    // The fields have the order of the query, though some of them load something.
    let order = r#"{"node":{"again":{"logFile":{"sessions":[{"id":"2"}],"path":"M01 (PVC)/20250602.LOG","machine":{"name":"M01"}},"number":2},"number":120,"id":"20120","job":{"source":"#;
    assert!(text(&schema, query).await.contains(order));
}

#[tokio::test]
async fn lines_are_asked_for_once_a_level() {
    let store = Store::of(3, 4);
    let schema = over(&store, &Limits::default());
    let query =
        "{ machines { sessions { nodes { pieces(first: 50) { nodes { source { text logFile { path } } } } } } } }";
    assert_eq!(ask(&schema, query).await.get("errors"), None);
    let mut calls = store.calls();
    calls.sort_unstable();
    let texts = calls.iter().filter(|call| **call == "texts").count();
    calls.dedup();
    assert_eq!(calls, ["contents", "machines", "pieces", "sessions_by_machine", "texts", "version_files"]);
    // Each version is read once, and one of the twelve is lost.
    assert_eq!(texts, 11);

    ask(&schema, "{ session(id: 1) { waitPeriods { source { number } } timeline { state } } }").await;
    let mut calls = store.calls();
    calls.sort_unstable();
    assert_eq!(calls, ["piece_instants", "sessions_by_id", "stops", "waits", "waits"]);
}

#[tokio::test]
async fn a_line_that_is_lost_is_null() {
    let store = Store::of(1, 4);
    let schema = over(&store, &Limits::default());
    let query = "{ a: session(id: 4) { waitPeriods { source { text } } } b: session(id: 4) { waitPeriods { source { number logFile { id } } } } }";
    let expected = json!({ "a": { "waitPeriods": [{ "source": null }] }, "b": { "waitPeriods": [{ "source": { "number": 2, "logFile": { "id": "4" } } }] } });
    assert_eq!(data(&schema, query).await, expected);
}

#[tokio::test]
async fn a_store_that_fails_is_our_fault() {
    let store = Store::of(1, 1);
    store.fail("contents");
    let answer = ask(&over(&store, &Limits::default()), "{ session(id: 1) { jobs { source { text } } } }").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
    assert_eq!(answer["data"], json!({ "session": null }));
}

//! Children are asked for once per level, whatever the number of rows, and come out right.

use crate::fake::{Store, ask_with, data, over, text};
use atelier_graphql::Limits;
use serde_json::json;

const NESTED: &str =
    "query Nested($names: [String!]) { machines(filter: {names: $names}) { name sessions(first: 30) { nodes {
  date totalPieces observed { occupancyRate waitRate stopRate }
  waitPeriods { startedAt endedAt durationSeconds } stopPeriods { startedAt endedAt durationSeconds }
  jobs { reference lengthMm colour startedAt } pieces(first: 50) { nodes { number producedAt } } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn the_nested_query_takes_six_calls() {
    for (machines, sessions) in [(1, 1), (3, 30), (30, 40)] {
        let store = Store::of(machines, sessions);
        let schema = over(&store, &Limits::default());
        let answer = ask_with(&schema, NESTED, json!({ "names": null })).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        assert_eq!(answer["data"]["machines"].as_array().unwrap().len(), machines as usize);
        let mut calls = store.calls();
        calls.sort_unstable();
        assert_eq!(calls, ["jobs", "machines", "pieces", "sessions_by_machine", "stops", "waits"]);
    }
}

#[tokio::test]
async fn the_nested_query_answers_in_the_order_of_the_query() {
    let store = Store::of(2, 2);
    let schema = over(&store, &Limits::default());
    let query = NESTED.replace("first: 30", "first: 1").replace("first: 50", "first: 2");
    let answer =
        text(&schema, &query.replace("$names}", "[\"M02\"]}").replace("query Nested($names: [String!])", "")).await;
    insta::assert_snapshot!(answer, @r#"{"data":{"machines":[{"name":"M02","sessions":{"nodes":[{"date":"2025-06-02","totalPieces":120,"observed":{"occupancyRate":0.75,"waitRate":0.25,"stopRate":0.0},"waitPeriods":[{"startedAt":"2025-06-02T06:01:50Z","endedAt":"2025-06-02T06:02:02.500Z","durationSeconds":12.5}],"stopPeriods":[{"startedAt":"2025-06-02T06:02:30Z","endedAt":null,"durationSeconds":30.0}],"jobs":[{"reference":"R4-1","lengthMm":null,"colour":"7016 G ALU","startedAt":"2025-06-02T06:00:01Z"},{"reference":"R4-2","lengthMm":3359.5,"colour":"7016 G ALU","startedAt":"2025-06-02T06:00:02Z"},{"reference":"R4-3","lengthMm":3359.5,"colour":"7016 G ALU","startedAt":"2025-06-02T06:00:03Z"}],"pieces":{"nodes":[{"number":1,"producedAt":"2025-06-02T06:01:40Z"},{"number":2,"producedAt":"2025-06-02T06:03:20Z"}]}}]}}]}}"#);
}

#[tokio::test]
async fn everything_else_is_asked_for_once_too() {
    let store = Store::of(3, 4);
    let schema = over(&store, &Limits::default());
    let query = "{ machines { latestSession { id }
        sessions(first: 2) { totalCount nodes { machine { name latestSession { id } } timeline { state } anomalies { session { id } logFile { path } }
            logFiles { path machine { name } rejectedLines { text } sessions { id } }
            jobs { pieces } pieces(first: 3) { totalCount nodes { job { reference pieces } } } } } } }";
    data(&schema, query).await;
    let mut calls = store.calls();
    calls.sort_unstable();
    let expected = [
        "anomalies",
        "carried_pieces",
        "carried_pieces",
        "count_sessions_by_machine",
        "jobs",
        "jobs_by_id",
        "latest_sessions",
        "latest_sessions",
        "log_files_by_id",
        "log_files_by_session",
        "machines",
        "machines_by_id",
        "piece_instants",
        "pieces",
        "rejects",
        "sessions_by_file",
        "sessions_by_id",
        "sessions_by_machine",
        "stops",
        "waits",
    ];
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn aliases_with_other_arguments_are_other_lists() {
    let store = Store::of(1, 3);
    let schema = over(&store, &Limits::default());
    let query = "{ machines { a: sessions(first: 1) { nodes { id } } b: sessions(first: 1, orderBy: {field: DATE, direction: ASC}) { nodes { id } } c: sessions(first: 1) { nodes { date } } } }";
    let answer = data(&schema, query).await;
    assert_eq!(
        answer,
        json!({ "machines": [{ "a": { "nodes": [{ "id": "3" }] }, "b": { "nodes": [{ "id": "1" }] }, "c": { "nodes": [{ "date": "2025-06-03" }] } }] })
    );
    assert_eq!(store.calls(), ["machines", "sessions_by_machine", "sessions_by_machine"]);
}

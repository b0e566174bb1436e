//! Runs of the synchronisation: their list, starting one, watching them.

use crate::fake::{Store, ada, admin, ask, data, ending, json as to_json, operator, over, run};
use async_graphql::{Data, Executor, Request, Response};
use atelier_application::ports::sync_runs::{SyncRun, SyncSource, SyncStatus};
use atelier_domain::units::Millis;
use atelier_graphql::{Caller, Limits};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

async fn as_caller(store: &Arc<Store>, caller: Caller, query: &str) -> Value {
    to_json(&over(store, &Limits::default()).execute(Request::new(query).data(caller)).await)
}

#[tokio::test]
async fn runs_the_newest_first() {
    let store = Store::of(1, 1);
    let schema = over(&store, &Limits::default());
    store.put_run(run(1, SyncStatus::Partial));
    store.put_run(SyncRun { source: SyncSource::Erp, ..run(2, SyncStatus::Succeeded) });
    store.put_run(run(3, SyncStatus::Running));
    let query =
        "{ syncRuns(first: 2) { edges { cursor node { id } } nodes { id } pageInfo { hasNextPage endCursor } } }";
    let page = data(&schema, query).await["syncRuns"].take();
    assert_eq!(page["nodes"], json!([{ "id": "3" }, { "id": "2" }]));
    assert_eq!(
        (&page["pageInfo"]["hasNextPage"], &page["pageInfo"]["endCursor"]),
        (&json!(true), &page["edges"][1]["cursor"])
    );
    let query = format!(
        "{{ syncRuns(source: FTP, after: {}) {{ nodes {{ id source status startedAt finishedAt filesSeen filesRead bytesRead filesFailed
        sessionsCreated sessionsUpdated ordersChanged progress error }} pageInfo {{ hasNextPage hasPreviousPage }} }} }}",
        page["pageInfo"]["endCursor"]
    );
    let expected = json!({ "syncRuns": { "nodes": [{ "id": "1", "source": "FTP", "status": "PARTIAL", "startedAt": "2025-06-02T06:00:00Z",
        "finishedAt": "2025-06-02T06:01:30Z", "filesSeen": 9, "filesRead": 1, "bytesRead": 5_000_000_000_u64, "filesFailed": 1,
        "sessionsCreated": 2, "sessionsUpdated": 3, "ordersChanged": 0, "progress": 1.0, "error": "a.LOG: it is gone" }],
        "pageInfo": { "hasNextPage": false, "hasPreviousPage": true } } });
    assert_eq!(data(&schema, &query).await, expected);
    let refused = ask(&schema, "{ syncRuns(first: 501) { nodes { id } } }").await;
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": "first" }));
}

#[tokio::test]
async fn sync_now_gives_the_run_that_began_or_the_one_at_work() {
    let store = Store::of(1, 1);
    let now = "mutation { syncNow(source: FTP) { id status finishedAt } }";
    let begun = json!({ "data": { "syncNow": { "id": "1", "status": "RUNNING", "finishedAt": null } } });
    assert_eq!(as_caller(&store, operator(), now).await, begun);
    assert_eq!(as_caller(&store, operator(), now).await, begun);
    assert_eq!(store.calls(), ["start", "start", "sync_runs"]);
}

#[tokio::test]
async fn sync_now_is_for_operators_and_for_what_is_configured() {
    let store = Store::of(1, 1);
    let refused = as_caller(&store, ada(), "mutation { syncNow(source: FTP) { id } }").await;
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "FORBIDDEN" }), "{refused}");
    assert_eq!(store.calls(), Vec::<&str>::new());
    let refused = as_caller(&store, operator(), "mutation { syncNow(source: ERP) { id } }").await;
    assert_eq!(refused["data"], Value::Null);
    assert_eq!(refused["errors"][0]["message"], "No ERP is configured.");
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": "source" }));
}

#[tokio::test]
async fn replay_is_for_administrators_and_for_what_is_there() {
    let store = Store::of(1, 1);
    let refused = as_caller(&store, operator(), "mutation { replay { id } }").await;
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "FORBIDDEN" }), "{refused}");
    let backwards = r#"mutation { replay(from: "2025-06-17", to: "2025-06-16") { id } }"#;
    let refused = as_caller(&store, admin(), backwards).await;
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": "from" }), "{refused}");
    let refused = as_caller(&store, admin(), r#"mutation { replay(machineId: "999") { id } }"#).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{refused}");
    assert_eq!(store.calls(), Vec::<&str>::new());
    let one_day = r#"mutation { replay(machineId: "1", from: "2025-06-16", to: "2025-06-16") { id source status } }"#;
    let begun = json!({ "data": { "replay": { "id": "1", "source": "FTP", "status": "RUNNING" } } });
    assert_eq!(as_caller(&store, admin(), one_day).await, begun);
    assert_eq!(as_caller(&store, admin(), "mutation { replay { id source status } }").await, begun, "the one at work");
}

fn subscribe(store: &Arc<Store>, caller: Caller, query: &str) -> BoxStream<'static, Response> {
    let mut session = Data::default();
    session.insert(caller);
    over(store, &Limits::default()).execute_stream(Request::new(query), Some(Arc::new(session)))
}

/// What comes next, within a few seconds.
async fn next(stream: &mut BoxStream<'static, Response>) -> Option<Value> {
    let response = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.unwrap();
    response.map(|response| to_json(&response)["data"]["syncProgress"].take())
}

#[tokio::test]
async fn progress_is_told_up_to_the_end_of_the_run() {
    let store = Store::of(1, 1);
    store.put_run(run(1, SyncStatus::Succeeded));
    store.put_run(run(2, SyncStatus::Succeeded));
    let mut stream = subscribe(&store, ada(), "subscription { syncProgress(source: FTP) { id status progress } }");
    assert_eq!(next(&mut stream).await.unwrap(), json!({ "id": "2", "status": "SUCCEEDED", "progress": 1.0 }));
    store.put_run(SyncRun { source: SyncSource::Erp, ..run(3, SyncStatus::Running) });
    store.put_run(run(4, SyncStatus::Running));
    assert_eq!(next(&mut stream).await.unwrap(), json!({ "id": "4", "status": "RUNNING", "progress": 0.25 }));
    store.put_run(run(4, SyncStatus::Failed));
    assert_eq!(next(&mut stream).await.unwrap(), json!({ "id": "4", "status": "FAILED", "progress": 1.0 }));
}

#[tokio::test]
async fn progress_ends_with_the_token_and_needs_one() {
    let store = Store::of(1, 1);
    let soon = ending(crate::fake::NOW + Millis(80));
    let mut stream = subscribe(&store, soon, "subscription { syncProgress { id } }");
    assert_eq!(next(&mut stream).await, None);
    let mut stream = subscribe(&store, Caller::Anonymous, "subscription { syncProgress { id } }");
    assert_eq!(to_json(&stream.next().await.unwrap())["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

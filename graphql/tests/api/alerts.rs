//! Alerts: their list, taking care of one, hearing of new ones.

use crate::fake::{Store, ada, alert, ask, data, ending, json as to_json, operator, over};
use async_graphql::{Data, Executor, Request, Response};
use atelier_application::ports::alerts::StoredAlert;
use atelier_domain::alert::{AlertKind, Severity};
use atelier_domain::ids::UserId;
use atelier_domain::units::Millis;
use atelier_graphql::{Caller, Limits};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const ALL: &str = "id kind severity message raisedAt resolvedAt acknowledgedBy { username } machine { name }";

#[tokio::test]
async fn the_newest_first_and_only_the_open_or_the_resolved() {
    let store = Store::of(2, 1);
    let schema = over(&store, &Limits::default());
    store.put_alert(alert(1, 1));
    let raised_at = alert(2, 2).raised_at;
    let resolved_at = Some(raised_at + Millis::from_seconds(90));
    store.put_alert(StoredAlert { resolved_at, acknowledged_by: Some(UserId(7)), ..alert(2, 2) });
    let critical = (AlertKind::SyncOverdue, Severity::Critical);
    store.put_alert(StoredAlert { kind: critical.0, severity: critical.1, machine: None, ..alert(3, 1) });
    let query = format!(
        "{{ alerts(first: 2) {{ edges {{ cursor node {{ id }} }} nodes {{ {ALL} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let page = data(&schema, &query).await["alerts"].take();
    let expected = json!([
        { "id": "3", "kind": "SYNC_OVERDUE", "severity": "CRITICAL", "message": "The file 3.LOG could not be read.",
          "raisedAt": "2025-06-04T06:00:00Z", "resolvedAt": null, "acknowledgedBy": null, "machine": null },
        { "id": "2", "kind": "FILE_QUARANTINED", "severity": "WARNING", "message": "The file 2.LOG could not be read.",
          "raisedAt": "2025-06-03T06:00:00Z", "resolvedAt": "2025-06-03T06:01:30Z", "acknowledgedBy": { "username": "ada" },
          "machine": { "name": "M02" } },
    ]);
    assert_eq!(page["nodes"], expected);
    assert_eq!(
        (&page["pageInfo"]["hasNextPage"], &page["pageInfo"]["endCursor"]),
        (&json!(true), &page["edges"][1]["cursor"])
    );
    let ids = async |arguments: &str| {
        data(&schema, &format!("{{ alerts{arguments} {{ nodes {{ id }} }} }}")).await["alerts"]["nodes"].take()
    };
    assert_eq!(ids(&format!("(after: {})", page["pageInfo"]["endCursor"])).await, json!([{ "id": "1" }]));
    assert_eq!(ids("(open: true)").await, json!([{ "id": "3" }, { "id": "1" }]));
    assert_eq!(ids("(open: false)").await, json!([{ "id": "2" }]));
    let refused = ask(&schema, "{ alerts(first: 501) { nodes { id } } }").await;
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": "first" }));
}

#[tokio::test]
async fn what_they_point_to_is_asked_once() {
    let store = Store::of(3, 1);
    for id in 1..=9 {
        store.put_alert(StoredAlert { acknowledged_by: Some(UserId(7)), ..alert(id, id % 3 + 1) });
    }
    let schema = over(&store, &Limits::default());
    data(&schema, "{ alerts { nodes { acknowledgedBy { id } machine { name latestSession { id } } } } }").await;
    let mut calls = store.calls();
    calls.sort_unstable();
    assert_eq!(calls, ["alerts", "latest_sessions", "machines_by_id", "users_by_id"]);
}

async fn acknowledge(store: &Arc<Store>, caller: Caller, id: &str) -> Value {
    let mutation = format!("mutation {{ acknowledgeAlert(id: \"{id}\") {{ id acknowledgedBy {{ id username }} }} }}");
    to_json(&over(store, &Limits::default()).execute(Request::new(mutation).data(caller)).await)
}

#[tokio::test]
async fn acknowledging_is_for_operators_and_keeps_the_first() {
    let store = Store::of(1, 1);
    store.put_alert(alert(1, 1));
    let refused = acknowledge(&store, ada(), "1").await;
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "FORBIDDEN" }), "{refused}");
    let taken =
        json!({ "data": { "acknowledgeAlert": { "id": "1", "acknowledgedBy": { "id": "7", "username": "ada" } } } });
    assert_eq!(acknowledge(&store, operator(), "1").await, taken);
    assert_eq!(acknowledge(&store, operator(), "1").await, taken);
    let missing = acknowledge(&store, operator(), "9").await;
    assert_eq!(missing["errors"][0]["extensions"], json!({ "code": "NOT_FOUND" }), "{missing}");
    let wrong = acknowledge(&store, operator(), "x").await;
    assert_eq!(wrong["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": "id" }), "{wrong}");
}

fn subscribe(store: &Arc<Store>, caller: Caller) -> BoxStream<'static, Response> {
    let mut session = Data::default();
    session.insert(caller);
    let subscription = format!("subscription {{ alertRaised {{ {ALL} }} }}");
    over(store, &Limits::default()).execute_stream(Request::new(subscription), Some(Arc::new(session)))
}

/// What comes next, within a few seconds.
async fn next(stream: &mut BoxStream<'static, Response>) -> Option<Value> {
    let response = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.unwrap();
    response.map(|response| to_json(&response)["data"]["alertRaised"].take())
}

#[tokio::test]
async fn an_alert_is_told_when_it_is_raised_and_none_from_before() {
    let store = Store::of(1, 1);
    store.put_alert(alert(1, 1));
    let mut stream = subscribe(&store, ada());
    let begun = tokio::time::timeout(Duration::from_millis(100), stream.next()).await;
    assert!(begun.is_err(), "{begun:?}");
    store.put_alert(alert(2, 1));
    let told = next(&mut stream).await.unwrap();
    assert_eq!((&told["id"], &told["machine"]), (&json!("2"), &json!({ "name": "M01" })));
}

#[tokio::test]
async fn it_ends_with_the_token_and_needs_one() {
    let store = Store::of(1, 1);
    let mut stream = subscribe(&store, ending(crate::fake::NOW + Millis(80)));
    assert_eq!(next(&mut stream).await, None);
    let mut stream = subscribe(&store, Caller::Anonymous);
    assert_eq!(to_json(&stream.next().await.unwrap())["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

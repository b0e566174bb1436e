//! Scan, then live: without gap or repeat.

use crate::fake::{NOW, Store, ada, ending, json, over, session};
use async_graphql::{Data, Executor, Request, Response};
use atelier_application::ports::events::Announcement;
use atelier_application::ports::sessions::SessionSummary;
use atelier_domain::ids::{MachineId, Revision};
use atelier_domain::machine::Activity;
use atelier_domain::units::Millis;
use atelier_graphql::{Caller, Limits};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

fn subscribe(store: &Arc<Store>, caller: Caller, limits: &Limits, query: &str) -> BoxStream<'static, Response> {
    let mut session = Data::default();
    session.insert(caller);
    over(store, limits).execute_stream(Request::new(query), Some(Arc::new(session)))
}

fn small() -> Limits {
    Limits { page: 2, ..Limits::default() }
}

/// What comes within a moment.
async fn now(stream: &mut BoxStream<'static, Response>) -> Vec<Value> {
    let mut heard = Vec::new();
    while let Ok(Some(response)) = tokio::time::timeout(Duration::from_millis(50), stream.next()).await {
        let response = json(&response);
        heard.push(if response.get("errors").is_some() {
            response
        } else {
            response["data"].as_object().unwrap().values().next().unwrap().clone()
        });
    }
    heard
}

/// The ids of what comes within a moment.
async fn ids(stream: &mut BoxStream<'static, Response>) -> Vec<String> {
    now(stream).await.iter().map(|session| session["id"].as_str().unwrap().to_owned()).collect()
}

fn revised(id: i64, machine: i64, revision: i64) -> SessionSummary {
    SessionSummary { revision: Revision(revision), ..session(id, machine, id, 120) }
}

#[tokio::test]
async fn new_sessions_come_as_they_are_committed() {
    let store = Store::of(3, 1);
    let mut stream = subscribe(
        &store,
        ada(),
        &small(),
        "subscription { sessionCreated { id date totalPieces observed { occupancyRate } machine { name } } }",
    );
    assert_eq!(now(&mut stream).await, Vec::<Value>::new());
    store.commit(true, session(4, 1, 5, 120));
    let expected = json!({ "id": "4", "date": "2025-06-06", "totalPieces": 120, "observed": { "occupancyRate": 0.75 }, "machine": { "name": "M01" } });
    assert_eq!(now(&mut stream).await, [expected]);
}

#[tokio::test]
async fn a_client_that_reconnects_misses_none_and_sees_none_twice() {
    let store = Store::of(7, 1);
    // Committed between listening and reading: it is both announced and read.
    store.commit_on_listen(session(8, 1, 8, 120));
    let mut stream = subscribe(&store, ada(), &small(), "subscription { sessionCreated(afterId: 2) { id } }");
    assert_eq!(ids(&mut stream).await, ["3", "4", "5", "6", "7", "8"]);
    assert_eq!(store.calls(), ["listen", "created_since", "created_since", "created_since", "created_since"]);
    store.commit(true, session(9, 1, 9, 120));
    store.commit(false, session(9, 1, 9, 121));
    store.commit(false, session(5, 1, 9, 121));
    store.commit(true, session(10, 1, 10, 120));
    assert_eq!(ids(&mut stream).await, ["9", "10"]);
}

#[tokio::test]
async fn nothing_is_lost_between_listening_and_the_first_event() {
    let store = Store::of(2, 1);
    let mut stream = subscribe(&store, ada(), &small(), "subscription { sessionCreated { id } }");
    assert_eq!(ids(&mut stream).await, Vec::<String>::new());
    assert_eq!(store.calls(), ["listen", "last_session"]);
    store.commit(true, session(3, 1, 3, 120));
    assert_eq!(ids(&mut stream).await, ["3"]);
}

#[tokio::test]
async fn missed_announcements_are_read_from_the_store() {
    let store = Store::of(2, 1);
    let mut stream = subscribe(&store, ada(), &small(), "subscription { sessionCreated { id } }");
    assert_eq!(ids(&mut stream).await, Vec::<String>::new());
    for id in 3..=7 {
        store.put(session(id, 1, id, 120));
    }
    store.tell(&Announcement::Missed);
    store.commit(true, session(8, 1, 8, 120));
    assert_eq!(ids(&mut stream).await, ["3", "4", "5", "6", "7", "8"]);
    // The announcement of its creation was lost; that of a change was not.
    store.put(session(9, 1, 9, 120));
    store.commit(false, session(10, 1, 10, 120));
    assert_eq!(ids(&mut stream).await, ["9", "10"]);
}

#[tokio::test]
async fn changed_sessions_come_by_revision() {
    let store = Store::of(4, 1);
    let mut stream =
        subscribe(&store, ada(), &small(), "subscription { sessionUpdated(afterRevision: 1) { id revision } }");
    let seen = |id: &str, revision: i64| json!({ "id": id, "revision": revision });
    assert_eq!(now(&mut stream).await, [seen("2", 2), seen("3", 3), seen("4", 4)]);
    store.commit(false, revised(2, 2, 5));
    store.commit(true, revised(5, 1, 6));
    store.commit(false, revised(5, 1, 7));
    assert_eq!(now(&mut stream).await, [seen("2", 5), seen("5", 7)]);
    store.put(revised(3, 3, 8));
    store.put(revised(2, 2, 9));
    store.tell(&Announcement::Missed);
    assert_eq!(now(&mut stream).await, [seen("3", 8), seen("2", 9)]);
}

#[tokio::test]
async fn without_a_revision_only_what_changes_from_now_on() {
    let store = Store::of(4, 1);
    let mut stream = subscribe(&store, ada(), &small(), "subscription { sessionUpdated { id } }");
    assert_eq!(ids(&mut stream).await, Vec::<String>::new());
    store.commit(false, revised(2, 2, 4));
    store.commit(false, revised(3, 3, 5));
    assert_eq!(ids(&mut stream).await, ["3"]);
}

#[tokio::test]
async fn filters() {
    let store = Store::of(3, 1);
    let filters = [
        ("machineIds: [2, 3]", vec!["2", "3"]),
        ("types: [ALU]", vec!["2"]),
        ("machineIds: []", vec![]),
        ("types: []", vec![]),
        ("machineIds: [1], types: [ALU]", vec![]),
    ];
    for (filter, expected) in filters {
        let mut stream = subscribe(
            &store,
            ada(),
            &small(),
            &format!("subscription {{ sessionCreated({filter}, afterId: 0) {{ id }} }}"),
        );
        assert_eq!(ids(&mut stream).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_subscription_ends_with_its_token() {
    let store = Store::of(1, 1);
    let mut stream =
        subscribe(&store, ending(NOW + Millis(80)), &small(), "subscription { sessionCreated(afterId: 0) { id } }");
    assert_eq!(json(&stream.next().await.unwrap()), json!({ "data": { "sessionCreated": { "id": "1" } } }));
    assert!(tokio::time::timeout(Duration::from_secs(15), stream.next()).await.unwrap().is_none());
}

#[tokio::test]
async fn refusals() {
    let store = Store::of(1, 1);
    let mut stream = subscribe(&store, Caller::Anonymous, &small(), "subscription { sessionCreated { id } }");
    assert_eq!(json(&stream.next().await.unwrap())["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert!(stream.next().await.is_none());
    let mut stream = subscribe(&store, ada(), &small(), "subscription { sessionCreated(afterId: \"x\") { id } }");
    assert_eq!(
        json(&stream.next().await.unwrap())["errors"][0]["extensions"],
        json!({ "code": "BAD_USER_INPUT", "field": "afterId" })
    );
    assert!(stream.next().await.is_none());
    store.fail("created_since");
    let mut stream = subscribe(&store, ada(), &small(), "subscription { sessionCreated(afterId: 0) { id } }");
    assert_eq!(json(&stream.next().await.unwrap())["errors"][0]["extensions"]["code"], "INTERNAL");
    assert!(stream.next().await.is_none());
}

/// What a machine did, so many seconds ago.
fn stopped(seconds_ago: i64) -> Activity {
    let since = NOW + Millis::from_seconds(-seconds_ago);
    Activity { last_event: since, stopped_since: Some(since), last_wait: None, last_start: None }
}

#[tokio::test]
async fn a_machine_whose_state_changes_is_told_once() {
    let store = Store::of(2, 1);
    let does = |machine: i64, activity| {
        store.doing.lock().unwrap().insert(MachineId(machine), activity);
    };
    does(1, stopped(60));
    let query = "subscription { machineStateChanged { name state stateSince } }";
    let mut stream = subscribe(&store, ada(), &small(), query);
    assert_eq!(now(&mut stream).await, Vec::<Value>::new(), "what they do now is known");
    let told = async |stream: &mut BoxStream<'static, Response>| {
        let next = tokio::time::timeout(Duration::from_secs(15), stream.next()).await.unwrap().unwrap();
        json(&next)["data"]["machineStateChanged"].take()
    };
    does(2, Activity { stopped_since: None, ..stopped(30) });
    store.commit(false, session(2, 2, 5, 120));
    assert_eq!(told(&mut stream).await, json!({ "name": "M02", "state": "RUNNING", "stateSince": null }));
    // It was started and stopped meanwhile; nothing was committed that anybody heard of.
    does(1, stopped(10));
    let expected = json!({ "name": "M01", "state": "STOPPED", "stateSince": "2025-06-15T15:06:30Z" });
    assert_eq!(told(&mut stream).await, expected);
    // It runs on.
    does(2, Activity { stopped_since: None, last_start: Some(NOW), ..stopped(5) });
    store.commit(false, session(2, 2, 5, 120));
    assert!(tokio::time::timeout(Duration::from_millis(1_500), stream.next()).await.is_err());
}

#[tokio::test]
async fn only_the_machines_that_are_asked_for_and_no_longer_than_the_token() {
    let store = Store::of(2, 1);
    let query = "subscription { machineStateChanged(machineIds: [2]) { name } }";
    let mut stream = subscribe(&store, ending(NOW + Millis(1_200)), &small(), query);
    assert_eq!(now(&mut stream).await, Vec::<Value>::new());
    store.doing.lock().unwrap().insert(MachineId(1), stopped(60));
    store.doing.lock().unwrap().insert(MachineId(2), stopped(60));
    store.commit(false, session(1, 1, 5, 120));
    let mut heard = Vec::new();
    while let Some(response) = tokio::time::timeout(Duration::from_secs(15), stream.next()).await.unwrap() {
        heard.push(json(&response)["data"]["machineStateChanged"]["name"].take());
    }
    assert_eq!(heard, ["M02"]);
    let refused =
        subscribe(&store, ada(), &small(), "subscription { machineStateChanged(machineIds: [\"x\"]) { name } }")
            .next()
            .await;
    assert_eq!(json(&refused.unwrap())["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

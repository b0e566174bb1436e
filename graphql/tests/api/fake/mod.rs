//! A store in memory that counts what it is asked, and the schema over it.

mod data;
mod people;
mod store;

pub(crate) use data::{alert, run, session};
pub(crate) use store::Store;

use async_graphql::{Executor, Request, Response, Variables};
use atelier_application::accounts::{Accounts, ApiTokens};
use atelier_application::auth::Auth;
use atelier_application::ingest::{Cleanup, Exclusions, Ingest, Room};
use atelier_application::manage::{Decisions, Machines};
use atelier_application::ports::clock::Clock;
use atelier_application::ports::identity::Subject;
use atelier_application::ports::ingest_store::MockIngestStore;
use atelier_application::ports::log_source::MockLogSource;
use atelier_application::ports::scratch::MockScratch;
use atelier_application::ports::sync_runs::MockSyncRunStore;
use atelier_application::ports::users::Role;
use atelier_application::query::{Queries, ReadPorts};
use atelier_domain::ids::UserId;
use atelier_domain::time::{Instant, PlantZone};
use atelier_domain::units::Millis;
use atelier_graphql::{AtelierSchema, Caller, Limits, Services, schema};
use chrono::NaiveTime;
use serde_json::Value;
use std::sync::Arc;

pub(crate) const NOW: Instant = Instant(1_750_000_000_000);

struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        NOW
    }
}

pub(crate) fn over(store: &Arc<Store>, limits: &Limits) -> AtelierSchema {
    let people = Arc::new(people::People(Arc::clone(store)));
    let ports = ReadPorts {
        machines: Arc::clone(store) as _,
        sessions: Arc::clone(store) as _,
        log_files: Arc::clone(store) as _,
        format: Arc::clone(store) as _,
        anomalies: Arc::clone(store) as _,
        sync_runs: Arc::clone(store) as _,
        decisions: Arc::clone(store) as _,
        orders: Arc::clone(store) as _,
        order_links: Arc::clone(store) as _,
        statistics: Arc::clone(store) as _,
        alerts: Arc::clone(store) as _,
        users: people.clone(),
        clock: Arc::new(Still),
        silence: Millis::from_seconds(3_600),
        zone: PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN),
    };
    let services = Services {
        queries: Queries::new(ports, limits.page),
        sync_runs: Arc::clone(store) as _,
        sync_runner: Arc::clone(store) as _,
        exclusions: exclusions(store),
        register: Machines::new(Arc::clone(store) as _, Arc::new(Still)),
        deciding: deciding(store),
        audit: Arc::clone(store) as _,
        alerts: Arc::clone(store) as _,
        events: Arc::clone(store) as _,
        accounts: Accounts::new(people.clone(), people.clone(), people.clone(), Arc::new(Still)),
        api_tokens: ApiTokens::new(people.clone(), people.clone(), people.clone(), people.clone(), Arc::new(Still)),
        auth: Auth::new(people.clone(), people.clone(), people.clone(), people, Arc::new(Still)),
        clock: Arc::new(Still),
    };
    schema(services, limits)
}

fn deciding(store: &Arc<Store>) -> Decisions {
    let ingest = ingest(store);
    Decisions::new(
        ingest,
        Arc::clone(store) as _,
        Arc::clone(store) as _,
        Arc::clone(store) as _,
        Arc::clone(store) as _,
    )
}

fn exclusions(store: &Arc<Store>) -> Exclusions {
    Exclusions::new(ingest(store), Arc::clone(store) as _, Arc::clone(store) as _)
}

/// Over the store, while a run is at work.
fn ingest(store: &Arc<Store>) -> Ingest {
    let mut runs = MockSyncRunStore::new();
    runs.expect_try_lock().returning(|_| Ok(None));
    Ingest {
        source: Arc::new(MockLogSource::new()),
        format: Arc::clone(store) as _,
        store: Arc::new(MockIngestStore::new()),
        machines: Arc::clone(store) as _,
        runs: Arc::new(runs),
        scratch: Arc::new(MockScratch::new()),
        room: Room::default(),
        clock: Arc::new(Still),
        zone: PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN),
        cleanup: Cleanup::default(),
    }
}

pub(crate) fn ada() -> Caller {
    ending(NOW + Millis::from_seconds(900))
}

/// Ada, were she an operator.
pub(crate) fn operator() -> Caller {
    in_role(Role::Operator)
}

/// Ada, were she an administrator.
pub(crate) fn admin() -> Caller {
    in_role(Role::Admin)
}

/// Ada, were she that.
pub(crate) fn in_role(role: Role) -> Caller {
    let expires_at = NOW + Millis::from_seconds(900);
    Caller::Known(Subject { user: UserId(7), username: "ada".to_owned(), role, expires_at, api_token: None })
}

pub(crate) fn ending(expires_at: Instant) -> Caller {
    Caller::Known(Subject {
        user: UserId(7),
        username: "ada".to_owned(),
        role: Role::Viewer,
        expires_at,
        api_token: None,
    })
}

pub(crate) async fn send(schema: &AtelierSchema, request: Request) -> Response {
    schema.execute(request.data(ada())).await
}

/// The whole response to a query of somebody who is signed in.
pub(crate) async fn ask(schema: &AtelierSchema, query: &str) -> Value {
    json(&send(schema, Request::new(query)).await)
}

pub(crate) async fn ask_with(schema: &AtelierSchema, query: &str, variables: Value) -> Value {
    json(&send(schema, Request::new(query).variables(Variables::from_json(variables))).await)
}

pub(crate) fn json(response: &Response) -> Value {
    serde_json::to_value(response).unwrap()
}

/// The data of a response without errors.
pub(crate) async fn data(schema: &AtelierSchema, query: &str) -> Value {
    let mut response = ask(schema, query).await;
    assert_eq!(response.get("errors"), None, "{response}");
    response["data"].take()
}

/// The response as it goes to the client.
pub(crate) async fn text(schema: &AtelierSchema, query: &str) -> String {
    serde_json::to_string(&send(schema, Request::new(query)).await).unwrap()
}

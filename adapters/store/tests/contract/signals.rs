//! Hearing of commits.

use crate::fixture::Fixture;
use atelier_application::ports::signals::CommitSignals;
use atelier_store::{Store, StoreOptions};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use std::time::Duration;

on_both!(sqlite_tells_nothing, notices_are_heard_and_a_lost_connection_is_made_anew);

/// Whether something is heard within a time.
async fn hears(signals: &mut BoxStream<'static, ()>, millis: u64) -> bool {
    tokio::time::timeout(Duration::from_millis(millis), signals.next()).await == Ok(Some(()))
}

async fn sqlite_tells_nothing(fixture: Fixture) {
    assert_eq!(fixture.store.signals().is_some(), fixture.is_postgres());
}

async fn notices_are_heard_and_a_lost_connection_is_made_anew(fixture: Fixture) {
    // Its one connection stays free for others.
    let store =
        Store::connect(&fixture.url, StoreOptions { pool_size: Some(1), ..StoreOptions::default() }).await.unwrap();
    let Some(mut signals) = store.signals() else { return };
    assert!(hears(&mut signals, 5_000).await, "what was committed before it listened was not heard");
    assert!(!hears(&mut signals, 100).await);
    for _ in 0..3 {
        fixture.sql("SELECT pg_notify('atelier_revision', '')").await;
        assert!(hears(&mut signals, 5_000).await);
        store.ping().await.unwrap();
    }
    fixture
        .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")
        .await;
    assert!(hears(&mut signals, 5_000).await, "what was committed meanwhile was not heard");
    fixture.sql("SELECT pg_notify('atelier_revision', '')").await;
    assert!(hears(&mut signals, 5_000).await);
}

//! The schema's history.

use crate::fixture::Fixture;
use atelier_application::ports::sessions::{SessionFilter, SessionReader};
use atelier_application::ports::store_error::StoreError;
use atelier_store::{Store, StoreOptions};

on_both!(up_and_down, a_newer_database, two_at_once);

async fn up_and_down(fixture: Fixture) {
    let store = &fixture.store;
    assert!(store.is_current().await.unwrap());
    assert!(store.migrate_up().await.unwrap().is_empty());
    let all = store.migration_status().await.unwrap();
    assert!(all.len() >= 3 && all.iter().all(|state| state.applied));
    let last = all.last().unwrap().name.clone();
    assert_eq!(store.migrate_down(Some(1)).await.unwrap(), std::slice::from_ref(&last));
    assert!(!store.is_current().await.unwrap());
    let states = store.migration_status().await.unwrap();
    let pending: Vec<_> = states.iter().filter(|state| !state.applied).map(|state| state.name.as_str()).collect();
    assert_eq!(pending, [last.as_str()]);
    assert_eq!(store.migrate_up().await.unwrap(), [last]);
    assert_eq!(store.migrate_down(None).await.unwrap().len(), all.len());
    assert!(store.migrate_down(None).await.unwrap().is_empty());
    let error = store.count_sessions(&SessionFilter::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::Permanent(_)), "{error:?}");
    assert_eq!(store.migrate_up().await.unwrap().len(), all.len());
    assert_eq!(store.count_sessions(&SessionFilter::default()).await.unwrap(), 0);
}

async fn a_newer_database(fixture: Fixture) {
    fixture.sql("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_from_the_future', 0)").await;
    let text = "The database was written by a newer Atelier (migration m9999_from_the_future): install that version.";
    let newer = StoreError::Permanent(text.into());
    assert_eq!(fixture.store.migrate_up().await.unwrap_err(), newer);
    assert_eq!(fixture.store.migrate_down(None).await.unwrap_err(), newer);
    assert_eq!(fixture.store.migration_status().await.unwrap_err(), newer);
    assert_eq!(fixture.store.is_current().await.unwrap_err(), newer);
}

async fn two_at_once(fixture: Fixture) {
    fixture.store.migrate_down(None).await.unwrap();
    fixture.sql("DROP TABLE seaql_migrations").await;
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let store =
            Store::connect(&fixture.url, StoreOptions { pool_size: Some(2), ..StoreOptions::default() }).await.unwrap();
        tasks.push(tokio::spawn(async move { store.migrate_up().await.unwrap().len() }));
    }
    let mut applied = 0;
    for task in tasks {
        applied += task.await.unwrap();
    }
    assert_eq!(applied, fixture.store.migration_status().await.unwrap().len());
    assert!(fixture.store.is_current().await.unwrap());
}

//! A program that is killed between a decision and what follows from it.

use super::{Plant, SET_CALENDAR, figures, open_on};
use crate::harness::database::Database;
use crate::harness::on_both;
use crate::harness::samples::Tree;
use atelier_application::ports::ingest_store::IngestStore as _;
use atelier_application::ports::sync_runs::{SyncRunStore as _, SyncSource};
use atelier_store::{Store, StoreOptions};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use std::time::Duration;

on_both!(
    before_it_began => a_decision_survives_on_sqlite, a_decision_survives_on_postgres;
    at_any_moment => a_decision_survives_at_any_moment_on_sqlite, a_decision_survives_at_any_moment_on_postgres;
);

async fn connect(database: &Database) -> Store {
    Store::connect(&database.url(), StoreOptions::default()).await.unwrap()
}

async fn until_nothing_is_marked(store: &Store) {
    for _ in 0..600 {
        if store.marks().await.unwrap().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("what was marked is not derived");
}

/// A calendar by its number, and the figures of it on a program that nobody kills.
fn calendar(number: u32) -> Value {
    open_on(&["2025-06-17", "2025-06-19", "2025-06-22"], &format!("0{}:00", 5 + number % 4), "14:00")
}

async fn before_it_began(database: Database) {
    let mut plant = Plant::of(Tree::of("logs"), &database).await;
    let before = plant.figures().await;
    plant.calendar_run(&calendar(0), "2025-06-17").await;
    let expected = plant.figures().await;
    plant.calendar_run(&json!({ "shifts": [] }), "2025-06-17").await;
    let closed = plant.figures().await;
    assert!(before != expected && expected != closed);

    let store = connect(&database).await;
    let lock = store.try_lock(SyncSource::Ftp).await.unwrap().expect("nothing runs");
    plant.set_calendar(&calendar(0), "2025-06-17").await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(plant.figures().await, closed, "it waits for the run that is at work");
    drop(plant.serving);
    assert!(!store.marks().await.unwrap().is_empty());
    drop(lock);
    plant.serving = plant.atelier.serve().await;
    until_nothing_is_marked(&store).await;
    assert_eq!(figures(&plant.serving.boss().await).await, expected);
}

async fn at_any_moment(database: Database) {
    let mut plant = Plant::of(Tree::of("logs"), &database).await;
    let mut expected = Vec::new();
    for number in 0..4 {
        plant.calendar_run(&calendar(number), "2025-06-17").await;
        expected.push(plant.figures().await);
    }
    let store = connect(&database).await;
    let (id, mut rng) = (plant.machine().await, StdRng::seed_from_u64(5));
    for number in 0..8 {
        let client = plant.serving.boss().await;
        let variables = json!({ "id": id, "input": calendar(number), "from": "2025-06-17" });
        client.query(SET_CALENDAR, variables).await;
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..60))).await;
        drop(plant.serving);
        plant.serving = plant.atelier.serve().await;
        until_nothing_is_marked(&store).await;
        let found = figures(&plant.serving.boss().await).await;
        assert!(found == expected[number as usize % 4], "round {number}: {found:#?}");
    }
    let replayed = plant.atelier.run(&["replay"]).expect_code(0);
    assert!(replayed.stdout.contains("0 sessions new, 0 changed"), "{replayed:?}");
}

//! The plant's calendar out of `atelier.toml`, and figures that come back after the schema was taken back.

use super::{Plant, open_on};
use crate::harness::atelier::Atelier;
use crate::harness::database::Database;
use crate::harness::on_both;
use crate::harness::samples::Tree;
use crate::kills::stored;
use atelier_application::ports::ingest_store::IngestStore as _;
use atelier_store::{Store, StoreOptions};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

on_both!(
    in_force => the_configured_calendar_is_in_force_on_sqlite, the_configured_calendar_is_in_force_on_postgres;
    down_and_up => figures_come_back_after_a_step_down_on_sqlite, figures_come_back_after_a_step_down_on_postgres;
);

/// Writes a calendar that is open on these dates from June 18 on.
fn configure(atelier: &Atelier, dates: &[&str]) {
    let exceptions: Vec<_> = dates
        .iter()
        .map(|date| format!("{{ date = \"{date}\", open = true, start = \"06:00\", end = \"14:00\" }}"))
        .collect();
    let text = format!("[calendar]\nfrom = \"2025-06-18\"\nexceptions = [{}]\n", exceptions.join(", "));
    fs::write(atelier.folder().join("atelier.toml"), text).unwrap();
}

/// Opening time of each day, in hours, and where it comes from.
fn opening(figures: &[Value]) -> Vec<(&str, &str, f64)> {
    figures
        .iter()
        .map(|session| {
            let trs = &session["trs"];
            let hours = trs["openingSeconds"].as_f64().unwrap() / 3_600.0;
            (session["date"].as_str().unwrap(), trs["calendarSource"].as_str().unwrap(), hours)
        })
        .collect()
}

async fn in_force(database: Database) {
    let mut plant = Plant::of(Tree::of("logs"), &database).await;
    let before = plant.figures().await;
    drop(plant.serving);
    configure(&plant.atelier, &["2025-06-18", "2025-06-19"]);
    plant.atelier.sync();
    plant.serving = plant.atelier.serve().await;
    plant.boss = plant.serving.boss().await;
    let configured = plant.figures().await;
    assert_eq!(configured[..2], before[..2], "the days before stay");
    let expected =
        [("2025-06-18", "CONFIGURED", 8.0), ("2025-06-19", "CONFIGURED", 8.0), ("2025-06-20", "CONFIGURED", 0.0)];
    assert_eq!(opening(&configured)[2..], expected);
    let shown = "{ machines { calendar { source exceptions { date open start end } } } }";
    let machines = plant.boss.query(shown, json!({})).await["machines"].take();
    for machine in machines.as_array().unwrap() {
        assert_eq!(machine["calendar"]["source"], "CONFIGURED");
        let first = json!({ "date": "2025-06-18", "open": true, "start": "06:00", "end": "14:00" });
        assert_eq!(machine["calendar"]["exceptions"][0], first);
    }

    // The machine's own calendar comes before that of the plant, which serves on the days before.
    plant.calendar_run(&open_on(&["2025-06-20"], "05:00", "15:00"), "2025-06-19").await;
    let own = plant.figures().await;
    let expected =
        [("2025-06-18", "CONFIGURED", 8.0), ("2025-06-19", "CONFIGURED", 0.0), ("2025-06-20", "CONFIGURED", 10.0)];
    assert_eq!(opening(&own)[2..], expected);

    // Another one in the file is in force when the program starts again, and derived without anybody asking.
    drop(plant.serving);
    configure(&plant.atelier, &["2025-06-19"]);
    plant.serving = plant.atelier.serve().await;
    plant.boss = plant.serving.boss().await;
    for round in 0.. {
        let found = plant.figures().await;
        if opening(&found)[2].2 == 0.0 {
            assert_eq!(found[3..], own[3..]);
            break;
        }
        assert!(round < 100, "{found:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn an_unknown_key_of_the_calendar_is_named() {
    let database = Database::sqlite();
    let atelier = Atelier::new(&database);
    for (text, key) in [
        ("[calendar]\nshift = []\n", "shift"),
        ("[calendar]\nshifts = [{ weekdays = [1], start = \"05:00\", end = \"13:00\", begin = \"x\" }]\n", "begin"),
        ("[calendar]\nexceptions = [{ date = \"2025-05-01\", open = false, why = \"x\" }]\n", "why"),
        ("[calendars]\nshifts = []\n", "calendars"),
    ] {
        fs::write(atelier.folder().join("atelier.toml"), text).unwrap();
        for command in [&["check"][..], &["sync", "ftp"], &["migrate", "status"]] {
            let output = atelier.run(command);
            assert_ne!(output.code(), 0, "{command:?} with {text}");
            assert!(
                output.stderr.contains(&format!("`{key}`")) && output.stderr.contains("atelier.toml"),
                "{output:?}"
            );
            assert_eq!(output.stderr.trim().lines().count(), 1, "{output:?}");
        }
    }
}

async fn down_and_up(database: Database) {
    let tree = Tree::of("logs");
    let atelier = Atelier::new(&database).env("ATELIER_LOG_DIR", tree.path().to_str().unwrap());
    // With a day on which nothing came.
    configure(&atelier, &["2025-06-18", "2025-06-19", "2025-06-23"]);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    atelier.sync();
    atelier.sync();
    let before = stored(&database).await;
    assert!(before.contains("2025-06-23 Complete") && before.contains("Configured"), "{before}");
    for _ in 0..2 {
        // To the schema before figures.
        atelier.run(&["migrate", "down", "--steps", "6"]).expect_code(0);
        atelier.run(&["migrate", "up"]).expect_code(0);
        assert!(stored(&database).await != before);
        atelier.sync();
        assert!(stored(&database).await == before, "{}\nnot\n{before}", stored(&database).await);
        let store = Store::connect(&database.url(), StoreOptions::default()).await.unwrap();
        assert_eq!(store.marks().await.unwrap(), []);
    }
    let replayed = atelier.run(&["replay"]).expect_code(0);
    assert!(replayed.stdout.contains("0 sessions new, 0 changed"), "{replayed:?}");
}

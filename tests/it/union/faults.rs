//! A source that breaks: nothing is lost, the others go on, and the next run heals it.

use super::FOLDER;
use super::plant::Plant;
use crate::harness::database::Database;
use atelier_application::ports::sync_runs::SyncStatus;

fn path(day: u32) -> String {
    format!("{FOLDER}/202506{day}.LOG")
}

fn content(day: u32) -> Vec<u8> {
    (10..40)
        .flat_map(|minute| format!("202506{day} 06:{minute}:00|@StukUitgevoerd: {minute}\r\n").into_bytes())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_that_breaks_does_not_stop_the_others_and_the_next_run_heals_it() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    for day in 10..14 {
        plant.shelf.put(&path(day), content(day));
    }
    plant.shelf.break_after(&path(11), Some(700));
    let run = plant.run().await;
    assert_eq!((run.status, run.files_read, run.files_failed, run.sessions_created), (SyncStatus::Partial, 3, 1, 3));
    let error = run.error.unwrap();
    assert!(error.contains(&path(11)) && error.contains("closed the connection"), "{error}");
    assert!(!plant.dump().await.contains("2025-06-11"));
    plant.shelf.break_after(&path(11), None);
    let run = plant.run().await;
    assert_eq!((run.status, run.files_read, run.sessions_created), (SyncStatus::Succeeded, 1, 1));
    assert!(plant.dump().await.contains("2025-06-11"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_dies_ends_the_run_and_keeps_what_was_stored() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    for day in 1..15 {
        plant.shelf.put(&format!("{FOLDER}/202506{day:02}.LOG"), content(10 + day));
        if day > 4 {
            plant.shelf.break_after(&format!("{FOLDER}/202506{day:02}.LOG"), Some(0));
        }
    }
    let run = plant.run().await;
    assert_eq!((run.status, run.files_failed), (SyncStatus::Partial, 3), "it gives up after three in a row");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_gone_for_a_day_costs_a_day_and_no_more() {
    let (one, other) = (Database::sqlite(), Database::sqlite());
    let plant = Plant::open(&one).await;
    plant.shelf.put(&path(14), content(14));
    plant.shelf.put(&path(15), content(15)[..500].to_vec());
    plant.sync().await;
    let before = plant.dump().await;
    plant.shelf.go_away(true);
    // What the machine writes meanwhile.
    plant.shelf.put(&path(15), content(15));
    plant.shelf.put(&path(16), content(16));
    for _ in 0..48 {
        let run = plant.run().await;
        assert_eq!((run.status, run.files_read, run.files_failed), (SyncStatus::Failed, 0, 0));
        assert_eq!(run.error.unwrap(), "There is no connection to the FTP server: check the network and the server.");
        plant.pass_hours(1);
    }
    assert!(plant.dump().await.contains("2025-06-14"), "{before}");
    plant.shelf.go_away(false);
    let run = plant.run().await;
    assert_eq!((run.status, run.files_failed), (SyncStatus::Succeeded, 0));
    plant.sync().await;
    let clean = Plant::open(&other).await;
    clean.pass_hours(48);
    for day in 14..17 {
        clean.shelf.put(&path(day), content(day));
    }
    clean.sync().await;
    clean.sync().await;
    assert_eq!(plant.dump().await, clean.dump().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_is_fetched_from_where_it_ended() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    let mut long = content(15).repeat(10);
    plant.shelf.put(&path(15), long.clone());
    plant.pass_hours(1);
    plant.sync().await;
    long.extend_from_slice(b"20250615 09:00:00|@MachineStop\r\n");
    plant.shelf.put(&path(15), long.clone());
    plant.pass_hours(1);
    let run = plant.run().await;
    assert_eq!((run.files_read, run.sessions_updated), (1, 1));
    assert!(run.bytes_read < 5000, "{} of {} bytes were fetched", run.bytes_read, long.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_line_that_grows_into_no_event_is_taken_back_with_its_session() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    let old = format!("{FOLDER}/20250601.LOG");
    plant.shelf.put(&old, b"20250601 03:14:30|@JobP".to_vec());
    plant.sync().await;
    assert!(plant.dump().await.contains("2025-06-01"));
    plant.shelf.put(&old, b"20250601 03:14:30|@JobProfiel: x\n".to_vec());
    plant.sync().await;
    plant.sync().await;
    assert_eq!(plant.dump().await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_is_quarantined_and_tried_hourly() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    plant.shelf.put(&path(14), content(14));
    plant.shelf.break_after(&path(14), Some(1));
    for _ in 0..3 {
        assert_eq!(plant.run().await.files_failed, 1);
    }
    let run = plant.run().await;
    assert_eq!((run.status, run.files_failed), (SyncStatus::Succeeded, 0), "it rests");
    plant.pass_hours(2);
    assert_eq!(plant.run().await.files_failed, 1, "an hour later it is tried again");
    plant.pass_hours(2);
    plant.shelf.break_after(&path(14), None);
    plant.sync().await;
    assert!(plant.dump().await.contains("2025-06-14"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_far_from_the_end_is_seen_once_the_day_is_over() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    let mut long = content(15).repeat(10);
    plant.shelf.put(&path(15), long.clone());
    plant.pass_hours(1);
    plant.sync().await;
    let before = plant.dump().await;
    long[22] = b'X';
    long.extend_from_slice(b"20250615 09:00:00|@MachineStop\r\n");
    plant.shelf.put(&path(15), long);
    plant.pass_hours(24);
    plant.sync().await;
    assert!(!before.contains("StuXUitgevoerd") && plant.dump().await.contains("\"StuXUitgevoerd\": 1"));
}

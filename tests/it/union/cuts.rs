//! A transfer that is cut at any byte stores nothing of it, and the next one makes good.
//!
//! Every byte of a file of 20,000 twice takes some twenty seconds: `ATELIER_TEST_EVERY_BYTE=1` does it. Without it every
//! 7th is tried.

use super::FOLDER;
use super::plant::Plant;
use crate::harness::database::Database;
use std::fmt::Write as _;

/// The file's length.
const LENGTH: usize = 20_000;
/// So many copies are cut in one run, each at another byte.
const COPIES: usize = 100;

/// A copy. Its day is far off: a file of a day that is over is read whole, not from where it ended.
fn path(copy: usize) -> String {
    format!("{FOLDER}/{copy:03}/20260610.LOG")
}

fn content() -> Vec<u8> {
    let mut text = String::new();
    for line in 0.. {
        let (hour, minute, second) = (line / 3600 % 24, line / 60 % 60, line % 60);
        let event = match line % 7 {
            0 => "MachineWait: 12 sec".to_owned(),
            3 => format!("JobProfiel: R:{line} L:1250"),
            _ => format!("StukUitgevoerd: é{line}"),
        };
        writeln!(text, "20260610 {hour:02}:{minute:02}:{second:02}|@{event}\r").unwrap();
        if text.len() > LENGTH {
            break;
        }
    }
    text.into_bytes()[..LENGTH].to_vec()
}

/// Runs that cut every transfer, at all bytes from 0 to `end`.
async fn cut_everywhere(plant: &Plant, end: usize) {
    let step = if std::env::var_os("ATELIER_TEST_EVERY_BYTE").is_some() { 1 } else { 7 };
    let cuts: Vec<usize> = (0..=end).step_by(step).chain([end]).collect();
    let before = plant.dump().await;
    for cuts in cuts.chunks(COPIES) {
        for copy in 0..COPIES {
            plant.shelf.spoil_after(&path(copy), cuts[copy % cuts.len()]);
        }
        let run = plant.run().await;
        assert_eq!((run.files_read, run.files_failed), (0, COPIES as u32), "{cuts:?}");
        assert!(plant.dump().await == before, "something was stored of a transfer that was cut: {cuts:?}");
        // Longer than a file rests that could not be read.
        plant.pass_hours(2);
    }
    plant.shelf.mend();
}

async fn clean() -> String {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    plant.shelf.put(&path(0), content());
    plant.sync().await;
    plant.dump().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_transfer_cut_at_any_byte_stores_nothing_of_it() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    for copy in 0..COPIES {
        plant.shelf.put(&path(copy), content());
    }
    cut_everywhere(&plant, LENGTH).await;
    assert_eq!(plant.dump().await, "");
    plant.sync().await;
    assert!(plant.dump().await == clean().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_of_what_is_new_cut_at_any_byte_stores_nothing_of_it() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    for copy in 0..COPIES {
        plant.shelf.put(&path(copy), content()[..211].to_vec());
    }
    plant.pass_hours(1);
    plant.sync().await;
    for copy in 0..COPIES {
        plant.shelf.put(&path(copy), content());
    }
    cut_everywhere(&plant, LENGTH).await;
    plant.sync().await;
    assert!(plant.dump().await == clean().await);
}

//! `kill -9` at any moment, then a normal run: as if nothing had happened.

use crate::harness::atelier::Atelier;
use crate::harness::database::Database;
use crate::harness::samples;
use crate::union::dump::dump;
use atelier_store::{Store, StoreOptions};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const FOLDERS: [&str; 3] = ["DEM12 (PVC)", "DEMALU (ALU)", "SU12 (HYBRIDE)"];

/// Writes of each sample log a beginning, longer with each round, and all of it in the last.
fn grow(root: &Path, round: usize, rounds: usize) {
    for folder in FOLDERS {
        fs::create_dir_all(root.join(folder)).unwrap();
        for day in 16..=20 {
            let name = format!("{folder}/202506{day}.LOG");
            let whole = samples::bytes(&format!("logs/{name}"));
            fs::write(root.join(&name), &whole[..whole.len() * round / rounds]).unwrap();
        }
    }
}

pub(crate) async fn stored(database: &Database) -> String {
    dump(&Store::connect(&database.url(), StoreOptions::default()).await.unwrap()).await
}

/// `ATELIER_TEST_KILLS` sets how many.
async fn survives(database: fn() -> Option<Database>, seed: u64) {
    let kills = std::env::var("ATELIER_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let (Some(clean), Some(killed)) = (database(), database()) else { return };
    let logs = tempfile::tempdir().unwrap();
    let atelier = |database| Atelier::new(database).env("ATELIER_LOG_DIR", logs.path().to_str().unwrap());
    grow(logs.path(), 1, 1);
    let program = atelier(&clean);
    program.run(&["migrate", "up"]).expect_code(0);
    let start = Instant::now();
    program.sync();
    let longest = start.elapsed().as_micros() as u64 * 5 / 4;
    let program = atelier(&killed);
    program.run(&["migrate", "up"]).expect_code(0);
    let mut rng = StdRng::seed_from_u64(seed);
    for round in 1..=kills {
        grow(logs.path(), round, kills);
        program.kill_after(&["sync", "ftp"], Duration::from_micros(rng.random_range(0..longest)));
    }
    // The files grew after their days were over, so it takes a visit that finds nothing more to finish them.
    program.sync();
    program.sync();
    // A file that changed within the second before it was read is read once more; then there is nothing left to read.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    program.sync();
    assert_eq!(program.sync()["bytesRead"], 0);
    assert!(stored(&killed).await == stored(&clean).await, "seed {seed}: a killed run left its mark");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_runs_leave_no_mark_on_sqlite() {
    survives(|| Some(Database::sqlite()), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_runs_leave_no_mark_on_postgres() {
    survives(Database::postgres, 2).await;
}

//! Ingest against a source that grows, copies, renames, rewrites, shortens and forgets its files between visits, and whose
//! transfers break, by a program that is killed and started again: the end depends only on the contents that were contents.

mod attendance;
mod cleanup;
mod cuts;
mod deciding;
pub(crate) mod dump;
mod exclusion;
mod faults;
mod large;
pub(crate) mod plant;
mod retention;
pub(crate) mod shelf;

use crate::harness::database::Database;
use atelier_application::ingest::Room;
use plant::Plant;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use shelf::Shelf;
use std::collections::BTreeMap;

const FOLDER: &str = "DEM12 (PVC)";

/// Room for next to nothing.
const SMALL: Room = Room { content: 40, contents: 0, block: 17, lines: 2 };

/// Something that happens to the source between two visits.
fn disturb(shelf: &Shelf, rng: &mut StdRng) {
    let path = any_path(rng);
    let mut content = shelf.content(&path).unwrap_or_default();
    match rng.random_range(0..11) {
        0..=4 => {
            let lines = random_lines(rng, 4);
            let cut = rng.random_range(0..=lines.len());
            content.extend_from_slice(if rng.random_bool(0.6) { &lines } else { &lines[..cut] });
            shelf.put(&path, content);
        }
        5 => shelf.put(&path, random_lines(rng, 5)),
        6 => {
            content.truncate(rng.random_range(0..=content.len()));
            shelf.put(&path, content);
        }
        7 => {
            if let Some(at) = (!content.is_empty()).then(|| rng.random_range(0..content.len())) {
                content[at] = content[at].wrapping_add(1);
                shelf.put(&path, content);
            }
        }
        // A copy; with a rename the old name is gone.
        what @ 8..=9 => {
            shelf.put(&any_path(rng), content);
            if what == 9 {
                shelf.remove(&path);
            }
        }
        _ => shelf.remove(&path),
    }
}

fn any_path(rng: &mut StdRng) -> String {
    let names = [
        "20250616.LOG",
        "20250617.LOG",
        "20250618.LOG",
        "copies/20250617.LOG",
        "second machine/20250617.LOG",
        "machine.log",
    ];
    format!("{FOLDER}/{}", names.choose(rng).unwrap())
}

/// A few runs that do not come to their end: killed, the program started again, or with transfers that break anywhere.
/// Files go on growing meanwhile.
async fn trouble(mut plant: Plant, database: &Database, rng: &mut StdRng) -> Plant {
    for _ in 0..rng.random_range(0..3) {
        if rng.random_bool(0.6) {
            // Most runs rest a few dozen times; the first rests are the listing and the lock.
            plant.run_and_kill(1 << rng.random_range(0..8)).await;
            plant = plant.restart(database).await;
        } else {
            for (path, content) in plant.shelf.all() {
                if rng.random_bool(0.5) {
                    plant.shelf.break_after(&path, Some(rng.random_range(0..=content.len())));
                }
            }
            plant.run().await;
            plant.shelf.mend();
        }
        if rng.random_bool(0.5) {
            let path = any_path(rng);
            let mut content = plant.shelf.content(&path).unwrap_or_default();
            content.extend_from_slice(&random_lines(rng, 2));
            plant.shelf.put(&path, content);
        }
    }
    // Longer than a file rests that could not be read.
    plant.pass_hours(2);
    plant
}

/// Lines from a small world, so that contents share some of them.
fn random_lines(rng: &mut StdRng, most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..rng.random_range(0..=most) {
        let (day, hour, minute) = (rng.random_range(15..=19), rng.random_range(0..24), rng.random_range(0..2) * 30);
        let event = match rng.random_range(0..10) {
            0..=3 => format!("|@StukUitgevoerd: é{}", rng.random_range(0..3)),
            4 => format!("|@MachineWait: {} sec", rng.random_range(0..90_000)),
            5 => "|@MachineStop".to_owned(),
            6 => "|@MachineStart".to_owned(),
            7 => format!("|@JobProfiel: R:{} L:1250", rng.random_range(1..3)),
            8 => "|@JobProfiel: x".to_owned(),
            _ => " noise".to_owned(),
        };
        let end = if rng.random_bool(0.5) { "\r\n" } else { "\n" };
        bytes.extend_from_slice(format!("202506{day} {hour:02}:{minute:02}:00{event}{end}").as_bytes());
    }
    bytes
}

/// Keeps of each path's contents those that no other one of the path begins with.
fn remember(contents: &mut BTreeMap<String, Vec<Vec<u8>>>, shelf: &Shelf) {
    for (path, content) in shelf.all() {
        let versions = contents.entry(path).or_default();
        if !versions.iter().any(|version| version.starts_with(&content)) {
            versions.retain(|version| !content.starts_with(version));
            versions.push(content);
        }
    }
}

async fn schedule(database: fn() -> Option<Database>, seed: u64) {
    let (Some(one), Some(other)) = (database(), database()) else { return };
    let mut rng = StdRng::seed_from_u64(seed);
    // Every other plant has next to no room in memory, and takes the way of what does not fit into it.
    let room = if seed.is_multiple_of(2) { Room::default() } else { SMALL };
    let mut plant = Plant::open_with(&one, room).await;
    let mut contents = BTreeMap::new();
    let rounds = rng.random_range(3..14);
    // One plant of three has a calendar and reference cycle times: from some round on, which makes no difference in the end.
    let decided = seed.is_multiple_of(3).then(|| rng.random_range(0..rounds));
    for round in 0..rounds {
        if decided == Some(round) {
            plant.decide().await;
        }
        for _ in 0..rng.random_range(1..4) {
            disturb(&plant.shelf, &mut rng);
        }
        plant.pass_hours(rng.random_range(0..30));
        plant = trouble(plant, &one, &mut rng).await;
        remember(&mut contents, &plant.shelf);
        plant.sync().await;
    }
    plant.pass_hours(24 * 30);
    plant.sync().await;
    plant.sync().await;
    let clean = Plant::open(&other).await;
    if decided.is_some() {
        clean.decide().await;
    }
    // At the same time: a damaged line may say a day that lies between, and a day is complete only when it is over.
    clean.pass_hours((plant.now() - clean.now()).0 / 3_600_000);
    for round in 0..contents.values().map(Vec::len).max().unwrap_or(0) {
        for (path, versions) in &contents {
            if let Some(content) = versions.get(round) {
                clean.shelf.put(path, content.clone());
            }
        }
        clean.sync().await;
    }
    clean.sync().await;
    let (left, right) = (plant.dump().await, clean.dump().await);
    assert!(left == right, "seed {seed}: {}", difference(&left, &right));
    let before = plant.revision().await;
    plant.sync().await;
    assert_eq!(plant.revision().await, before, "a visit with nothing new changed something (seed {seed})");
    plant.replay().await;
    assert_eq!(plant.revision().await, before, "deriving again changed something (seed {seed})");
}

fn difference(left: &str, right: &str) -> String {
    let (left, right): (Vec<_>, Vec<_>) = (left.lines().collect(), right.lines().collect());
    let only = |these: &[&str], others: &[&str], sign: &str| -> Vec<String> {
        these.iter().filter(|line| !others.contains(line)).map(|line| format!("{sign} {line}")).collect()
    };
    [only(&left, &right, "-"), only(&right, &left, "+")].concat().join("\n")
}

/// `ATELIER_TEST_SCHEDULES` runs more of them.
fn seeds(default: u64) -> std::ops::Range<u64> {
    let first = std::env::var("ATELIER_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let count = std::env::var("ATELIER_TEST_SCHEDULES").ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    first..first + count
}

#[tokio::test(flavor = "multi_thread")]
async fn random_schedules_end_like_one_clean_import_on_sqlite() {
    for seed in seeds(20) {
        schedule(|| Some(Database::sqlite()), seed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_schedules_end_like_one_clean_import_on_postgres() {
    for seed in seeds(10) {
        schedule(Database::postgres, seed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_is_not_committed_leaves_nothing() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    plant.shelf.put(&format!("{FOLDER}/20250616.LOG"), b"20250616 06:00:00|@StukUitgevoerd: 1\n".to_vec());
    let before = plant.dump().await;
    plant.half_a_step().await;
    assert_eq!(plant.dump().await, before);
    plant.sync().await;
    assert!(plant.dump().await.contains("2025-06-16"));
}

//! Deleting from the server: exactly what may go, exactly when, and never a byte that is not stored.

use super::exclusion::clean_import;
use super::plant::Plant;
use super::shelf::{Deleting, Shelf};
use super::{FOLDER, difference, disturb, remember, seeds};
use crate::harness::database::Database;
use atelier_application::ingest::Progress;
use atelier_domain::log_file::LogFileState;
use atelier_domain::units::Millis;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn path(day: u32) -> String {
    format!("{FOLDER}/202506{day:02}.LOG")
}

fn content(day: u32) -> Vec<u8> {
    (10..40)
        .flat_map(|minute| format!("202506{day:02} 06:{minute}:00|@StukUitgevoerd: {minute}\r\n").into_bytes())
        .collect()
}

/// A plant with finished files of these days, read and kept so far.
async fn with(database: &Database, days: &[u32]) -> Plant {
    let plant = Plant::open(database).await;
    for day in days {
        plant.shelf.put(&path(*day), content(*day));
    }
    plant.sync().await;
    plant
}

fn is_there(plant: &Plant, path: &str) -> bool {
    plant.shelf.content(path).is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_file_goes_when_it_is_old_enough_and_its_sessions_stay() {
    for database in [Some(Database::sqlite()), Database::postgres()].into_iter().flatten() {
        let mut plant = with(&database, &[10, 11, 15]).await;
        let before = plant.dump().await;
        plant.pass_hours(24 * 400);
        plant.sync().await;
        assert!(is_there(&plant, &path(10)), "nothing is deleted unless it is asked for");
        plant.delete_after(500);
        plant.pass_hours(24 * 100 - 1);
        assert_eq!(plant.sync_warned().await, Vec::<String>::new());
        assert!(is_there(&plant, &path(10)), "an hour too early");
        plant.pass_hours(1);
        plant.sync().await;
        assert!(!is_there(&plant, &path(10)) && !is_there(&plant, &path(11)));
        assert!(is_there(&plant, &path(15)), "it was finished later");
        assert_eq!(plant.file(&path(10)).await.removed_from_server, Some(plant.now()));
        assert_eq!(plant.file(&path(15)).await.removed_from_server, None);
        plant.pass_hours(24 * 500);
        plant.sync().await;
        assert_eq!(plant.shelf.all(), []);
        let after = plant.dump().await;
        assert_eq!(after.lines().filter(|line| line.starts_with("  piece ")).count(), 90, "{before}\n{after}");
        plant.replay().await;
        assert_eq!(plant.dump().await, after);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_of_today_goes_and_none_that_no_machine_claims() {
    let database = Database::sqlite();
    let mut plant = Plant::open(&database).await;
    plant.delete_after(0);
    let undated = |name: &str| format!("{FOLDER}/{name}.log");
    plant.shelf.put(&path(14), content(14));
    plant.shelf.put(&path(15), content(15));
    plant.shelf.put(&path(16), content(16));
    plant.shelf.put_at(&undated("old"), content(1), plant.now() + Millis(-15 * 3_600_000));
    plant.shelf.put_at(&undated("fresh"), content(2), plant.now() + Millis(-13 * 3_600_000));
    plant.shelf.put("ELSEWHERE/20250601.LOG", content(1));
    plant.sync().await;
    let left: Vec<_> = plant.shelf.all().into_iter().map(|(path, _)| path).collect();
    assert_eq!(left, [path(15), path(16), undated("fresh"), "ELSEWHERE/20250601.LOG".to_owned()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_under_the_same_size_and_date_are_kept_and_read() {
    let database = Database::sqlite();
    let mut plant = with(&database, &[10, 11]).await;
    let changed = String::from_utf8(content(10)).unwrap().replacen("06:10", "05:10", 1).into_bytes();
    plant.shelf.falsify(&path(10), changed.clone());
    plant.delete_after(0);
    let warnings = plant.sync_warned().await;
    assert!(warnings.len() == 1 && warnings[0].contains(&path(10)), "{warnings:?}");
    assert_eq!(plant.shelf.all(), [(path(10), changed)]);
    assert_eq!(plant.file(&path(10)).await.removed_from_server, None);
    plant.sync().await;
    assert!(plant.dump().await.contains("piece 31"), "the line that was different is read");
    assert_eq!(plant.shelf.all(), [], "and then it is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shrank_grew_or_cannot_be_read_stays() {
    let database = Database::sqlite();
    let mut plant = with(&database, &[10, 11, 12]).await;
    // Shorter: what is stored is not what is there.
    plant.shelf.put(&path(10), content(10)[..300].to_vec());
    // It breaks, so it is not stored whole.
    plant.shelf.put(&path(11), [content(11), content(11)].concat());
    plant.shelf.break_after(&path(11), Some(50));
    plant.delete_after(0);
    // It grows after it was read back.
    plant
        .shelf
        .change_after_fetch(&path(12), [content(12), b"20250612 07:00:00|@StukUitgevoerd: late\r\n".to_vec()].concat());
    for _ in 0..3 {
        plant.run().await;
    }
    assert_eq!(plant.file(&path(11)).await.state, LogFileState::Quarantined);
    plant.shelf.break_after(&path(11), None);
    plant.run().await;
    assert!(is_there(&plant, &path(10)) && is_there(&plant, &path(11)), "{:?}", plant.shelf.all());
    assert!(!is_there(&plant, &path(12)) && plant.dump().await.contains("late"), "first read, then deleted");
    plant.pass_hours(2);
    plant.sync().await;
    assert!(!is_there(&plant, &path(11)), "it could be read");
    assert!(is_there(&plant, &path(10)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_deleting_and_noting_it_is_made_good() {
    let database = Database::sqlite();
    let mut plant = with(&database, &[10]).await;
    plant.delete_after(0);
    *plant.shelf.deleting.lock().unwrap() = Deleting::Hangs;
    plant.hang().await;
    assert_eq!((plant.shelf.all(), plant.file(&path(10)).await.removed_from_server), (vec![], None));
    let deleted = plant.now();
    plant.pass_hours(5);
    plant.shelf.hiding.store(true, Ordering::Relaxed);
    plant.run().await;
    assert_eq!(plant.file(&path(10)).await.removed_from_server, None, "a listing with a hole proves nothing");
    plant.shelf.hiding.store(false, Ordering::Relaxed);
    plant.keep();
    plant.sync().await;
    assert_eq!(plant.file(&path(10)).await.removed_from_server, Some(deleted));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_comes_back_is_there_until_it_is_deleted_again() {
    let database = Database::sqlite();
    let mut plant = with(&database, &[10]).await;
    plant.delete_after(0);
    plant.sync().await;
    assert!(plant.file(&path(10)).await.removed_from_server.is_some());
    let revision = plant.revision().await;
    plant.shelf.put(&path(10), content(10));
    plant.keep();
    plant.sync().await;
    assert_eq!(plant.file(&path(10)).await.removed_from_server, None);
    assert_eq!(plant.revision().await, revision, "the same bytes change nothing");
    plant.delete_after(0);
    plant.sync().await;
    assert!(plant.file(&path(10)).await.removed_from_server.is_some() && !is_there(&plant, &path(10)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_right_is_told_once_a_folder_and_nothing_fails() {
    let database = Database::sqlite();
    let mut plant = with(&database, &[10, 11, 12]).await;
    plant.shelf.put(&format!("{FOLDER}/sub/20250601.LOG"), content(1));
    plant.delete_after(0);
    *plant.shelf.deleting.lock().unwrap() = Deleting::Refuses;
    let warnings = plant.sync_warned().await;
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings.iter().all(|warning| warning.contains("right to delete")), "{warnings:?}");
    assert_eq!(plant.shelf.all().len(), 4);
    *plant.shelf.deleting.lock().unwrap() = Deleting::Does;
    assert_eq!(plant.sync_warned().await, Vec::<String>::new());
    assert_eq!(plant.shelf.all(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_deletes_so_much_and_the_next_one_the_rest() {
    let database = Database::sqlite();
    let mut plant = Plant::open(&database).await;
    for number in 0..503 {
        plant.shelf.put(&format!("{FOLDER}/{number:03}-20250601.LOG"), b"20250601 06:00:00|@MachineStop\n".to_vec());
    }
    plant.delete_after(0);
    plant.sync().await;
    let left: Vec<_> = plant.shelf.all().into_iter().map(|(path, _)| path).collect();
    assert_eq!(left, [500, 501, 502].map(|number| format!("{FOLDER}/{number:03}-20250601.LOG")), "the oldest go first");
    plant.sync().await;
    assert_eq!(plant.shelf.all(), []);
}

/// Stops a run as soon as a shelf holds no more than so many files.
struct Until(Arc<Shelf>, usize);

impl Progress for Until {
    fn cancelled(&self) -> bool {
        self.0.all().len() <= self.1
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_told_to_stop_deletes_no_more() {
    let database = Database::sqlite();
    let mut plant = with(&database, &[10, 11, 12]).await;
    plant.delete_after(0);
    plant.ingest.run(&Until(plant.shelf.clone(), 3)).await.unwrap();
    assert_eq!(plant.shelf.all().len(), 3);
    plant.ingest.run(&Until(plant.shelf.clone(), 2)).await.unwrap();
    assert_eq!(plant.shelf.all().len(), 2);
}

/// Files come, change, go and are deleted; runs are killed after they deleted one.
async fn schedule(database: fn() -> Option<Database>, seed: u64) {
    let (Some(one), Some(other)) = (database(), database()) else { return };
    let mut rng = StdRng::seed_from_u64(seed);
    let mut plant = Plant::open(&one).await;
    let mut contents = BTreeMap::new();
    for _ in 0..rng.random_range(3..14) {
        for _ in 0..rng.random_range(1..4) {
            disturb(&plant.shelf, &mut rng);
        }
        plant.delete_after(rng.random_range(0..2));
        plant.pass_hours(rng.random_range(0..30));
        remember(&mut contents, &plant.shelf);
        if rng.random_bool(0.1) {
            *plant.shelf.deleting.lock().unwrap() = Deleting::Hangs;
            plant.sync_or_hang().await;
            *plant.shelf.deleting.lock().unwrap() = Deleting::Does;
        }
        plant.sync().await;
    }
    plant.pass_hours(24 * 60);
    plant.delete_after(0);
    plant.sync().await;
    plant.sync().await;
    // A shortened file alone may stay: what is stored is not what is there.
    for (path, content) in plant.shelf.all() {
        let longer = contents[&path].iter().any(|stored| stored.len() > content.len() && stored.starts_with(&content));
        assert!(longer, "seed {seed}: {path} was not deleted");
    }
    for path in contents.keys() {
        let gone = plant.file(path).await.removed_from_server.is_some();
        assert!(!(gone && is_there(&plant, path)), "seed {seed}: {path} is said to be deleted");
    }
    let (left, right) = (plant.dump().await, clean_import(&other, &contents).await);
    assert!(left == right, "seed {seed}: {}", difference(&left, &right));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_files_are_deleted_on_sqlite() {
    for seed in seeds(20) {
        schedule(|| Some(Database::sqlite()), seed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_files_are_deleted_on_postgres() {
    for seed in seeds(8) {
        schedule(Database::postgres, seed).await;
    }
}

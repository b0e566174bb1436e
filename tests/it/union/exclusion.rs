//! Setting versions aside: as if they had never been read, and back again as if nothing had happened.

use super::plant::Plant;
use super::{FOLDER, difference, disturb, seeds};
use crate::harness::database::Database;
use atelier_application::error::AppError;
use atelier_application::ingest::{AskedBy, Exclusions, Rederived};
use atelier_application::ports::audit::{AuditAction, AuditLog as _};
use atelier_application::ports::identity::Subject;
use atelier_application::ports::log_files::{FileVersion, LogFileFilter, LogFileReader as _};
use atelier_application::ports::sessions::Window;
use atelier_application::ports::sync_runs::{SyncRunStore as _, SyncSource};
use atelier_application::ports::users::{PasswordHash, Role, UserStore as _};
use atelier_domain::ids::{UserId, VersionId};
use atelier_domain::time::Instant;
use futures_util::TryStreamExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) type Contents = BTreeMap<String, Vec<Vec<u8>>>;

const EVE: AskedBy<'static> = AskedBy::CommandLine(Some("eve"));

fn exclusions(plant: &Plant) -> Exclusions {
    let store = Arc::new(plant.store.clone());
    Exclusions::new(plant.ingest.clone(), store.clone(), store)
}

/// Sets a version aside.
pub(super) async fn exclude(plant: &Plant, version: VersionId) -> Result<Rederived, AppError> {
    exclusions(plant).exclude(EVE, version, "a test").await
}

/// All versions, with the path of their file.
async fn versions(plant: &Plant) -> Vec<(String, FileVersion)> {
    let window = Window { limit: 10_000, after: None, before: None, from_end: false };
    let files = plant.store.log_files(&LogFileFilter::default(), &window).await.unwrap().items;
    let ids: Vec<_> = files.iter().map(|file| file.id).collect();
    let mut found = plant.store.versions(&ids).await.unwrap();
    let mut all = Vec::new();
    for file in files {
        let of_file = found.remove(&file.id).unwrap_or_default();
        all.extend(of_file.into_iter().map(|version| (file.path.clone(), version)));
    }
    all
}

/// The stored bytes of all versions that count, or of all.
async fn contents(plant: &Plant, excluded_too: bool) -> Contents {
    let mut contents = Contents::new();
    for (path, version) in versions(plant).await {
        if excluded_too || version.exclusion.is_none() {
            let mut bytes: Vec<_> = plant.store.contents(&[version.id]).try_collect().await.unwrap();
            contents.entry(path).or_default().push(bytes.pop().map(|(_, bytes)| bytes).unwrap_or_default());
        }
    }
    contents
}

/// The sessions of one import of these contents, from nothing.
pub(super) async fn clean_import(database: &Database, contents: &Contents) -> String {
    let clean = Plant::open(database).await;
    clean.pass_hours(24 * 60);
    for round in 0..contents.values().map(Vec::len).max().unwrap_or(0) {
        for (path, versions) in contents {
            if let Some(content) = versions.get(round) {
                clean.shelf.put(path, content.clone());
            }
        }
        clean.sync().await;
    }
    clean.sync().await;
    clean.dump().await
}

/// Sets a random version aside, or takes one back in.
async fn change(plant: &Plant, rng: &mut StdRng) -> usize {
    let all = versions(plant).await;
    let Some((_, version)) = all.choose(rng) else { return 0 };
    let exclusions = exclusions(plant);
    match version.exclusion {
        Some(_) => exclusions.include(EVE, version.id).await.unwrap(),
        None => exclusions.exclude(EVE, version.id, "a test").await.unwrap(),
    };
    1
}

async fn schedule(database: fn() -> Option<Database>, seed: u64) {
    let (Some(one), Some(without), Some(with)) = (database(), database(), database()) else { return };
    let mut rng = StdRng::seed_from_u64(seed);
    let plant = Plant::open(&one).await;
    let mut acts = 0;
    for _ in 0..rng.random_range(3..10) {
        for _ in 0..rng.random_range(1..5) {
            disturb(&plant.shelf, &mut rng);
        }
        plant.pass_hours(rng.random_range(0..30));
        plant.sync().await;
        if rng.random_bool(0.4) {
            acts += change(&plant, &mut rng).await;
        }
    }
    acts += change(&plant, &mut rng).await;
    plant.pass_hours(24 * 60);
    plant.sync().await;
    plant.sync().await;
    acts += change(&plant, &mut rng).await;
    let same = |left: String, right: &str, what: &str| {
        assert!(left == right, "seed {seed}, {what}: {}", difference(&left, right));
    };
    let expected = clean_import(&without, &contents(&plant, false).await).await;
    same(plant.dump().await, &expected, "some set aside");
    let before = plant.revision().await;
    plant.replay().await;
    plant.sync().await;
    assert_eq!(plant.revision().await, before, "deriving again changed something (seed {seed})");
    for (_, version) in versions(&plant).await.iter().filter(|(_, version)| version.exclusion.is_some()) {
        exclusions(&plant).include(EVE, version.id).await.unwrap();
        acts += 1;
    }
    let expected = clean_import(&with, &contents(&plant, true).await).await;
    same(plant.dump().await, &expected, "all back");
    let window = Window { limit: 500, after: None, before: None, from_end: false };
    assert_eq!(plant.store.audit_trail(&window).await.unwrap().items.len(), acts, "seed {seed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn random_exclusions_end_like_an_import_without_on_sqlite() {
    for seed in seeds(20) {
        schedule(|| Some(Database::sqlite()), seed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_exclusions_end_like_an_import_without_on_postgres() {
    for seed in seeds(8) {
        schedule(Database::postgres, seed).await;
    }
}

fn piece(day: u32, hour: u32) -> Vec<u8> {
    format!("202506{day} {hour:02}:00:00|@StukUitgevoerd: {hour}\r\n").into_bytes()
}

fn path(day: u32) -> String {
    format!("{FOLDER}/202506{day}.LOG")
}

async fn only_version(plant: &Plant) -> FileVersion {
    let mut all = versions(plant).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0).1
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_did_is_told_and_audited() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    let hash = PasswordHash("x".to_owned());
    let boss = plant.store.add_user("boss", &hash, Role::Admin, plant.now()).await.unwrap();
    let subject = Subject {
        user: boss.id,
        username: "boss".to_owned(),
        role: Role::Admin,
        expires_at: Instant(i64::MAX),
        api_token: None,
    };
    plant.shelf.put(&path(10), [piece(10, 6), piece(11, 6)].concat());
    plant.shelf.put(&path(11), piece(11, 7));
    plant.sync().await;
    let wrong = versions(&plant).await.into_iter().find(|(file, _)| *file == path(10)).unwrap().1;
    let exclusions = exclusions(&plant);
    let done = exclusions.exclude(AskedBy::Subject(&subject), wrong.id, " wrong machine ").await.unwrap();
    let told = |done: &Rederived| (done.path.clone(), done.created, done.changed, done.removed);
    assert_eq!(told(&done), (path(10), 0, 1, 1));
    let again = exclusions.exclude(EVE, wrong.id, "again").await.unwrap_err();
    assert!(matches!(&again, AppError::Conflict(text) if text.contains("excluded already")), "{again}");
    let known = versions(&plant).await.into_iter().find(|(file, _)| *file == path(10)).unwrap().1;
    let exclusion = known.exclusion.unwrap();
    assert_eq!(
        (exclusion.at, exclusion.by.map(|user| user.username), exclusion.reason.as_str()),
        (plant.now(), Some("boss".to_owned()), "wrong machine")
    );
    assert!(known.present);
    plant.pass_hours(1);
    let back = exclusions.include(EVE, wrong.id).await.unwrap();
    assert_eq!(told(&back), (path(10), 1, 1, 0));
    let again = exclusions.include(EVE, wrong.id).await.unwrap_err();
    assert!(matches!(&again, AppError::Conflict(text) if text.contains("not excluded")), "{again}");
    let window = Window { limit: 9, after: None, before: None, from_end: false };
    let trail = plant.store.audit_trail(&window).await.unwrap().items;
    let told: Vec<_> = trail
        .iter()
        .map(|entry| (entry.at, entry.action, entry.actor.as_str(), entry.user.as_ref().map(|user| user.id)))
        .collect();
    assert_eq!(
        told,
        [
            (plant.now(), AuditAction::VersionIncluded, "command line (eve)", None),
            (exclusion.at, AuditAction::VersionExcluded, "boss", Some(boss.id)),
        ]
    );
    assert_eq!(trail[1].object, format!("version {} of {}", wrong.id, path(10)));
    assert_eq!(trail[1].detail["reason"], "wrong machine");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_appends_to_an_excluded_version_is_excluded_and_the_same_bytes_are_no_other_version() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    plant.shelf.put(&path(15), piece(15, 6));
    plant.sync().await;
    let version = only_version(&plant).await;
    exclusions(&plant).exclude(EVE, version.id, "a test").await.unwrap();
    assert_eq!(plant.dump().await, "");
    plant.shelf.put(&path(15), [piece(15, 6), piece(15, 7)].concat());
    plant.pass_hours(1);
    plant.sync().await;
    plant.shelf.put(&path(15), piece(15, 6));
    plant.pass_hours(30);
    plant.sync().await;
    let grown = only_version(&plant).await;
    assert_eq!((grown.id, grown.size > version.size, grown.exclusion.is_some()), (version.id, true, true));
    assert_eq!(plant.dump().await, "");
    // Other bytes are another version, and count.
    plant.shelf.put(&path(15), piece(15, 8));
    plant.pass_hours(1);
    plant.sync().await;
    assert_eq!(plant.dump().await.lines().filter(|line| line.starts_with("  piece ")).count(), 1);
    exclusions(&plant).include(EVE, version.id).await.unwrap();
    assert_eq!(plant.dump().await.lines().filter(|line| line.starts_with("  piece ")).count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_reaches_over_two_centuries_goes_and_comes_back_whole() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    plant.shelf.put(&path(10), piece(10, 6));
    plant.sync().await;
    let before = plant.dump().await;
    let odd =
        ["19750101 10:00:00|@MachineStop", "20250610 07:00:00|@StukUitgevoerd: x", "21900101 10:00:00|@MachineStart"];
    plant.shelf.put(&format!("{FOLDER}/machine.log"), format!("{}\n", odd.join("\n")).into_bytes());
    plant.sync().await;
    let with = plant.dump().await;
    let id = versions(&plant).await.into_iter().find(|(path, _)| path.ends_with("machine.log")).unwrap().1.id;
    let done = exclusions(&plant).exclude(EVE, id, "a broken clock").await.unwrap();
    assert_eq!((done.created, done.changed, done.removed), (0, 1, 2));
    assert_eq!(plant.dump().await, before);
    let done = exclusions(&plant).include(EVE, id).await.unwrap();
    assert_eq!((done.created, done.changed, done.removed), (2, 1, 0));
    assert_eq!(plant.dump().await, with);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_no_run_and_leaves_nothing_half_done() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    plant.shelf.put(&path(10), piece(10, 6));
    plant.sync().await;
    let (before, id) = (plant.dump().await, only_version(&plant).await.id);
    let lock = plant.store.try_lock(SyncSource::Ftp).await.unwrap();
    assert!(lock.is_some());
    let error = exclusions(&plant).exclude(EVE, id, "a test").await.unwrap_err();
    assert!(matches!(&error, AppError::Conflict(text) if text.contains("try again")), "{error}");
    drop(lock);
    let viewer = Subject {
        user: UserId(1),
        username: "v".to_owned(),
        role: Role::Operator,
        expires_at: Instant(i64::MAX),
        api_token: None,
    };
    let by = AskedBy::Subject(&viewer);
    assert!(matches!(exclusions(&plant).exclude(by, id, "a test").await, Err(AppError::Forbidden(_))));
    assert!(matches!(exclusions(&plant).exclude(EVE, VersionId(99), "x").await, Err(AppError::NotFound(_))));
    let window = Window { limit: 9, after: None, before: None, from_end: false };
    assert!(plant.store.audit_trail(&window).await.unwrap().items.is_empty());
    assert_eq!(plant.dump().await, before);
}

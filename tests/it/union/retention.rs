//! What is old is removed: figures stay, days whose raw bytes are gone stay as they are, and all others go on as before.

use super::plant::Plant;
use super::{FOLDER, SMALL};
use crate::harness::database::Database;
use async_trait::async_trait;
use atelier_application::ingest::Room;
use atelier_application::ports::archive::{Archive, ArchiveError, ArchiveFile, Archived};
use atelier_application::retention::{Keep, Stopped, Why};
use atelier_archive::FolderArchive;
use atelier_domain::ids::VersionId;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Two days before noon of 15 June: what is of the 12th and earlier is old.
const RAW: Keep = Keep { details: None, raw: Some(2) };
const DETAILS: Keep = Keep { details: Some(2), raw: None };

fn path(day: u32) -> String {
    format!("{FOLDER}/202506{day:02}.LOG")
}

/// A bar that lasts into the next day, as do the stop and the wait at the end; a line that cannot be read.
fn content(day: u32) -> Vec<u8> {
    let at = |time: &str, event: &str| format!("202506{day:02} {time}|@{event}\r\n");
    let mut text = at("05:30:00", "StukUitgevoerd: 0") + &at("06:00:00", "MachineStart");
    for number in 1..4 {
        text += &at(&format!("06:1{number}:00"), &format!("JobProfiel: R:{number} L:1250"));
        text += &at(&format!("07:1{number}:00"), &format!("StukUitgevoerd: é{number}"));
    }
    text += &at("08:00:00", "JobProfiel: x");
    text += &at("09:00:00", "MachineWait: 600 sec");
    text += &at("23:40:00", "MachineStop");
    text += &at("23:50:00", "MachineWait: 3600 sec");
    text.into_bytes()
}

/// With the logs of 10 to 14 June, all of them read.
async fn plant(database: &Database) -> Plant {
    let plant = Plant::open(database).await;
    for day in 10..=14 {
        plant.shelf.put(&path(day), content(day));
    }
    plant.sync().await;
    plant
}

fn archive(folder: &Path) -> Arc<dyn Archive> {
    Arc::new(FolderArchive::new(folder.to_owned()))
}

fn unpack(file: &Path) -> Vec<u8> {
    zstd::decode_all(fs::File::open(file).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()))).unwrap()
}

/// The lines of a dump that are no details.
fn figures(dump: &str) -> Vec<&str> {
    let details = ["  piece ", "  job ", "  wait ", "  stop "];
    dump.lines().filter(|line| !details.iter().any(|detail| line.starts_with(detail))).collect()
}

/// The part of a dump from a day on.
fn from_day<'d>(dump: &'d str, day: &str) -> &'d str {
    &dump[dump.find(&format!("\n{day} ")).unwrap()..]
}

async fn details(database: fn() -> Option<Database>) {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let plant = plant(&database).await;
    let whole = plant.dump().await;
    let planned = plant.retain(DETAILS, None, true).await.machines.remove(0).details;
    assert_eq!((planned.sessions, planned.rows.pieces), (3, 12));
    assert_eq!(plant.dump().await, whole, "a dry run changes nothing");
    let done = plant.retain(DETAILS, Some(archive(folder.path())), false).await.machines.remove(0).details;
    assert_eq!(done, planned);
    let removed = plant.dump().await;
    assert_eq!(figures(&removed), figures(&whole));
    assert_eq!(from_day(&removed, "2025-06-13"), from_day(&whole, "2025-06-13"));
    let pieces = removed.lines().filter(|line| line.starts_with("  piece ")).count();
    assert_eq!(pieces, 8, "of two sessions");
    assert_eq!(plant.retain(DETAILS, None, false).await.machines.remove(0).details.sessions, 0);

    for day in 10..=12 {
        let rows = unpack(&folder.path().join(format!("details/DEM12/2025-06-{day}.jsonl.zst")));
        let rows = String::from_utf8(rows).unwrap();
        let count = |table: &str| rows.lines().filter(|row| row.contains(&format!("\"table\":\"{table}\""))).count();
        assert_eq!((count("piece_production"), count("job_profil")), (4, 3), "{rows}");
    }
    // A late line brings back what its session holds, and a replay what the others do.
    plant.shelf.put(&format!("{FOLDER}/late.LOG"), b"20250611 10:00:00|@StukUitgevoerd: late\n".to_vec());
    plant.sync().await;
    assert!(plant.dump().await.contains("Some(\"late\")"));
    plant.shelf.remove(&format!("{FOLDER}/late.LOG"));
    plant.replay().await;
    let again = plant.dump().await;
    assert_eq!(again.lines().filter(|line| line.starts_with("  piece ")).count(), 21);
    assert_eq!(plant.retain(DETAILS, None, false).await.machines.remove(0).details.sessions, 3);
}

async fn raw(database: fn() -> Option<Database>) {
    let (Some(database), Some(other)) = (database(), database()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (plant, complete) = (plant(&database).await, plant(&other).await);
    let planned = plant.retain(RAW, None, true).await.machines.remove(0).raw;
    let done = plant.retain(RAW, Some(archive(folder.path())), false).await.machines.remove(0).raw;
    assert_eq!((done.contents, done.bytes), (3, (10..=12).map(|day| content(day).len() as u64).sum()));
    assert_eq!(done, planned);
    for (version, day) in (10..=12).enumerate() {
        let name = format!("raw/{FOLDER}/202506{day}.LOG.{}.zst", version + 1);
        assert!(unpack(&folder.path().join(name)) == content(day));
    }
    let (before, revision) = (plant.dump().await, plant.revision().await);
    assert_eq!(before, complete.dump().await);
    let told = plant.replay_warned().await;
    assert_eq!(told, ["DEM12: 3 days are left as they are, for raw bytes of them were removed because they are old."]);
    assert_eq!((plant.revision().await, plant.dump().await == before), (revision, true), "a replay changes nothing");

    // The same file under another date: it is recognised, and its lines are still counted.
    let counts = plant.counts(&path(11)).await;
    plant.shelf.put(&path(11), content(11));
    assert_eq!(plant.sync_warned().await, Vec::<String>::new());
    assert_eq!((plant.revision().await, plant.counts(&path(11)).await), (revision, counts));
    assert_eq!(plant.retain(RAW, None, true).await.machines.remove(0).raw.contents, 0, "no content was added");

    // A late file for a day without its bytes is stored, and told.
    let late = format!("{FOLDER}/late.LOG");
    plant.shelf.put(&late, b"20250611 10:00:00|@StukUitgevoerd: late\n".to_vec());
    let told = plant.sync_warned().await;
    assert!(told.len() == 1 && told[0].starts_with(&format!("{late} has lines of 2025-06-11, of which")), "{told:?}");
    assert_eq!(plant.dump().await, before);
    let kept = plant.retain(RAW, None, false).await.machines.remove(0).raw.kept;
    assert_eq!(
        kept.iter().map(|kept| (kept.path.as_str(), kept.why)).collect::<Vec<_>>(),
        [(late.as_str(), Why::Late)]
    );

    // One that has grown is another content; what it says of its frozen day is not derived.
    plant.shelf.put(&path(12), [content(12), b"20250612 10:00:00|@MachineStart\n".to_vec()].concat());
    let told = plant.sync_warned().await;
    assert!(told.len() == 1 && told[0].contains("2025-06-12"), "{told:?}");
    assert_eq!(plant.dump().await, before);

    // Days after them go on from the state that they left.
    for plant in [&plant, &complete] {
        plant.shelf.put(&format!("{FOLDER}/more.LOG"), b"20250613 05:00:00|@StukUitgevoerd: more\n".to_vec());
        plant.sync().await;
        plant.replay().await;
    }
    let after = plant.dump().await;
    assert!(after.contains("Some(\"more\")") && after == complete.dump().await, "{after}");
    // All of it is old one day.
    plant.pass_hours(24 * 10);
    plant.sync().await;
    let last = plant.retain(Keep { details: Some(1), raw: Some(1) }, None, false).await.machines.remove(0);
    assert_eq!((last.details.sessions, last.raw.contents, last.raw.kept.len()), (5, 3, 2));
    plant.replay().await;
    assert_eq!(figures(&plant.dump().await), figures(&after));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_whose_bytes_were_removed_may_be_deleted_from_the_server_if_they_are_still_the_same() {
    let database = Database::sqlite();
    let mut plant = plant(&database).await;
    plant.retain(RAW, None, false).await;
    let before = plant.dump().await;
    plant.delete_after(0);
    let mut other = content(11);
    other.reverse();
    plant.shelf.falsify(&path(11), other);
    let told = plant.sync_warned().await;
    assert!(told.len() == 1 && told[0].contains(&path(11)), "{told:?}");
    let left: Vec<String> = plant.shelf.all().into_iter().map(|(path, _)| path).collect();
    assert_eq!(left, [path(11)]);
    assert_eq!(plant.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_cannot_be_set_aside() {
    let database = Database::sqlite();
    let plant = plant(&database).await;
    plant.retain(RAW, None, false).await;
    let before = plant.dump().await;
    let refused = super::exclusion::exclude(&plant, VersionId(1)).await.unwrap_err().to_string();
    assert!(refused.contains("removed because they are old"), "{refused}");
    super::exclusion::exclude(&plant, VersionId(4)).await.unwrap();
    let after = plant.dump().await;
    assert_ne!(after, before);
    let frozen = &before[..before.find("\n2025-06-13 ").unwrap()];
    assert!(after.starts_with(frozen), "days that are frozen stay:\n{before}\n{after}");
}

/// An archive that loses its power when a file is whole.
struct Cut(FolderArchive);

struct CutFile(Box<dyn ArchiveFile>);

#[async_trait]
impl Archive for Cut {
    async fn check(&self) -> Result<(), ArchiveError> {
        self.0.check().await
    }

    async fn begin(&self, what: &Archived) -> Result<Box<dyn ArchiveFile>, ArchiveError> {
        Ok(Box::new(CutFile(self.0.begin(what).await?)))
    }
}

#[async_trait]
impl ArchiveFile for CutFile {
    async fn add(&mut self, bytes: Vec<u8>) -> Result<(), ArchiveError> {
        self.0.add(bytes).await
    }

    async fn finish(self: Box<Self>) -> Result<(), ArchiveError> {
        self.0.finish().await?;
        Err(ArchiveError("The power is gone.".to_owned()))
    }
}

async fn cut_between_archive_and_removal(database: fn() -> Option<Database>) {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let plant = plant(&database).await;
    let both = Keep { details: Some(2), raw: Some(2) };
    let before = plant.dump().await;
    let files = || {
        let read = |name: &str| fs::read(folder.path().join(name)).ok();
        (read("details/DEM12/2025-06-10.jsonl.zst"), read(&format!("raw/{FOLDER}/20250610.LOG.1.zst")))
    };
    for keep in [DETAILS, RAW] {
        let cut = Arc::new(Cut(FolderArchive::new(folder.path().to_owned())));
        let report = plant.retain(keep, Some(cut), false).await;
        assert_eq!(report.stopped, Some(Stopped::Failed("The power is gone.".to_owned())));
        assert_eq!(report.machines[0].details.sessions + report.machines[0].raw.contents, 0);
    }
    assert_eq!(plant.dump().await, before);
    let first = files();
    assert!(first.0.is_some() && first.1.is_some());
    let report = plant.retain(both, Some(archive(folder.path())), false).await.machines.remove(0);
    assert_eq!((report.details.sessions, report.raw.contents), (3, 3));
    assert!(files() == first, "the same files once more");
}

/// Lines of these days of June, in any order, some without their end.
fn lines(rng: &mut StdRng, days: std::ops::RangeInclusive<u32>) -> Vec<u8> {
    let mut text = String::new();
    for _ in 0..rng.random_range(1..8) {
        let (day, hour) = (rng.random_range(days.clone()), rng.random_range(0..24));
        let event = match rng.random_range(0..8) {
            0..=2 => format!("|@StukUitgevoerd: {}", rng.random_range(0..3)),
            3 => format!("|@MachineWait: {} sec", rng.random_range(0..90_000)),
            4 => "|@MachineStop".to_owned(),
            5 => "|@MachineStart".to_owned(),
            6 => format!("|@JobProfiel: R:{} L:1250", rng.random_range(1..3)),
            _ => "|@JobProfiel: x".to_owned(),
        };
        writeln!(text, "202506{day:02} {hour:02}:00:00{event}").unwrap();
    }
    text.truncate(text.len() - rng.random_range(0..3));
    text.into_bytes()
}

/// One plant loses the raw bytes of its first days, the other does not; what comes later of later days gives the same.
async fn later_days(database: fn() -> Option<Database>, seed: u64) {
    let (Some(one), Some(other)) = (database(), database()) else { return };
    let mut rng = StdRng::seed_from_u64(seed);
    let room = if seed.is_multiple_of(2) { Room::default() } else { SMALL };
    let plants = [Plant::open_with(&one, room).await, Plant::open_with(&other, room).await];
    let step = async |rng: &mut StdRng, names: &[&str], days: std::ops::RangeInclusive<u32>| {
        for name in names {
            let bytes = lines(rng, days.clone());
            for plant in &plants {
                plant.shelf.put(&format!("{FOLDER}/{name}.LOG"), bytes.clone());
            }
        }
        for plant in &plants {
            plant.sync().await;
            plant.pass_hours(24 * 2);
        }
    };
    for _ in 0..3 {
        step(&mut rng, &["20250601", "20250602", "old"], 1..=3).await;
    }
    step(&mut rng, &["both"], 3..=5).await;
    for plant in &plants {
        plant.sync().await;
    }
    // It is the 23rd: all before the 5th is old.
    let report = plants[0].retain(Keep { details: None, raw: Some(18) }, None, false).await;
    assert_eq!(report.stopped, None, "seed {seed}");
    let before = plants[0].revision().await;
    plants[0].replay().await;
    assert_eq!(plants[0].revision().await, before, "a replay changed something (seed {seed})");
    for _ in 0..3 {
        step(&mut rng, &["20250606", "new", "newer"], 6..=9).await;
    }
    for plant in &plants {
        plant.sync().await;
        plant.replay().await;
    }
    let (left, right) = (plants[0].dump().await, plants[1].dump().await);
    assert!(left == right, "seed {seed}: {}", super::difference(&left, &right));
}

#[tokio::test(flavor = "multi_thread")]
async fn details_go_and_figures_stay_on_sqlite() {
    details(|| Some(Database::sqlite())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn details_go_and_figures_stay_on_postgres() {
    details(Database::postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_without_raw_bytes_stay_as_they_are_on_sqlite() {
    raw(|| Some(Database::sqlite())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_without_raw_bytes_stay_as_they_are_on_postgres() {
    raw(Database::postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_archived_and_not_removed_is_done_again_on_sqlite() {
    cut_between_archive_and_removal(|| Some(Database::sqlite())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_archived_and_not_removed_is_done_again_on_postgres() {
    cut_between_archive_and_removal(Database::postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn later_days_are_derived_as_if_nothing_was_removed() {
    for seed in super::seeds(12) {
        later_days(|| Some(Database::sqlite()), seed).await;
    }
}

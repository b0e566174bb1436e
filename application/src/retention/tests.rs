#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

use super::*;
use crate::ingest::NoProgress;
use crate::ports::archive::{MockArchive, MockArchiveFile};
use crate::ports::clock::MockClock;
use crate::ports::ingest_store::{MockIngestStore, Reach};
use crate::ports::machines::MockMachineStore;
use crate::ports::retention::{AgeingContent, MockRetentionStore};
use crate::ports::sync_runs::{MockSyncRunStore, RunLock};
use atelier_domain::ids::{LogFileId, MachineId, VersionId};
use atelier_domain::machine::MachineType;
use atelier_domain::time::Instant;
use chrono::{NaiveDate, NaiveTime};
use futures_util::StreamExt as _;
use mockall::Sequence;
use std::sync::Mutex;

const BYTES: &[u8] = b"20250601 06:00:00|@MachineStop\n";

fn day(day: u32) -> ProductionDay {
    ProductionDay(NaiveDate::from_ymd_opt(2025, 6, day).unwrap())
}

fn zone() -> PlantZone {
    PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN)
}

/// Noon of a day.
fn noon(of: u32) -> Instant {
    zone().start_of(day(of)) + Millis::from_seconds(12 * 3600)
}

fn content(id: i64, days: Option<(u32, u32)>) -> AgeingContent {
    AgeingContent {
        version: StoredVersion {
            id: VersionId(id),
            file: LogFileId(id),
            path: format!("f/{id}.LOG"),
            name_date: None,
            finished: true,
            length: BYTES.len() as u64,
            reach: Reach { days: days.map(|(from, to)| (day(from), day(to))), ..Reach::default() },
            excluded: false,
            removed: false,
            frozen: None,
            digest: None,
        },
        read_at: noon(20),
        shortened: false,
        late: false,
    }
}

/// The ids of what is due on days before the 10th, and those of what is kept.
fn due_of(contents: &[AgeingContent], open: &[u32]) -> (Vec<i64>, Vec<Why>) {
    let open: Vec<_> = open.iter().copied().map(day).collect();
    let Due { due, kept } = due(contents, &open, day(10), zone());
    (due.iter().map(|(version, _)| version.id.0).collect(), kept.iter().map(|kept| kept.why).collect())
}

#[test]
fn a_content_goes_when_all_its_days_are_old() {
    let contents = [content(1, Some((9, 9))), content(2, Some((9, 10))), content(3, Some((1, 3)))];
    assert_eq!(due_of(&contents, &[]), (vec![1, 3], vec![]));
}

#[test]
fn a_content_without_days_is_as_old_as_its_last_reading() {
    let (mut old, new) = (content(1, None), content(2, None));
    old.read_at = noon(9);
    assert_eq!(due_of(&[old, new], &[]), (vec![1], vec![]));
}

#[test]
fn days_of_rejected_lines_count() {
    let mut contents = [content(1, Some((3, 3))), content(2, None)];
    for content in &mut contents {
        content.version.reach.rejected = vec![day(9), day(10)];
    }
    assert_eq!(due_of(&contents, &[]), (vec![], vec![]));
}

#[test]
fn a_content_stays_while_a_day_of_it_may_still_change() {
    assert_eq!(due_of(&[content(1, Some((3, 5)))], &[4]), (vec![], vec![]), "a session of it is open");
    let mut growing = content(1, Some((5, 6)));
    growing.version.finished = false;
    assert_eq!(due_of(&[growing, content(2, Some((3, 5))), content(3, Some((3, 4)))], &[]), (vec![3], vec![]));
}

#[test]
fn a_content_stays_while_its_day_is_derived_together_with_a_later_one() {
    let mut across = content(1, Some((9, 10)));
    across.version.reach.straddles = vec![(day(9), day(10))];
    assert_eq!(due_of(&[across, content(2, Some((9, 9))), content(3, Some((8, 8)))], &[]), (vec![3], vec![]));
}

#[test]
fn days_that_are_derived_together_freeze_together() {
    let mut across = content(1, Some((3, 12)));
    across.version.reach.straddles = vec![(day(3), day(4))];
    let contents = [across, content(2, Some((2, 3)))];
    let Due { due, .. } = due(&contents, &[], day(10), zone());
    let found: Vec<_> = due.iter().map(|(version, frozen)| (version.id.0, *frozen)).collect();
    assert_eq!(found, [(2, Some((day(2), day(4))))]);
}

#[test]
fn what_no_session_holds_is_kept_and_told() {
    let (mut late, mut shortened, mut gone) = (content(1, Some((3, 3))), content(2, None), content(3, Some((3, 3))));
    late.late = true;
    (shortened.shortened, shortened.read_at) = (true, noon(1));
    gone.version.removed = true;
    assert_eq!(due_of(&[late, shortened, gone], &[]), (vec![], vec![Why::Late, Why::Shortened]));
}

struct Lock;

impl RunLock for Lock {}

/// A plant of one machine at noon of 20 June 2025, whose ports expect nothing but what is told here.
struct Plant {
    store: MockRetentionStore,
    contents: MockIngestStore,
    runs: MockSyncRunStore,
    archive: Option<MockArchive>,
    keep: Keep,
}

impl Plant {
    fn new(keep: Keep) -> Self {
        let mut contents = MockIngestStore::new();
        contents.expect_open_days().returning(|_| Ok(Vec::new()));
        contents.expect_read_content().returning(|_, offset, _| Ok(BYTES[offset as usize..].to_vec()));
        Self { store: MockRetentionStore::new(), contents, runs: MockSyncRunStore::new(), archive: None, keep }
    }

    fn locked(mut self) -> Self {
        self.runs.expect_try_lock().times(1).returning(|_| Ok(Some(Box::new(Lock))));
        self
    }

    async fn run(self, dry_run: bool) -> Result<RetentionOutcome, RetentionError> {
        let mut machines = MockMachineStore::new();
        let machine = Machine {
            id: MachineId(1),
            name: "M".to_owned(),
            kind: MachineType::Pvc,
            description: None,
            active: true,
            folder: None,
            created_at: Instant(0),
        };
        machines.expect_machines().returning(move |_| Ok(vec![machine.clone()]));
        let mut clock = MockClock::new();
        clock.expect_now().returning(|| noon(20));
        let retention = Retention {
            store: Arc::new(self.store),
            contents: Arc::new(self.contents),
            machines: Arc::new(machines),
            runs: Arc::new(self.runs),
            archive: self.archive.map(|archive| Arc::new(archive) as Arc<dyn Archive>),
            clock: Arc::new(clock),
            zone: zone(),
            keep: self.keep,
        };
        retention.run(dry_run, &NoProgress).await
    }
}

fn report(outcome: Result<RetentionOutcome, RetentionError>) -> Report {
    match outcome {
        Ok(RetentionOutcome::Done(report)) => report,
        other => panic!("{other:?}"),
    }
}

/// An archive that writes down what it is given.
fn archive(written: &Arc<Mutex<Vec<String>>>) -> MockArchive {
    let mut archive = MockArchive::new();
    archive.expect_check().returning(|| Ok(()));
    let written = written.clone();
    archive.expect_begin().returning(move |what| {
        let name = match what {
            Archived::Raw { path, version } => format!("{path}.{version}"),
            Archived::Details { machine, day } => format!("{machine}/{day}"),
        };
        let mut file = MockArchiveFile::new();
        let (added, finished) = (written.clone(), written.clone());
        file.expect_add().returning(move |bytes| {
            added.lock().unwrap().push(String::from_utf8(bytes).unwrap());
            Ok(())
        });
        file.expect_finish().returning(move || {
            finished.lock().unwrap().push(format!("finished {name}"));
            Ok(())
        });
        Ok(Box::new(file))
    });
    archive
}

const RAW: Keep = Keep { details: None, raw: Some(10) };
const DETAILS: Keep = Keep { details: Some(10), raw: None };
const COUNTS: DetailCounts = DetailCounts { pieces: 5, jobs: 1, waits: 0, stops: 2 };

#[tokio::test]
async fn without_any_limit_nothing_is_even_asked() {
    assert_eq!(Plant::new(Keep::default()).run(false).await, Ok(RetentionOutcome::Off));
}

#[tokio::test]
async fn nothing_is_removed_while_a_run_is_at_work() {
    let mut plant = Plant::new(RAW);
    plant.runs.expect_try_lock().times(1).returning(|_| Ok(None));
    assert_eq!(plant.run(false).await, Ok(RetentionOutcome::AlreadyRunning));
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let mut plant = Plant::new(Keep { details: Some(10), raw: Some(10) });
    plant.store.expect_sessions_with_details().returning(|_, before, after, _| {
        assert_eq!(before, day(10), "ten days before the 20th");
        Ok(if after.is_none() { vec![(SessionId(1), day(1)), (SessionId(2), day(4))] } else { Vec::new() })
    });
    plant.store.expect_count_details().returning(|_| Ok(COUNTS));
    plant.store.expect_ageing_contents().returning(|_| Ok(vec![content(1, Some((2, 3)))]));
    plant.archive = Some(MockArchive::new());
    let report = report(plant.run(true).await);
    let machine = &report.machines[0];
    assert_eq!((machine.details.sessions, machine.details.rows.total()), (2, 16));
    assert_eq!(machine.details.days, Some((day(1), day(4))));
    assert_eq!((machine.raw.contents, machine.raw.bytes), (1, BYTES.len() as u64));
    assert_eq!(machine.raw.days, Some((day(2), day(3))));
}

#[tokio::test]
async fn what_goes_is_archived_whole_before_it_is_removed() {
    let mut plant = Plant::new(RAW).locked();
    let written = Arc::new(Mutex::new(Vec::new()));
    plant.archive = Some(archive(&written));
    plant.store.expect_ageing_contents().returning(|_| Ok(vec![content(7, Some((2, 2)))]));
    let seen = written.clone();
    plant.store.expect_remove_bytes().times(1).returning(move |version, length, digest, frozen, now| {
        assert_eq!(frozen, Some((day(2), day(2))));
        assert_eq!((version, length, now), (VersionId(7), BYTES.len() as u64, noon(20)));
        let mut expected = Digest::default();
        expected.add(BYTES);
        assert_eq!(digest, expected.hex());
        let text = String::from_utf8(BYTES.to_vec()).unwrap();
        assert_eq!(*seen.lock().unwrap(), [text, "finished f/7.LOG.7".to_owned()]);
        Ok(true)
    });
    assert_eq!(report(plant.run(false).await).machines[0].raw.contents, 1);
}

#[tokio::test]
async fn details_are_archived_row_by_row_and_then_removed() {
    let mut plant = Plant::new(DETAILS).locked();
    let written = Arc::new(Mutex::new(Vec::new()));
    plant.archive = Some(archive(&written));
    plant.store.expect_sessions_with_details().returning(|_, _, after, _| {
        Ok(if after.is_none() { vec![(SessionId(1), day(1)), (SessionId(2), day(2))] } else { Vec::new() })
    });
    // The second session holds nothing.
    plant.store.expect_count_details().returning(|id| Ok(if id.0 == 1 { COUNTS } else { DetailCounts::default() }));
    plant
        .store
        .expect_details()
        .times(1)
        .returning(|_| futures_util::stream::iter([Ok("a".to_owned()), Ok("b".to_owned())]).boxed());
    plant.store.expect_remove_details().times(1).returning(|_, _| Ok(COUNTS));
    let report = report(plant.run(false).await);
    assert_eq!((report.machines[0].details.sessions, report.machines[0].details.rows), (1, COUNTS));
    assert_eq!(*written.lock().unwrap(), ["a\nb\n", "finished M/2025-06-01"]);
}

#[tokio::test]
async fn bytes_that_are_not_all_there_stay() {
    let mut plant = Plant::new(RAW).locked();
    let written = Arc::new(Mutex::new(Vec::new()));
    plant.archive = Some(archive(&written));
    let mut short = content(1, Some((2, 2)));
    short.version.length += 1;
    plant.store.expect_ageing_contents().returning(move |_| Ok(vec![short.clone(), content(2, Some((3, 3)))]));
    plant.store.expect_remove_bytes().times(1).returning(|version, _, _, _, _| {
        assert_eq!(version, VersionId(2));
        Ok(true)
    });
    let report = report(plant.run(false).await);
    assert_eq!(report.machines[0].raw.kept, [Kept { path: "f/1.LOG".to_owned(), why: Why::NotWhole }]);
    assert!(!written.lock().unwrap().contains(&"finished f/1.LOG.1".to_owned()));
}

#[tokio::test]
async fn an_archive_that_fails_ends_the_run_before_anything_more_is_removed() {
    let mut plant = Plant::new(RAW).locked();
    let mut archive = MockArchive::new();
    archive.expect_check().returning(|| Ok(()));
    let mut order = Sequence::new();
    archive.expect_begin().times(1).in_sequence(&mut order).returning(|_| {
        let mut file = MockArchiveFile::new();
        file.expect_add().returning(|_| Ok(()));
        file.expect_finish().returning(|| Ok(()));
        Ok(Box::new(file))
    });
    archive.expect_begin().times(1).in_sequence(&mut order).returning(|_| Err(ArchiveError("It is full.".to_owned())));
    plant.archive = Some(archive);
    let contents = vec![content(1, Some((2, 2))), content(2, Some((2, 2))), content(3, Some((2, 2)))];
    plant.store.expect_ageing_contents().returning(move |_| Ok(contents.clone()));
    plant.store.expect_remove_bytes().times(1).returning(|_, _, _, _, _| Ok(true));
    let report = report(plant.run(false).await);
    assert_eq!(report.stopped, Some(Stopped::Failed("It is full.".to_owned())));
    assert_eq!(report.machines[0].raw.contents, 1);
}

#[tokio::test]
async fn nothing_begins_when_nothing_can_be_archived() {
    let mut plant = Plant::new(RAW).locked();
    let mut archive = MockArchive::new();
    archive.expect_check().returning(|| Err(ArchiveError("It is not there.".to_owned())));
    plant.archive = Some(archive);
    let error = plant.run(false).await.unwrap_err();
    assert_eq!(error.to_string(), "It is not there.");
}

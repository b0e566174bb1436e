//! A plant in memory: a source whose files a test moves about, a clock it sets, and a real database.

use super::dump::dump;
use super::shelf::Shelf;
use crate::harness::database::Database;
use atelier_application::ingest::{Cleanup, Ingest, NoProgress, Outcome, Progress, ReplayScope, Room};
use atelier_application::ports::archive::Archive;
use atelier_application::ports::clock::Clock;
use atelier_application::ports::ingest_store::{FileRecord, IngestStore as _, Reach};
use atelier_application::ports::log_files::{LogFileFilter, LogFileReader as _, StoredLogFile};
use atelier_application::ports::machines::{ConfiguredMachine, MachineFilter, MachineStore as _};
use atelier_application::ports::sessions::{SessionReader as _, Window};
use atelier_application::ports::sync_runs::{SyncRun, SyncStatus};
use atelier_application::retention::{Keep, Report, Retention, RetentionOutcome};
use atelier_domain::log_file::{LineCounts, LogFileState};
use atelier_domain::machine::MachineType;
use atelier_domain::time::{Instant, PlantZone};
use atelier_domain::units::Millis;
use atelier_logfmt::MachineLog;
use atelier_scratch::TemporaryFiles;
use atelier_store::{Store, StoreOptions};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

/// Remembers what it is warned of.
#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Progress for Warnings {
    fn warned(&self, warning: &str) {
        self.0.lock().unwrap().push(warning.to_owned());
    }
}

struct SetClock(Mutex<Instant>);

impl Clock for SetClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

pub(crate) struct Plant {
    pub(crate) shelf: Arc<Shelf>,
    clock: Arc<SetClock>,
    pub(crate) store: Store,
    pub(crate) ingest: Ingest,
}

impl Plant {
    /// At noon of 15 June 2025, with one machine.
    pub(crate) async fn open(database: &Database) -> Self {
        Self::open_with(database, Room::default()).await
    }

    /// The same, with so much room in memory.
    pub(crate) async fn open_with(database: &Database, room: Room) -> Self {
        let clock = Arc::new(SetClock(Mutex::new(Instant(1_749_988_800_000))));
        Self::over(database, Arc::default(), clock, room).await
    }

    /// The program started anew over the same database and the same source: nothing but those two is left of the old one.
    pub(crate) async fn restart(self, database: &Database) -> Self {
        let Self { shelf, clock, store, ingest } = self;
        let room = ingest.room;
        drop((store, ingest));
        Self::over(database, shelf, clock, room).await
    }

    async fn over(database: &Database, shelf: Arc<Shelf>, clock: Arc<SetClock>, room: Room) -> Self {
        let store = Store::connect(&database.url(), StoreOptions::default()).await.unwrap();
        store.migrate_up().await.unwrap();
        let machine =
            ConfiguredMachine { name: "DEM12".to_owned(), kind: MachineType::Pvc, folder: "DEM12 (PVC)".to_owned() };
        store.ensure_machines(&[machine], clock.now()).await.unwrap();
        let shared = Arc::new(store.clone());
        let ingest = Ingest {
            source: shelf.clone(),
            format: Arc::new(MachineLog),
            store: shared.clone(),
            machines: shared.clone(),
            runs: shared,
            scratch: Arc::new(TemporaryFiles),
            room,
            clock: clock.clone(),
            zone: PlantZone::new(chrono_tz::Europe::Paris, chrono::NaiveTime::MIN),
            cleanup: Cleanup::default(),
        };
        Self { shelf, clock, store, ingest }
    }

    pub(crate) fn pass_hours(&self, hours: i64) {
        let mut now = self.clock.0.lock().unwrap();
        *now = *now + Millis(hours * 3_600_000);
    }

    /// A run that has to go well.
    pub(crate) async fn sync(&self) {
        let run = self.run().await;
        assert_eq!(run.status, SyncStatus::Succeeded, "{:?}", run.error);
    }

    /// Derives everything again.
    pub(crate) async fn replay(&self) {
        match self.ingest.replay(&ReplayScope::default(), &NoProgress).await.unwrap() {
            Outcome::Ran(run) => assert_eq!(run.status, SyncStatus::Succeeded, "{:?}", run.error),
            Outcome::AlreadyRunning => panic!("nobody else runs"),
        }
    }

    /// A run that may end as it likes.
    pub(crate) async fn run(&self) -> SyncRun {
        for _ in 0..500 {
            if let Outcome::Ran(run) = self.ingest.run(&NoProgress).await.unwrap() {
                return run;
            }
            // One that was killed: PostgreSQL notices a moment later.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody else runs");
    }

    /// A run that is dropped at its so-and-so-many-th rest, wherever it is then. Whether it came to its end before.
    pub(crate) async fn run_and_kill(&self, rests: u32) -> bool {
        let mut run = Box::pin(self.ingest.run(&NoProgress));
        let mut left = rests;
        std::future::poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(false);
            }
            left -= 1;
            run.as_mut().poll(context).map(|_| true)
        })
        .await
    }

    /// From now on finished files are deleted so many days after they were read.
    pub(crate) fn delete_after(&mut self, days: u32) {
        self.ingest.cleanup = Cleanup::DeleteAfter { days };
    }

    /// From now on nothing is deleted.
    pub(crate) fn keep(&mut self) {
        self.ingest.cleanup = Cleanup::Keep;
    }

    /// A run that is killed when it hangs.
    pub(crate) async fn hang(&self) {
        let run = tokio::time::timeout(Duration::from_secs(2), self.ingest.run(&NoProgress)).await;
        assert!(run.is_err(), "it does not hang: {run:?}");
    }

    /// A run that is killed if it hangs, or is slow.
    pub(crate) async fn sync_or_hang(&self) {
        let _ = tokio::time::timeout(Duration::from_millis(300), self.ingest.run(&NoProgress)).await;
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// What is known of a file.
    pub(crate) async fn file(&self, path: &str) -> StoredLogFile {
        let window = Window { limit: 10_000, after: None, before: None, from_end: false };
        let files = self.store.log_files(&LogFileFilter::default(), &window).await.unwrap().items;
        files.into_iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is not known"))
    }

    /// A run that has to go well; what it warned of.
    pub(crate) async fn sync_warned(&self) -> Vec<String> {
        let warnings = Warnings::default();
        match self.ingest.run(&warnings).await.unwrap() {
            Outcome::Ran(run) => assert_eq!(run.status, SyncStatus::Succeeded, "{:?}", run.error),
            Outcome::AlreadyRunning => panic!("nobody else runs"),
        }
        warnings.0.into_inner().unwrap()
    }

    /// Derives everything again; what it warned of.
    pub(crate) async fn replay_warned(&self) -> Vec<String> {
        let warnings = Warnings::default();
        match self.ingest.replay(&ReplayScope::default(), &warnings).await.unwrap() {
            Outcome::Ran(run) => assert_eq!(run.status, SyncStatus::Succeeded, "{:?}", run.error),
            Outcome::AlreadyRunning => panic!("nobody else runs"),
        }
        warnings.0.into_inner().unwrap()
    }

    /// Removes what is older than is to be kept, or with `dry_run` says what that would be.
    pub(crate) async fn retain(&self, keep: Keep, archive: Option<Arc<dyn Archive>>, dry_run: bool) -> Report {
        let store = Arc::new(self.store.clone());
        let retention = Retention {
            store: store.clone(),
            contents: store.clone(),
            machines: store.clone(),
            runs: store,
            archive,
            clock: self.clock.clone(),
            zone: self.ingest.zone,
            keep,
        };
        match retention.run(dry_run, &NoProgress).await.unwrap() {
            RetentionOutcome::Done(report) => report,
            other => panic!("{other:?}"),
        }
    }

    /// The lines of a file's present content, as its row counts them: read, events, ignored, rejected.
    pub(crate) async fn counts(&self, path: &str) -> LineCounts {
        let window = Window { limit: 10_000, after: None, before: None, from_end: false };
        let files = self.store.log_files(&LogFileFilter::default(), &window).await.unwrap().items;
        files.into_iter().find(|file| file.path == path).unwrap().counts
    }

    /// Stores a file and drops the unit of work.
    pub(crate) async fn half_a_step(&self) {
        let machine = self.store.machines(&MachineFilter::default()).await.unwrap()[0].id;
        let mut unit = self.store.begin(machine).await.unwrap();
        let record = FileRecord {
            path: "DEM12 (PVC)/20250616.LOG".to_owned(),
            name_date: None,
            state: LogFileState::Growing,
            present: None,
            size: 3,
            consumed: 3,
            modified: None,
            read_at: self.clock.now(),
            counts: LineCounts::default(),
        };
        let file = unit.save_file(&record).await.unwrap();
        unit.add_version(file, b"abc", &Reach::default()).await.unwrap();
    }

    pub(crate) async fn revision(&self) -> i64 {
        self.store.revision().await.unwrap().0
    }

    /// All sessions and what they hold.
    pub(crate) async fn dump(&self) -> String {
        dump(&self.store).await
    }
}

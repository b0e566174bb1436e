//! A plant in memory: a source whose files a test moves about, a clock it sets, and a real database.

use crate::harness::database::Database;
use async_trait::async_trait;
use atelier_application::ingest::{Cleanup, Ingest, NoProgress, Outcome, Progress, ReplayScope, Room};
use atelier_application::ports::archive::Archive;
use atelier_application::ports::clock::Clock;
use atelier_application::ports::ingest_store::{FileRecord, IngestStore as _, Reach};
use atelier_application::ports::log_files::{LogFileFilter, LogFileReader as _, StoredLogFile};
use atelier_application::ports::log_source::{
    Content, Listing, ListingFailure, LogSource, RemoteFile, Removal, SourceError,
};
use atelier_application::ports::machines::{ConfiguredMachine, MachineFilter, MachineStore as _};
use atelier_application::ports::sessions::{
    PieceRange, SessionFilter, SessionOrder, SessionOrderField, SessionReader as _, Window,
};
use atelier_application::ports::sync_runs::{SyncRun, SyncStatus};
use atelier_application::retention::{Keep, Report, Retention, RetentionOutcome};
use atelier_domain::log_file::{LineCounts, LogFileState};
use atelier_domain::machine::MachineType;
use atelier_domain::time::{Instant, PlantZone};
use atelier_domain::units::Millis;
use atelier_logfmt::MachineLog;
use atelier_scratch::TemporaryFiles;
use atelier_store::{Store, StoreOptions};
use futures_util::StreamExt as _;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

/// A source whose files are in memory.
#[derive(Default)]
pub(crate) struct Shelf {
    files: Mutex<BTreeMap<String, (Vec<u8>, Instant)>>,
    time: Mutex<i64>,
    /// Paths whose transfer breaks after so many bytes, and whether that is said to be the file's own fault.
    broken: Mutex<HashMap<String, (usize, bool)>>,
    /// Whether the server does not answer at all.
    away: AtomicBool,
    /// What some paths hold as soon as they were fetched.
    next: Mutex<HashMap<String, Vec<u8>>>,
    /// What becomes of the wish to delete something.
    pub(crate) deleting: Mutex<Deleting>,
    /// Whether a folder hides from listings.
    pub(crate) hiding: AtomicBool,
}

/// How a shelf takes the wish to delete something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Deleting {
    /// It does.
    #[default]
    Does,
    /// It does, and never answers.
    Hangs,
    /// It does not, for lack of a right.
    Refuses,
}

/// Bytes that a transfer brings at a time.
const CHUNK: usize = 4096;

impl Shelf {
    pub(crate) fn content(&self, path: &str) -> Option<Vec<u8>> {
        self.files.lock().unwrap().get(path).map(|(content, _)| content.clone())
    }

    pub(crate) fn put(&self, path: &str, content: Vec<u8>) {
        // Each change shows another date, as on a server with a fine clock.
        let mut time = self.time.lock().unwrap();
        *time += 5000;
        self.files.lock().unwrap().insert(path.to_owned(), (content, Instant(*time)));
    }

    /// The same with a date of one's own.
    pub(crate) fn put_at(&self, path: &str, content: Vec<u8>, at: Instant) {
        self.files.lock().unwrap().insert(path.to_owned(), (content, at));
    }

    /// Other bytes under the same date.
    pub(crate) fn falsify(&self, path: &str, content: Vec<u8>) {
        self.files.lock().unwrap().get_mut(path).unwrap().0 = content;
    }

    /// As soon as `path` is fetched it holds this.
    pub(crate) fn change_after_fetch(&self, path: &str, content: Vec<u8>) {
        self.next.lock().unwrap().insert(path.to_owned(), content);
    }

    pub(crate) fn remove(&self, path: &str) {
        self.files.lock().unwrap().remove(path);
    }

    /// From now on a transfer of `path` breaks after `bytes`; with `None` it no longer does.
    pub(crate) fn break_after(&self, path: &str, bytes: Option<usize>) {
        let mut broken = self.broken.lock().unwrap();
        match bytes {
            Some(bytes) => broken.insert(path.to_owned(), (bytes, false)),
            None => broken.remove(path),
        };
    }

    /// The same, said so that a run goes on however many files break.
    pub(crate) fn spoil_after(&self, path: &str, bytes: usize) {
        self.broken.lock().unwrap().insert(path.to_owned(), (bytes, true));
    }

    /// From now on every transfer comes to its end.
    pub(crate) fn mend(&self) {
        self.broken.lock().unwrap().clear();
    }

    /// Whether the server is gone from now on.
    pub(crate) fn go_away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    fn answers(&self) -> Result<(), SourceError> {
        let gone = "There is no connection to the FTP server: check the network and the server.";
        if self.away.load(Ordering::Relaxed) { Err(SourceError::Transient(gone.to_owned())) } else { Ok(()) }
    }

    pub(crate) fn all(&self) -> Vec<(String, Vec<u8>)> {
        self.files.lock().unwrap().iter().map(|(path, (content, _))| (path.clone(), content.clone())).collect()
    }
}

#[async_trait]
impl LogSource for Shelf {
    async fn list(&self) -> Result<Listing, SourceError> {
        self.answers()?;
        let files = self.files.lock().unwrap();
        let file = |(path, (content, at)): (&String, &(Vec<u8>, Instant))| RemoteFile {
            path: path.clone(),
            size: content.len() as u64,
            modified: Some(at.to_utc()),
        };
        let failure = ListingFailure { path: "DEM12 (PVC)/hidden".to_owned(), reason: "Closed.".to_owned() };
        let failures = if self.hiding.load(Ordering::Relaxed) { vec![failure] } else { Vec::new() };
        Ok(Listing { files: files.iter().map(file).collect(), failures })
    }

    async fn fetch(&self, path: &str, offset: u64) -> Result<Content, SourceError> {
        self.answers()?;
        let content = self.content(path).ok_or_else(|| SourceError::NotFound("gone".to_owned()))?;
        if let Some(next) = self.next.lock().unwrap().remove(path) {
            self.put(path, next);
        }
        let rest = content.get(offset as usize..).unwrap_or_default();
        let broken = self.broken.lock().unwrap().get(path).copied();
        let sent = &rest[..broken.map_or(rest.len(), |(bytes, _)| bytes.min(rest.len()))];
        let mut chunks: Vec<_> = sent.chunks(CHUNK).map(|chunk| Ok(chunk.to_vec().into())).collect();
        if let Some((_, of_the_file)) = broken {
            let lost = "The FTP server closed the connection in the middle of the file.".to_owned();
            chunks.push(Err(if of_the_file { SourceError::Permanent(lost) } else { SourceError::Transient(lost) }));
        }
        Ok(futures_util::stream::iter(chunks).boxed())
    }

    async fn remove(&self, file: &RemoteFile) -> Result<Removal, SourceError> {
        let deleting = *self.deleting.lock().unwrap();
        if deleting == Deleting::Refuses {
            return Err(SourceError::Permanent("The server refuses: give the user the right to delete.".to_owned()));
        }
        {
            let mut files = self.files.lock().unwrap();
            let Some((content, at)) = files.get(&file.path) else { return Ok(Removal::Gone) };
            if content.len() as u64 != file.size || Some(at.to_utc()) != file.modified {
                return Ok(Removal::Changed);
            }
            files.remove(&file.path);
        }
        if deleting == Deleting::Hangs { std::future::pending().await } else { Ok(Removal::Removed) }
    }
}

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

#[derive(Default)]
struct Warned(Mutex<Vec<String>>);

impl Progress for Warned {
    fn warned(&self, warning: &str) {
        self.0.lock().unwrap().push(warning.to_owned());
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

    /// A run that goes well, and what it warns of.
    pub(crate) async fn warnings(&self) -> Vec<String> {
        let warned = Warned::default();
        match self.ingest.run(&warned).await.unwrap() {
            Outcome::Ran(run) => assert_eq!(run.status, SyncStatus::Succeeded, "{:?}", run.error),
            Outcome::AlreadyRunning => panic!("nobody else runs"),
        }
        warned.0.into_inner().unwrap()
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

/// All sessions and what they hold, without what depends on when things were read.
pub(crate) async fn dump(store: &Store) -> String {
    let order = SessionOrder { field: SessionOrderField::Date, descending: false };
    let window = Window { limit: 10_000, after: None, before: None, from_end: false };
    let sessions = store.sessions(&SessionFilter::default(), order, &window).await.unwrap().items;
    let ids: Vec<_> = sessions.iter().map(|session| session.id).collect();
    let ranges: Vec<_> = ids.iter().map(|id| (*id, PieceRange { from: 1, to: u32::MAX >> 1 })).collect();
    let (jobs, waits, stops, pieces, anomalies) = tokio::try_join!(
        store.jobs(&ids),
        store.waits(&ids),
        store.stops(&ids),
        store.pieces(&ranges),
        store.anomalies(&ids)
    )
    .unwrap();
    let job_ids: Vec<_> = jobs.values().flatten().map(|job| job.id).collect();
    let carried = store.carried_pieces(&job_ids).await.unwrap();
    let names: HashMap<_, _> =
        jobs.values().flatten().map(|job| (job.id, format!("{} {:?}", job.reference, job.started_at))).collect();
    let mut text = String::new();
    for session in &sessions {
        let (day, status, observed) = (session.day, session.status, session.observed);
        writeln!(text, "{day} {status:?} {observed:?} {:?}", session.other_events).unwrap();
        writeln!(
            text,
            "  {:?} {:?} {:?} {:?}",
            session.first_event, session.last_event, session.first_start, session.last_stop
        )
        .unwrap();
        writeln!(text, "  {:?}", session.trs).unwrap();
        for job in jobs.get(&session.id).into_iter().flatten() {
            let pieces = u64::from(job.own_pieces) + carried.get(&job.id).copied().unwrap_or(0);
            writeln!(text, "  job {} {:?} {:?} {pieces}", job.reference, job.length_mm, job.started_at).unwrap();
        }
        for wait in waits.get(&session.id).into_iter().flatten() {
            writeln!(text, "  wait {:?}", wait.interval).unwrap();
        }
        for stop in stops.get(&session.id).into_iter().flatten() {
            writeln!(text, "  stop {:?} {:?} {:?}", stop.start, stop.end, stop.length).unwrap();
        }
        for piece in pieces.get(&session.id).into_iter().flatten() {
            let job = piece.job.and_then(|job| names.get(&job));
            writeln!(text, "  piece {} {:?} {:?} {job:?} {:?}", piece.number, piece.at, piece.details, piece.cycle)
                .unwrap();
        }
        let mut found: Vec<_> = anomalies.get(&session.id).into_iter().flatten().collect();
        found.sort_by_key(|anomaly| (anomaly.at, anomaly.kind, anomaly.line));
        for anomaly in found {
            writeln!(text, "  anomaly {:?} {:?} {:?}", anomaly.kind, anomaly.at, anomaly.line).unwrap();
        }
    }
    text
}

//! Writers that commit at the same time, as no two runs do: each has a machine of its own and ignores the lock among runs.

use crate::union::shelf::Shelf;
use async_trait::async_trait;
use atelier_application::ingest::{Cleanup, Ingest, MachineRef, NoProgress, Outcome, ReplayScope, Room};
use atelier_application::ports::clock::Clock;
use atelier_application::ports::machines::{ConfiguredMachine, MachineFilter, MachineStore};
use atelier_application::ports::store_error::StoreResult;
use atelier_application::ports::sync_runs::{RunKind, RunLock, SyncRun, SyncRunStore, SyncSource, SyncStatus};
use atelier_domain::ids::MachineId;
use atelier_domain::machine::{Activity, Machine, MachineType};
use atelier_domain::time::{Instant, PlantZone, ProductionDay};
use atelier_logfmt::MachineLog;
use atelier_scratch::TemporaryFiles;
use atelier_store::{Store, StoreOptions};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

/// Noon of 1 July 2025, when all days of the files are over.
struct July;

impl Clock for July {
    fn now(&self) -> Instant {
        Instant(1_751_364_000_000)
    }
}

/// Runs without the lock among them.
struct Unlocked(Store);

struct NoLock;

impl RunLock for NoLock {}

#[async_trait]
impl SyncRunStore for Unlocked {
    async fn try_lock(&self, _: SyncSource) -> StoreResult<Option<Box<dyn RunLock>>> {
        Ok(Some(Box::new(NoLock)))
    }

    async fn start(&self, source: SyncSource, kind: RunKind, now: Instant) -> StoreResult<SyncRun> {
        self.0.start(source, kind, now).await
    }

    async fn save(&self, run: &SyncRun) -> StoreResult<()> {
        self.0.save(run).await
    }
}

/// A plant of one machine: a run looks after all that there are.
struct OnlyOne(Store, String);

#[async_trait]
impl MachineStore for OnlyOne {
    async fn machines(&self, filter: &MachineFilter) -> StoreResult<Vec<Machine>> {
        let all = self.0.machines(filter).await?;
        Ok(all.into_iter().filter(|machine| machine.name == self.1).collect())
    }

    async fn machines_by_id(&self, ids: &[MachineId]) -> StoreResult<Vec<Machine>> {
        self.0.machines_by_id(ids).await
    }

    async fn activities(
        &self,
        machines: &[MachineId],
        until: ProductionDay,
    ) -> StoreResult<HashMap<MachineId, Activity>> {
        self.0.activities(machines, until).await
    }

    async fn ensure_machines(&self, configured: &[ConfiguredMachine], now: Instant) -> StoreResult<()> {
        self.0.ensure_machines(configured, now).await
    }
}

/// A process of its own, as far as the database can tell.
pub(super) struct Writer {
    shelf: Arc<Shelf>,
    ingest: Ingest,
    folder: String,
    name: String,
    rng: StdRng,
    written: u32,
}

impl Writer {
    pub(super) async fn new(url: &str, number: u64) -> Self {
        let store = Store::connect(url, StoreOptions { pool_size: Some(2), ..StoreOptions::default() }).await.unwrap();
        let (name, folder) = (format!("W{number}"), format!("W{number} (ALU)"));
        let machine = ConfiguredMachine { name: name.clone(), kind: MachineType::Alu, folder: folder.clone() };
        store.ensure_machines(&[machine], July.now()).await.unwrap();
        let (shelf, shared) = (Arc::new(Shelf::default()), Arc::new(store.clone()));
        let ingest = Ingest {
            source: shelf.clone(),
            format: Arc::new(MachineLog),
            store: shared,
            machines: Arc::new(OnlyOne(store.clone(), name.clone())),
            runs: Arc::new(Unlocked(store)),
            clock: Arc::new(July),
            scratch: Arc::new(TemporaryFiles),
            room: Room::default(),
            cleanup: Cleanup::Keep,
            zone: PlantZone::new(chrono_tz::Europe::Paris, chrono::NaiveTime::MIN),
        };
        Self { shelf, ingest, folder, name, rng: StdRng::seed_from_u64(number), written: 0 }
    }

    /// So many runs in a row: new files, files that grow, files that are late, now and then all derived again.
    pub(super) async fn work(mut self, rounds: u32) {
        for round in 0..rounds {
            for _ in 0..self.rng.random_range(1..4) {
                let day = self.rng.random_range(1..=28);
                self.add_lines(day, 1);
            }
            self.run(round % 5 == 4).await;
            tokio::time::sleep(Duration::from_millis(self.rng.random_range(0..30))).await;
        }
    }

    /// A line more on each of `days` days of three months, in one run.
    pub(super) async fn write_days(&mut self, days: u32) {
        for day in 0..days {
            let path = format!("{}/2025{:02}{:02}.LOG", self.folder, 4 + day / 28 % 3, 1 + day % 28);
            self.append(&path, 1);
        }
        self.run(false).await;
    }

    fn add_lines(&mut self, day: u32, count: u32) {
        let path = format!("{}/202506{day:02}.LOG", self.folder);
        self.append(&path, count);
    }

    fn append(&mut self, path: &str, count: u32) {
        let date = path.rsplit('/').next().unwrap().split('.').next().unwrap().to_owned();
        let mut text = String::new();
        for _ in 0..count {
            self.written += 1;
            let (hour, minute) = (self.written / 60 % 24, self.written % 60);
            writeln!(text, "{date} {hour:02}:{minute:02}:00|@StukUitgevoerd: {}\r", self.written).unwrap();
        }
        let mut content = self.shelf.content(path).unwrap_or_default();
        content.extend_from_slice(text.as_bytes());
        self.shelf.put(path, content);
    }

    async fn run(&self, again: bool) {
        let outcome = self.ingest.run(&NoProgress).await.unwrap();
        succeeded(&outcome);
        if again {
            let scope = ReplayScope { machine: Some(MachineRef::Name(self.name.clone())), ..ReplayScope::default() };
            succeeded(&self.ingest.replay(&scope, &NoProgress).await.unwrap());
        }
    }
}

fn succeeded(outcome: &Outcome) {
    match outcome {
        Outcome::Ran(run) => assert_eq!(run.status, SyncStatus::Succeeded, "{:?}", run.error),
        Outcome::AlreadyRunning => panic!("there is no lock"),
    }
}

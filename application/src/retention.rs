//! Removing what is old: the details of sessions, and the raw bytes of contents.
//!
//! What goes is written to the archive first, if there is one: each file of it is whole before the rows of it are removed in
//! one transaction. A run that is killed leaves whole steps, and the next one goes on from there.

mod due;
mod report;
#[cfg(all(test, feature = "mocks"))]
mod tests;

pub use report::{DetailsReport, Kept, MachineReport, RawReport, Report, Span, Stopped, Why};

use crate::digest::Digest;
use crate::ingest::Progress;
use crate::ports::archive::{Archive, ArchiveError, ArchiveFile, Archived};
use crate::ports::clock::Clock;
use crate::ports::ingest_store::{IngestStore, StoredVersion};
use crate::ports::machines::{MachineFilter, MachineStore};
use crate::ports::retention::{DetailCounts, RetentionStore};
use crate::ports::store_error::StoreError;
use crate::ports::sync_runs::{SyncRunStore, SyncSource};
use atelier_domain::ids::SessionId;
use atelier_domain::machine::Machine;
use atelier_domain::time::{PlantZone, ProductionDay};
use atelier_domain::units::Millis;
use due::{Due, due};
use futures_util::TryStreamExt as _;
use std::sync::Arc;

/// So many sessions are looked up at once.
const SESSIONS: u32 = 200;

/// So many bytes are read and archived at once.
const BLOCK: usize = 1 << 20;

/// For how many days things are kept after their production day ended; nothing means for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// Pieces, bars, waits and stops of sessions.
    pub details: Option<u32>,
    /// Raw bytes of contents.
    pub raw: Option<u32>,
}

impl Keep {
    /// Whether everything is kept.
    pub fn is_all(self) -> bool {
        self == Self::default()
    }
}

/// The use case: what it needs from the outside.
#[derive(Clone)]
pub struct Retention {
    /// What can be removed.
    pub store: Arc<dyn RetentionStore>,
    /// The bytes of contents.
    pub contents: Arc<dyn IngestStore>,
    /// Which machines there are.
    pub machines: Arc<dyn MachineStore>,
    /// The lock among runs: while one is at work nothing is removed.
    pub runs: Arc<dyn SyncRunStore>,
    /// Where what is removed goes first, if anywhere.
    pub archive: Option<Arc<dyn Archive>>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The plant's zone and the start of its days.
    pub zone: PlantZone,
    /// For how long things are kept.
    pub keep: Keep,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetentionOutcome {
    /// Everything is kept.
    Off,
    /// A run on the log source is at work; nothing was removed.
    AlreadyRunning,
    /// What was removed, or would be.
    Done(Report),
}

/// Why nothing was removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    /// The database did not answer.
    #[error("The database did not say what is old: {0}")]
    Store(#[from] StoreError),
    /// Nothing can be archived.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Why a run ends before its end.
enum Halt {
    Interrupted,
    Failed(RetentionError),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ArchiveError> for Halt {
    fn from(error: ArchiveError) -> Self {
        Self::Failed(error.into())
    }
}

impl Retention {
    /// Removes what is old, or with `dry_run` only finds out what that would be and writes nothing at all.
    ///
    /// # Errors
    /// When nothing could begin; what goes wrong later is in the report.
    pub async fn run(&self, dry_run: bool, progress: &dyn Progress) -> Result<RetentionOutcome, RetentionError> {
        if self.keep.is_all() {
            return Ok(RetentionOutcome::Off);
        }
        let _lock = if dry_run {
            None
        } else {
            match self.runs.try_lock(SyncSource::Ftp).await? {
                Some(lock) => Some(lock),
                None => return Ok(RetentionOutcome::AlreadyRunning),
            }
        };
        if let (Some(archive), false) = (&self.archive, dry_run) {
            archive.check().await?;
        }
        let mut report = Report { dry_run, ..Report::default() };
        for machine in self.machines.machines(&MachineFilter::default()).await? {
            let mut part = MachineReport { machine: machine.name.clone(), ..MachineReport::default() };
            let done = self.run_machine(&machine, dry_run, &mut part, progress).await;
            report.machines.push(part);
            match done {
                Ok(()) => {}
                Err(Halt::Interrupted) => report.stopped = Some(Stopped::Interrupted),
                Err(Halt::Failed(error)) => report.stopped = Some(Stopped::Failed(error.to_string())),
            }
            if report.stopped.is_some() {
                break;
            }
        }
        Ok(RetentionOutcome::Done(report))
    }

    async fn run_machine(
        &self,
        machine: &Machine,
        dry_run: bool,
        report: &mut MachineReport,
        progress: &dyn Progress,
    ) -> Result<(), Halt> {
        if let Some(before) = self.first_kept(self.keep.details) {
            self.details(machine, before, dry_run, &mut report.details, progress).await?;
        }
        if let Some(before) = self.first_kept(self.keep.raw) {
            self.raw(machine, before, dry_run, &mut report.raw, progress).await?;
        }
        Ok(())
    }

    /// The first day that is not old yet.
    fn first_kept(&self, days: Option<u32>) -> Option<ProductionDay> {
        let age = Millis::from_seconds(i64::from(days?) * 86_400);
        Some(self.zone.day_of(self.clock.now() + Millis(-age.0)))
    }

    async fn details(
        &self,
        machine: &Machine,
        before: ProductionDay,
        dry_run: bool,
        report: &mut DetailsReport,
        progress: &dyn Progress,
    ) -> Result<(), Halt> {
        let mut after = None;
        loop {
            let sessions = self.store.sessions_with_details(machine.id, before, after, SESSIONS).await?;
            let Some((_, last)) = sessions.last() else { return Ok(()) };
            after = Some(*last);
            for (session, day) in sessions {
                let counts = self.store.count_details(session).await?;
                // A session that holds nothing loses nothing.
                if counts.total() == 0 {
                    continue;
                }
                if dry_run {
                    report.add(day, counts);
                    continue;
                }
                if progress.cancelled() {
                    return Err(Halt::Interrupted);
                }
                let removed = self.remove_details(machine, session, day, progress).await?;
                report.add(day, removed);
                progress.committed();
            }
        }
    }

    async fn remove_details(
        &self,
        machine: &Machine,
        session: SessionId,
        day: ProductionDay,
        progress: &dyn Progress,
    ) -> Result<DetailCounts, Halt> {
        if let Some(archive) = &self.archive {
            let mut file = archive.begin(&Archived::Details { machine: machine.name.clone(), day }).await?;
            let mut rows = self.store.details(session);
            let mut block = Vec::new();
            while let Some(row) = rows.try_next().await? {
                block.extend_from_slice(row.as_bytes());
                block.push(b'\n');
                if block.len() >= BLOCK {
                    file.add(std::mem::take(&mut block)).await?;
                    if progress.cancelled() {
                        return Err(Halt::Interrupted);
                    }
                }
            }
            file.add(block).await?;
            file.finish().await?;
        }
        Ok(self.store.remove_details(session, self.clock.now()).await?)
    }

    async fn raw(
        &self,
        machine: &Machine,
        before: ProductionDay,
        dry_run: bool,
        report: &mut RawReport,
        progress: &dyn Progress,
    ) -> Result<(), Halt> {
        let contents = self.store.ageing_contents(machine.id).await?;
        let open = self.contents.open_days(machine.id).await?;
        let Due { due, kept } = due(&contents, &open, before, self.zone);
        report.kept = kept;
        for (version, days) in due {
            if dry_run {
                report.add(version.length, days);
                continue;
            }
            if progress.cancelled() {
                return Err(Halt::Interrupted);
            }
            if self.remove_bytes(version, days, progress).await? {
                report.add(version.length, days);
                progress.committed();
            } else {
                tracing::warn!(path = version.path, version = version.id.0, "the stored bytes are not whole; kept");
                report.kept.push(Kept { path: version.path.clone(), why: Why::NotWhole });
            }
        }
        Ok(())
    }

    /// False when the bytes are not all there.
    async fn remove_bytes(&self, version: &StoredVersion, frozen: Span, progress: &dyn Progress) -> Result<bool, Halt> {
        let mut file: Option<Box<dyn ArchiveFile>> = None;
        if let Some(archive) = &self.archive {
            let what = Archived::Raw { path: version.path.clone(), version: version.id };
            file = Some(archive.begin(&what).await?);
        }
        let mut digest = Digest::default();
        let mut at = 0;
        loop {
            let bytes = self.contents.read_content(version.id, at, BLOCK).await?;
            if bytes.is_empty() {
                break;
            }
            at += bytes.len() as u64;
            digest.add(&bytes);
            if let Some(file) = &mut file {
                file.add(bytes).await?;
            }
            if progress.cancelled() {
                return Err(Halt::Interrupted);
            }
        }
        if at != version.length {
            return Ok(false);
        }
        if let Some(file) = file {
            file.finish().await?;
        }
        Ok(self.store.remove_bytes(version.id, version.length, &digest.hex(), frozen, self.clock.now()).await?)
    }
}

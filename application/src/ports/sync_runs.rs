//! Runs of the synchronisation, and the one lock among them.

use super::sessions::{Slice, Window};
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::ids::{MachineId, SyncRunId};
use atelier_domain::time::Instant;
use std::collections::BTreeSet;

/// What is synchronised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyncSource {
    /// Machine logs.
    Ftp,
    /// Orders.
    Erp,
}

impl SyncSource {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Ftp, Self::Erp];

    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ftp => "FTP",
            Self::Erp => "ERP",
        }
    }
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SyncStatus {
    /// Still at it.
    Running,
    /// All well.
    Succeeded,
    /// Some files, folders or orders failed.
    Partial,
    /// Nothing could be done.
    Failed,
}

impl SyncStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Running, Self::Succeeded, Self::Partial, Self::Failed];

    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Partial => "PARTIAL",
            Self::Failed => "FAILED",
        }
    }
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunKind {
    /// It asks the source what is new.
    Sync,
    /// It derives sessions again from what is stored.
    Derivation,
}

impl RunKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Sync, Self::Derivation];

    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sync => "SYNC",
            Self::Derivation => "DERIVATION",
        }
    }
}

/// A run and what it did.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncRun {
    /// Its identifier.
    pub id: SyncRunId,
    /// Of what.
    pub source: SyncSource,
    /// What it does.
    pub kind: RunKind,
    /// How it stands.
    pub status: SyncStatus,
    /// Since when.
    pub started_at: Instant,
    /// Until when.
    pub finished_at: Option<Instant>,
    /// Log files in the listing that belong to a machine.
    pub files_seen: u32,
    /// Those of which something was fetched.
    pub files_read: u32,
    /// Bytes fetched.
    pub bytes_read: u64,
    /// Files and folders that could not be read.
    pub files_failed: u32,
    /// Sessions that did not exist before.
    pub sessions_created: u32,
    /// Sessions that changed.
    pub sessions_updated: u32,
    /// Wanted orders in the ERP that could be read.
    pub orders_seen: u32,
    /// Those that could not.
    pub orders_failed: u32,
    /// Orders that are new, changed, gone or back.
    pub orders_changed: u32,
    /// Orders that were not in the ERP any more, so many that it was not believed.
    pub orders_missing: u32,
    /// From 0 to 1.
    pub progress: f64,
    /// Why it failed, or what failed in it.
    pub error: Option<String>,
    /// The machines of which it does not know all that they wrote.
    pub machines_failed: BTreeSet<MachineId>,
}

impl SyncRun {
    /// A run that has just begun.
    pub fn begun(id: SyncRunId, source: SyncSource, kind: RunKind, started_at: Instant) -> Self {
        Self {
            id,
            source,
            kind,
            status: SyncStatus::Running,
            started_at,
            finished_at: None,
            files_seen: 0,
            files_read: 0,
            bytes_read: 0,
            files_failed: 0,
            sessions_created: 0,
            sessions_updated: 0,
            orders_seen: 0,
            orders_failed: 0,
            orders_changed: 0,
            orders_missing: 0,
            progress: 0.0,
            error: None,
            machines_failed: BTreeSet::new(),
        }
    }
}

/// Keeps others from running at the same time until it is dropped, or its process ends.
pub trait RunLock: Send + Sync {}

/// Reading stored runs.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SyncRunReader: Send + Sync {
    /// A part of the runs of a source, or of all, the newest first. One that is at work is as its last step left it.
    async fn sync_runs(&self, source: Option<SyncSource>, window: &Window<SyncRunId>) -> StoreResult<Slice<SyncRun>>;
}

/// Stored runs.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SyncRunStore: Send + Sync {
    /// The lock on a source, or nothing when another run holds it, in this process or another.
    async fn try_lock(&self, source: SyncSource) -> StoreResult<Option<Box<dyn RunLock>>>;

    /// Stores a new run, `Running` since `now`. Runs of the source that are still stored as running are marked as failed:
    /// their process ended (the caller holds the lock).
    async fn start(&self, source: SyncSource, kind: RunKind, now: Instant) -> StoreResult<SyncRun>;

    /// Stores how a run stands.
    async fn save(&self, run: &SyncRun) -> StoreResult<()>;
}

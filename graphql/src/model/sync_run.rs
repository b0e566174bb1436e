//! Runs of the synchronisation and pages of them.

use super::{PageInfo, SyncSource, SyncStatus};
use crate::scalar::{DateTime, Long, int};
use async_graphql::{ID, Object, SimpleObject};
use atelier_application::ports::sync_runs as port;
use atelier_application::query::cursor;

/// One run of a synchronisation and what it did, as its last step left it.
#[derive(SimpleObject)]
pub(crate) struct SyncRun {
    /// Its identifier; a later run has a higher one.
    id: ID,
    /// What is synchronised.
    source: SyncSource,
    /// How it stands.
    status: SyncStatus,
    /// When it began.
    started_at: DateTime,
    /// When it ended; null while it is at work.
    finished_at: Option<DateTime>,
    /// Log files that the source listed for a machine.
    files_seen: i32,
    /// Those of which something was read.
    files_read: i32,
    /// How much was read, in bytes.
    bytes_read: Long,
    /// Files and folders that could not be read.
    files_failed: i32,
    /// Sessions that did not exist before.
    sessions_created: i32,
    /// Sessions that changed.
    sessions_updated: i32,
    /// Wanted orders that could be read.
    orders_seen: i32,
    /// Orders that could not.
    orders_failed: i32,
    /// Orders that are new, changed, gone or back.
    orders_changed: i32,
    /// How far it is, from 0 to 1.
    progress: f64,
    /// What failed in it, a line each; null when nothing did.
    error: Option<String>,
}

impl From<port::SyncRun> for SyncRun {
    fn from(run: port::SyncRun) -> Self {
        Self {
            id: run.id.into(),
            source: run.source.into(),
            status: run.status.into(),
            started_at: DateTime(run.started_at),
            finished_at: run.finished_at.map(DateTime),
            files_seen: int(run.files_seen),
            files_read: int(run.files_read),
            bytes_read: run.bytes_read.into(),
            files_failed: int(run.files_failed),
            sessions_created: int(run.sessions_created),
            sessions_updated: int(run.sessions_updated),
            orders_seen: int(run.orders_seen),
            orders_failed: int(run.orders_failed),
            orders_changed: int(run.orders_changed),
            progress: run.progress,
            error: run.error,
        }
    }
}

/// A page of runs, the newest first.
pub(crate) struct SyncRunConnection {
    pub(crate) runs: Vec<port::SyncRun>,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
}

/// A page of runs, the newest first.
#[Object]
impl SyncRunConnection {
    /// The runs, each with its place.
    async fn edges(&self) -> Vec<SyncRunEdge> {
        let edge = |run: &port::SyncRun| SyncRunEdge { cursor: cursor::sync_run(run.id), node: run.clone().into() };
        self.runs.iter().map(edge).collect()
    }

    /// The runs.
    async fn nodes(&self) -> Vec<SyncRun> {
        self.runs.iter().cloned().map(Into::into).collect()
    }

    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.runs.first().map(|run| cursor::sync_run(run.id)),
            end_cursor: self.runs.last().map(|run| cursor::sync_run(run.id)),
        }
    }
}

/// A run and its place in the list.
#[derive(SimpleObject)]
pub(crate) struct SyncRunEdge {
    /// Its place, for `after`.
    cursor: String,
    /// The run.
    node: SyncRun,
}

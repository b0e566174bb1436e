//! Starting runs of the synchronisation.

use super::sync_runs::{SyncRun, SyncSource};
use crate::ingest::ReplayScope;
use async_trait::async_trait;

/// What became of the wish for a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// It began, is recorded, and goes on by itself, whoever asked for it.
    Begun(SyncRun),
    /// Another run has the lock, in this process or another: none was begun.
    AlreadyRunning,
    /// There is nothing to synchronise with: one sentence that says what to configure.
    NotConfigured(String),
    /// What it should be about does not exist: one sentence that says what does.
    Unknown(String),
    /// It could not begin. The text is for the log.
    Failed(String),
}

/// Starts runs, on the way that scheduled ones take.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SyncRunner: Send + Sync {
    /// Asks for a run now. Answers as soon as it is recorded, not when it is over.
    async fn start(&self, source: SyncSource) -> Start;

    /// Asks for sessions to be derived again now, from the stored bytes. Answers as `start` does.
    async fn replay(&self, scope: ReplayScope) -> Start;

    /// Tells that days were marked to be derived again: that is done in the background, as soon as no run is at work.
    async fn derive_marked(&self);
}

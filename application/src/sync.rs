//! Synchronising and deriving again on demand, and watching how a run gets on.
//!
//! A run belongs to nobody: it goes on when whoever asked for it leaves, and may be one of the schedule or of another
//! process. What is told of it is what is stored of it, so it does not matter where it works.

#[cfg(all(test, feature = "mocks"))]
mod tests;

use crate::access;
use crate::error::AppError;
use crate::ingest::ReplayScope;
use crate::ports::identity::Subject;
use crate::ports::sessions::Window;
use crate::ports::sync_runner::{Start, SyncRunner};
use crate::ports::sync_runs::{SyncRun, SyncRunReader, SyncSource, SyncStatus};
use crate::ports::users::Role;
use atelier_domain::ids::SyncRunId;
use futures_util::stream::{BoxStream, StreamExt as _, unfold};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How often what is stored of runs is looked at.
const EVERY: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 500 });

/// How many runs may begin between two looks without one being missed.
const RECENT: u32 = 10;

/// A run that has the lock but is not recorded yet, or no longer, is waited for: so often …
const TRIES: u32 = 40;
/// … and so long each time.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 50 });

/// Starts runs and watches them.
#[derive(Clone)]
pub struct SyncControl {
    runner: Arc<dyn SyncRunner>,
    runs: Arc<dyn SyncRunReader>,
}

impl SyncControl {
    /// Over these ports.
    pub fn new(runner: Arc<dyn SyncRunner>, runs: Arc<dyn SyncRunReader>) -> Self {
        Self { runner, runs }
    }

    /// Starts a run, for operators. Gives it as soon as it is recorded, or the one that is at work already.
    pub async fn sync_now(&self, subject: &Subject, source: SyncSource) -> Result<SyncRun, AppError> {
        access::require(subject, Role::Operator)?;
        self.begin(source, || self.runner.start(source)).await
    }

    /// Derives sessions again from the stored bytes, for administrators. Gives the run as soon as it is recorded, or the one on
    /// the log source that is at work already, whatever it does: then nothing was begun.
    pub async fn replay(&self, subject: &Subject, scope: ReplayScope) -> Result<SyncRun, AppError> {
        access::require(subject, Role::Admin)?;
        if let Some(contradiction) = scope.contradiction() {
            return Err(AppError::bad_input("from", contradiction));
        }
        self.begin(SyncSource::Ftp, || self.runner.replay(scope.clone())).await
    }

    /// Begins a run by `start`. One that has the lock but is not recorded yet, or no longer, is waited for.
    async fn begin<F>(&self, source: SyncSource, start: impl Fn() -> F + Send + Sync) -> Result<SyncRun, AppError>
    where
        F: Future<Output = Start> + Send,
    {
        for _ in 0..TRIES {
            match start().await {
                Start::Begun(run) => return Ok(run),
                Start::NotConfigured(remedy) => return Err(AppError::bad_input("source", remedy)),
                Start::Unknown(text) => return Err(AppError::NotFound(text)),
                Start::Failed(text) => return Err(AppError::Unavailable(text)),
                Start::AlreadyRunning => {}
            }
            let latest = self.recent(Some(source), 1).await?.pop();
            if let Some(run) = latest.filter(|run| run.status == SyncStatus::Running) {
                return Ok(run);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(AppError::Conflict("Another run is just beginning or ending: try again.".to_owned()))
    }

    /// How the runs of a source, or of all, get on: first the latest one as it stands, then each change of it and of those
    /// that follow, up to how they end.
    pub async fn progress(
        &self,
        subject: &Subject,
        source: Option<SyncSource>,
    ) -> Result<BoxStream<'static, Result<SyncRun, AppError>>, AppError> {
        access::require(subject, Role::Viewer)?;
        let mut watch =
            Watch { control: self.clone(), source, seen: HashMap::new(), waiting: VecDeque::new(), over: false };
        let recent = self.recent(source, RECENT).await?;
        let latest = recent.last().map(|run| run.id);
        for run in recent {
            // Of the runs that were over before, only the latest is told.
            if run.status != SyncStatus::Running && Some(run.id) != latest {
                watch.seen.insert(run.id, run);
            } else {
                watch.note(run);
            }
        }
        Ok(unfold(watch, Watch::next).boxed())
    }

    /// The latest runs, the oldest of them first.
    async fn recent(&self, source: Option<SyncSource>, limit: u32) -> Result<Vec<SyncRun>, AppError> {
        let window = Window { limit, after: None, before: None, from_end: false };
        let mut runs = self.runs.sync_runs(source, &window).await?.items;
        runs.reverse();
        Ok(runs)
    }
}

/// A stream of runs and what it has told.
struct Watch {
    control: SyncControl,
    source: Option<SyncSource>,
    /// The recent runs as they were told.
    seen: HashMap<SyncRunId, SyncRun>,
    waiting: VecDeque<SyncRun>,
    over: bool,
}

impl Watch {
    async fn next(mut self) -> Option<(Result<SyncRun, AppError>, Self)> {
        if self.over {
            return None;
        }
        loop {
            if let Some(run) = self.waiting.pop_front() {
                return Some((Ok(run), self));
            }
            tokio::time::sleep(EVERY).await;
            match self.control.recent(self.source, RECENT).await {
                Ok(recent) => {
                    self.seen.retain(|id, _| recent.iter().any(|run| run.id == *id));
                    for run in recent {
                        self.note(run);
                    }
                }
                Err(error) => {
                    self.over = true;
                    return Some((Err(error), self));
                }
            }
        }
    }

    fn note(&mut self, run: SyncRun) {
        if self.seen.get(&run.id) != Some(&run) {
            self.seen.insert(run.id, run.clone());
            self.waiting.push_back(run);
        }
    }
}

//! Runs that somebody asks for.
//!
//! Whoever asks sends a request to the task that also fetches on schedule, and hears what became of it; the run is that
//! task's. So it goes on when the client leaves, ends in good order when the program does, and the one lock decides which of
//! several runs begins.

#[cfg(test)]
mod tests;

use crate::work::{Unwatched, log_derived, log_orders, log_outcome};
use async_trait::async_trait;
use atelier_application::ingest::{Ingest, Outcome, Progress, ReplayError, ReplayScope, RunError};
use atelier_application::ports::sync_runner::{Start, SyncRunner};
use atelier_application::ports::sync_runs::{SyncRun, SyncSource, SyncStatus};
use atelier_application::sync_orders::{OrderSync, Removals};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How many requests may wait to be heard.
const WAITING: usize = 64;

const NO_LOG_SOURCE: &str = "No log source is configured: set ATELIER_FTP_HOST, or ATELIER_LOG_DIR for a folder.";
pub(crate) const NO_ERP: &str = "No ERP is configured: set ATELIER_ERP_URL to mysql://USER:PASSWORD@HOST:PORT/NAME.";
const STOPPING: &str = "nobody takes requests for runs any more: the program is stopping";

/// What is wanted.
#[derive(Debug)]
enum Wish {
    /// What is new on the log source.
    Fetch,
    /// What changed in the ERP.
    Orders,
    /// Sessions derived again.
    Replay(ReplayScope),
    /// What is marked to be derived again.
    Derive,
}

/// While another run is at work, what is marked is tried again after so long.
const PAUSE: Duration = Duration::from_millis(500);

/// What can be done.
pub(crate) struct Jobs {
    /// Fetching logs, if a source is configured.
    pub(crate) fetching: Option<Ingest>,
    /// Deriving sessions again, which needs none.
    pub(crate) deriving: Ingest,
    /// Reading orders, if an ERP is configured.
    pub(crate) orders: Option<OrderSync>,
}

type Request = (Wish, oneshot::Sender<Start>);

/// Where to ask for a run.
#[derive(Debug)]
pub(crate) struct OnDemand(mpsc::Sender<Request>);

/// What is asked.
#[derive(Debug)]
pub(crate) struct Requests(mpsc::Receiver<Request>);

/// The two ends.
pub(crate) fn channel() -> (OnDemand, Requests) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (OnDemand(sender), Requests(receiver))
}

impl OnDemand {
    async fn ask(&self, wish: Wish) -> Start {
        let (reply, answer) = oneshot::channel();
        if self.0.send((wish, reply)).await.is_err() {
            return Start::Failed(STOPPING.to_owned());
        }
        answer.await.unwrap_or_else(|_| Start::Failed(STOPPING.to_owned()))
    }
}

#[async_trait]
impl SyncRunner for OnDemand {
    async fn start(&self, source: SyncSource) -> Start {
        match source {
            SyncSource::Erp => self.ask(Wish::Orders).await,
            SyncSource::Ftp => self.ask(Wish::Fetch).await,
        }
    }

    async fn replay(&self, scope: ReplayScope) -> Start {
        self.ask(Wish::Replay(scope)).await
    }

    async fn derive_marked(&self) {
        // Nobody waits for it, and should nobody hear it, the marks stay for the next run.
        let (reply, _) = oneshot::channel();
        if self.0.send((Wish::Derive, reply)).await.is_err() {
            tracing::debug!("what is marked is derived when the program starts again");
        }
    }
}

impl Requests {
    /// Does what is asked until the program stops; a run at work is waited for.
    pub(crate) async fn serve(mut self, jobs: &Jobs, progress: &Unwatched) {
        let mut runs = FuturesUnordered::new();
        // What was marked before the program started.
        let (reply, _) = oneshot::channel();
        runs.push(run(Wish::Derive, reply, jobs, progress));
        loop {
            tokio::select! {
                () = progress.stopping() => break,
                request = self.0.recv() => match request {
                    None => break,
                    Some((wish, reply)) => runs.push(run(wish, reply, jobs, progress)),
                },
                Some(()) = runs.next() => {}
            }
        }
        drop(self);
        while runs.next().await.is_some() {}
    }
}

/// Runs, and tells whoever asked as soon as it is known whether.
async fn run(wish: Wish, reply: oneshot::Sender<Start>, jobs: &Jobs, progress: &Unwatched) {
    let asked = Asked { progress, reply: Mutex::new(Some(reply)) };
    let Jobs { fetching, deriving, orders } = jobs;
    match wish {
        Wish::Derive => return derive_marked(deriving, progress).await,
        Wish::Fetch => {
            let Some(fetching) = fetching else {
                return asked.answer(Start::NotConfigured(NO_LOG_SOURCE.to_owned()));
            };
            let outcome = fetching.run(&asked).await;
            if asked.not_begun(&outcome) {
                return;
            }
            log_outcome(outcome);
        }
        Wish::Orders => {
            let Some(orders) = orders else { return asked.answer(Start::NotConfigured(NO_ERP.to_owned())) };
            let outcome = orders.run(Removals::Plausible, &asked).await;
            if asked.not_begun(&outcome) {
                return;
            }
            log_orders(outcome);
        }
        Wish::Replay(scope) => match deriving.replay(&scope, &asked).await {
            Ok(Outcome::AlreadyRunning) => asked.answer(Start::AlreadyRunning),
            Ok(Outcome::Ran(run)) => log_derived(&run),
            Err(error @ ReplayError::UnknownMachine(..)) => asked.answer(Start::Unknown(error.to_string())),
            Err(error) => {
                tracing::error!(%error, "sessions cannot be derived again");
                asked.answer(Start::Failed(error.to_string()));
            }
        },
    }
    progress.run_ended().await;
}

/// Derives what is marked, as soon as no other run is at work; one that is may do it.
async fn derive_marked(deriving: &Ingest, progress: &Unwatched) {
    loop {
        match deriving.rederive(progress).await {
            Ok(None) => return,
            Ok(Some(Outcome::AlreadyRunning)) => {}
            Ok(Some(Outcome::Ran(run))) => {
                log_derived(&run);
                if run.status != SyncStatus::Succeeded {
                    return;
                }
            }
            Err(error) => return tracing::error!(%error, "what is marked cannot be derived again"),
        }
        tokio::select! {
            () = progress.stopping() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// A run that somebody asked for.
struct Asked<'p> {
    progress: &'p Unwatched,
    reply: Mutex<Option<oneshot::Sender<Start>>>,
}

impl Asked<'_> {
    /// Tells it when no run began because another is at work, which is `true`, or because it could not be recorded.
    fn not_begun(&self, outcome: &Result<Outcome, RunError>) -> bool {
        match outcome {
            Ok(Outcome::AlreadyRunning) => self.answer(Start::AlreadyRunning),
            Ok(Outcome::Ran(_)) => {}
            Err(error) => self.answer(Start::Failed(error.to_string())),
        }
        matches!(outcome, Ok(Outcome::AlreadyRunning))
    }

    /// Tells it once; whoever asked may be gone.
    fn answer(&self, start: Start) {
        if let Some(reply) = self.reply.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = reply.send(start);
        }
    }
}

impl Progress for Asked<'_> {
    fn started(&self, run: &SyncRun) {
        self.answer(Start::Begun(run.clone()));
    }

    fn committed(&self) {
        self.progress.committed();
    }

    fn cancelled(&self) -> bool {
        self.progress.cancelled()
    }
}

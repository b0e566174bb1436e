//! What goes on in the background of a server, and the end of it.
//!
//! The end comes in an order: first whoever listens is told and no run begins; then the run at work finishes the step it
//! has in hand, for HTTP's threads hold connections to the database that it may use; HTTP goes last.

use crate::alerting::Alerting;
use crate::clock::SystemClock;
use crate::config::{Config, Schedule};
use crate::http::{Api, Listening};
use crate::on_demand::Requests;
use crate::schedule;
use crate::wiring::Feed;
use atelier_application::ingest::{Ingest, Outcome, Progress, RunError};
use atelier_application::ports::sync_runs::{SyncRun, SyncStatus};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A run finishes what it has in hand in so long, or is rolled back.
const RUN_GRACE: Duration = Duration::from_secs(5);
/// Requests at work are given so long.
const HTTP_GRACE: Duration = Duration::from_secs(4);

/// Waits for SIGTERM or SIGINT.
pub(crate) async fn stop_signal() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be heard; the program will have to be killed");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Cancels at the first signal.
pub(crate) async fn cancel_on_signal(token: CancellationToken) {
    stop_signal().await;
    token.cancel();
}

/// A run that nobody looks at: it stops when the program does, and what it commits is announced.
#[derive(Debug, Clone)]
pub(crate) struct Unwatched {
    stopping: CancellationToken,
    wake: Arc<Notify>,
    alerting: Option<Alerting>,
}

impl Unwatched {
    /// Until `stopping`; commits wake `feed`.
    pub(crate) fn new(stopping: CancellationToken, feed: &Feed) -> Self {
        Self { stopping, wake: feed.wake(), alerting: None }
    }

    /// The same, where each run that ended is followed by a look for what is wrong.
    pub(crate) fn alerting(self, alerting: &Alerting) -> Self {
        Self { alerting: Some(alerting.clone()), ..self }
    }

    /// A run ended, well or not.
    pub(crate) async fn run_ended(&self) {
        if let Some(alerting) = &self.alerting {
            alerting.review().await;
        }
    }

    /// Cancelled when the program stops.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Ends when the program stops.
    pub(crate) async fn stopping(&self) {
        self.stopping.cancelled().await;
    }
}

impl Progress for Unwatched {
    fn committed(&self) {
        self.wake.notify_one();
    }

    fn cancelled(&self) -> bool {
        self.stopping.is_cancelled()
    }
}

/// Fetches what is new once, and logs how it went.
pub(crate) async fn fetch(ingest: &Ingest, progress: &Unwatched) -> Option<SyncRun> {
    let run = log_outcome(ingest.run(progress).await);
    progress.run_ended().await;
    run
}

/// Logs how a run went.
pub(crate) fn log_outcome(outcome: Result<Outcome, RunError>) -> Option<SyncRun> {
    match outcome {
        Ok(Outcome::Ran(run)) => {
            let (files, failed, sessions) =
                (run.files_read, run.files_failed, run.sessions_created + run.sessions_updated);
            match run.status {
                SyncStatus::Succeeded if files == 0 => tracing::debug!("nothing new"),
                SyncStatus::Succeeded => tracing::info!(files, sessions, bytes = run.bytes_read, "logs fetched"),
                status => tracing::warn!(
                    status = status.as_str(),
                    files,
                    failed,
                    sessions,
                    error = run.error,
                    "logs fetched in part"
                ),
            }
            Some(run)
        }
        Ok(Outcome::AlreadyRunning) => {
            tracing::info!("another run is at work; this one is skipped");
            None
        }
        Err(error) => {
            tracing::error!(%error, "logs cannot be fetched");
            None
        }
    }
}

/// Logs how deriving again went.
pub(crate) fn log_derived(run: &SyncRun) {
    let (created, updated) = (run.sessions_created, run.sessions_updated);
    match run.status {
        SyncStatus::Succeeded => tracing::info!(created, updated, "sessions derived again"),
        status => tracing::warn!(
            status = status.as_str(),
            created,
            updated,
            error = run.error,
            "sessions derived again in part"
        ),
    }
}

/// Everything that runs until the program is told to stop.
pub(crate) struct Work {
    listening: Listening,
    stopping: CancellationToken,
    fetching: JoinHandle<()>,
    feed: JoinHandle<()>,
    feed_stop: CancellationToken,
}

impl Work {
    /// Starts it. `fetching` ends soon after `stopping` is cancelled.
    pub(crate) fn start(
        listener: TcpListener,
        api: Api,
        feed: Feed,
        fetching: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let (stopping, feed_stop) = (api.stopping.clone(), CancellationToken::new());
        let listening = Listening::start(listener, api)?;
        Ok(Self {
            listening,
            stopping,
            fetching: tokio::spawn(fetching),
            feed: tokio::spawn(feed.run(feed_stop.clone())),
            feed_stop,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.listening.address()
    }

    /// Works until a signal comes, then finishes what is in hand. A second signal ends it at once.
    pub(crate) async fn until_told(mut self) -> anyhow::Result<()> {
        tokio::select! {
            () = stop_signal() => {}
            error = self.listening.failed() => return Err(error),
        }
        tracing::info!("stopping");
        tokio::select! {
            outcome = self.stop() => outcome,
            () = stop_signal() => anyhow::bail!("A second signal came: what was in hand was dropped, the next start goes on from the last whole step."),
        }
    }

    async fn stop(mut self) -> anyhow::Result<()> {
        self.stopping.cancel();
        if timeout(RUN_GRACE, &mut self.fetching).await.is_err() {
            tracing::warn!("the run at work did not end in time; its last step is rolled back");
            self.fetching.abort();
        }
        self.feed_stop.cancel();
        let stopped = timeout(HTTP_GRACE, self.listening.stop()).await;
        self.feed.abort();
        if let Ok(outcome) = stopped {
            outcome?;
        } else {
            tracing::warn!("requests at work did not end in time and were cut");
        }
        tracing::info!("stopped");
        Ok(())
    }
}

/// Fetches on schedule and on demand until `stopping`.
pub(crate) async fn fetch_when_due(
    config: &Config,
    fetching: Option<Ingest>,
    deriving: Ingest,
    progress: Unwatched,
    requests: Requests,
) {
    let on_schedule = fetch_on_schedule(config, fetching.as_ref(), &progress);
    tokio::join!(on_schedule, requests.serve(fetching.as_ref(), &deriving, &progress));
}

async fn fetch_on_schedule(config: &Config, ingest: Option<&Ingest>, progress: &Unwatched) {
    let stopping = &progress.stopping;
    match (ingest, &config.schedule) {
        (None, _) => {
            tracing::warn!(
                "no log source is configured: what is stored is served, nothing is fetched; set ATELIER_FTP_HOST or ATELIER_LOG_DIR"
            );
            stopping.cancelled().await;
        }
        (Some(_), Schedule::Off) => {
            tracing::info!("the schedule is off: logs are fetched only when asked to");
            stopping.cancelled().await;
        }
        (Some(ingest), Schedule::Cron(cron)) => {
            tracing::info!(source = config.logs.label(), schedule = cron.as_str(), "fetching on schedule");
            let job = || async {
                fetch(ingest, progress).await;
            };
            schedule::run(cron, config.plant.zone.zone(), &SystemClock, stopping, job).await;
        }
    }
}

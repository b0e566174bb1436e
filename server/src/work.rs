//! What goes on in the background of a server, and the end of it.
//!
//! The end comes in an order: first whoever listens is told and no run begins; then the run at work finishes the step it
//! has in hand, for HTTP's threads hold connections to the database that it may use; HTTP goes last.

use crate::alerting::Alerting;
use crate::clock::SystemClock;
use crate::config::{Config, Schedule};
use crate::http::{Api, Certificate, Listening};
use crate::on_demand::{Jobs, Requests};
use crate::schedule;
use crate::wiring::Feed;
use atelier_application::ingest::{Ingest, Outcome, Progress, RunError};
use atelier_application::order_links::OrderLinks;
use atelier_application::ports::sync_runs::{SyncRun, SyncStatus};
use atelier_application::sync_orders::{OrderSync, Removals};
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
    links: Option<OrderLinks>,
}

impl Unwatched {
    /// Until `stopping`; commits wake `feed`.
    pub(crate) fn new(stopping: CancellationToken, feed: &Feed) -> Self {
        Self { stopping, wake: feed.wake(), alerting: None, links: None }
    }

    /// The same, where each run that ended is followed by a look for what is wrong.
    pub(crate) fn alerting(self, alerting: &Alerting) -> Self {
        Self { alerting: Some(alerting.clone()), ..self }
    }

    /// The same, where each run that ended is followed by a look for orders that sessions name.
    pub(crate) fn linking(self, links: OrderLinks) -> Self {
        Self { links: Some(links), ..self }
    }

    /// Finds the orders that sessions name.
    pub(crate) async fn link(&self) {
        let Some(links) = &self.links else { return };
        match links.catch_up(|| self.cancelled()).await {
            Ok(0) => {}
            Ok(sessions) => tracing::debug!(sessions, "looked for orders that sessions name"),
            Err(error) => tracing::warn!(%error, "not all orders that sessions name were found; the next run goes on"),
        }
    }

    /// A run ended, well or not.
    pub(crate) async fn run_ended(&self) {
        self.link().await;
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

/// Reads orders once, and logs how it went.
pub(crate) async fn read_orders(orders: &OrderSync, progress: &Unwatched) -> Option<SyncRun> {
    let run = log_orders(orders.run(Removals::Plausible, progress).await);
    progress.run_ended().await;
    run
}

/// Logs how reading orders went.
pub(crate) fn log_orders(outcome: Result<Outcome, RunError>) -> Option<SyncRun> {
    match outcome {
        Ok(Outcome::Ran(run)) => {
            let (seen, changed, failed) = (run.orders_seen, run.orders_changed, run.orders_failed);
            match run.status {
                SyncStatus::Succeeded => tracing::info!(seen, changed, "orders read"),
                status => tracing::warn!(
                    status = status.as_str(),
                    seen,
                    changed,
                    failed,
                    error = run.error,
                    "orders read in part"
                ),
            }
            Some(run)
        }
        Ok(Outcome::AlreadyRunning) => {
            tracing::info!("orders are being read already; this run is skipped");
            None
        }
        Err(error) => {
            tracing::error!(%error, "orders cannot be read");
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
        certificate: Option<Arc<Certificate>>,
        fetching: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let (stopping, feed_stop) = (api.stopping.clone(), CancellationToken::new());
        let listening = Listening::start(listener, api, certificate)?;
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

/// Fetches logs and reads orders, on schedule and on demand, until `stopping`.
pub(crate) async fn work_when_due(config: &Config, jobs: Jobs, progress: Unwatched, requests: Requests) {
    let fetching = fetch_on_schedule(config, jobs.fetching.as_ref(), &progress);
    let reading = read_on_schedule(config, jobs.orders.as_ref(), &progress);
    // `link`: what was committed when the program last ran, or the pattern has changed.
    tokio::join!(fetching, reading, requests.serve(&jobs, &progress), progress.link());
}

async fn fetch_on_schedule(config: &Config, ingest: Option<&Ingest>, progress: &Unwatched) {
    match (ingest, &config.schedule) {
        (None, _) => tracing::warn!(
            "no log source is configured: what is stored is served, nothing is fetched; set ATELIER_FTP_HOST or ATELIER_LOG_DIR"
        ),
        (Some(_), Schedule::Off) => tracing::info!("the schedule is off: logs are fetched only when asked to"),
        (Some(ingest), Schedule::Cron(cron)) => {
            tracing::info!(source = config.logs.label(), schedule = cron.as_str(), "fetching on schedule");
            let job = || async { drop(fetch(ingest, progress).await) };
            schedule::run(cron, config.plant.zone.zone(), &SystemClock, &progress.stopping, job).await;
        }
    }
}

async fn read_on_schedule(config: &Config, orders: Option<&OrderSync>, progress: &Unwatched) {
    match (orders, &config.erp.schedule) {
        (None, _) => tracing::debug!("no ERP is configured: no orders are read"),
        (Some(_), Schedule::Off) => tracing::info!("the ERP's schedule is off: orders are read only when asked to"),
        (Some(orders), Schedule::Cron(cron)) => {
            tracing::info!(schedule = cron.as_str(), "reading orders on schedule");
            let job = || async { drop(read_orders(orders, progress).await) };
            schedule::run(cron, config.plant.zone.zone(), &SystemClock, &progress.stopping, job).await;
        }
    }
}

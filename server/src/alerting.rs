//! Alerts in the background: looking for what is wrong after each run and on schedule, and telling it.

use crate::clock::SystemClock;
use crate::config::Schedule;
use crate::schedule;
use atelier_application::alerts::{Deliverer, Reviewer};
use atelier_application::ports::store_error::StoreError;
use chrono_tz::Tz;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How often what is due is looked for: what other processes raised, and what is tried again.
const EVERY: Duration = Duration::from_secs(5);
/// Whoever is being told when the program stops has so long to answer; then it is told again after the next start.
const GRACE: Duration = Duration::from_secs(3);

/// Looks for what is wrong, and tells it.
#[derive(Clone)]
pub(crate) struct Alerting {
    reviewer: Reviewer,
    deliverer: Deliverer,
    wake: Arc<Notify>,
}

impl Alerting {
    pub(crate) fn new(reviewer: Reviewer, deliverer: Deliverer) -> Self {
        Self { reviewer, deliverer, wake: Arc::default() }
    }

    /// Looks for what is wrong. A failure is logged: the next look makes up for it.
    pub(crate) async fn review(&self) {
        match self.reviewer.review().await {
            Ok(reviewed) if reviewed.raised + reviewed.resolved > 0 => {
                tracing::info!(raised = reviewed.raised, resolved = reviewed.resolved, "alerts changed");
                self.wake.notify_one();
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "alerts cannot be brought up to date"),
        }
    }

    /// Looks on schedule and tells what is due, until `stopping`.
    pub(crate) async fn run(&self, check: &Schedule, zone: Tz, stopping: &CancellationToken) {
        let stopped = async {
            stopping.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        let telling = async {
            tokio::select! {
                () = self.tell(stopping) => {}
                () = stopped => tracing::warn!("whoever was being told of an alert did not answer in time; it is told again"),
            }
        };
        tokio::join!(telling, self.check(check, zone, stopping));
    }

    async fn check(&self, check: &Schedule, zone: Tz, stopping: &CancellationToken) {
        match check {
            Schedule::Off => stopping.cancelled().await,
            Schedule::Cron(cron) => schedule::run(cron, zone, &SystemClock, stopping, || self.review()).await,
        }
    }

    async fn tell(&self, stopping: &CancellationToken) {
        while !stopping.is_cancelled() {
            self.deliver().await;
            tokio::select! {
                () = stopping.cancelled() => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    async fn deliver(&self) {
        if let Err(error) = self.deliverer.deliver_due().await {
            tracing::warn!(%error, "what is to be told of alerts cannot be read");
        }
    }

    /// Looks once, for commands. Gives why it could not.
    pub(crate) async fn review_once(&self) -> Result<(), StoreError> {
        self.reviewer.review().await.map(drop)
    }

    /// Tells what is due, for commands; what is not told within `limit`, the next process tells.
    pub(crate) async fn tell_once(&self, limit: Duration) {
        let _ = timeout(limit, self.deliver()).await;
    }
}

impl fmt::Debug for Alerting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alerting").finish_non_exhaustive()
    }
}

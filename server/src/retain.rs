//! Removing what is old, on schedule.

use crate::clock::SystemClock;
use crate::config::{Config, Schedule};
use crate::schedule;
use crate::work::Unwatched;
use atelier_application::retention::{Retention, RetentionError, RetentionOutcome, Stopped};
use std::time::Duration;

/// While a run is at work it is tried again: so often …
const TRIES: u32 = 360;
/// … and so long after each try.
const PAUSE: Duration = Duration::from_secs(10);

/// Removes what is old whenever that is due, until the program stops.
pub(crate) async fn retain_when_due(config: &Config, retention: Retention, progress: Unwatched) {
    let Schedule::Cron(cron) = &config.retention.schedule else { return };
    if config.retention.keep.is_all() {
        return;
    }
    tracing::info!(schedule = cron.as_str(), "{}", config.retention.label());
    let job = || retain(&retention, &progress);
    schedule::run(cron, config.plant.zone.zone(), &SystemClock, progress.token(), job).await;
}

/// Once, as soon as no other run is at work.
async fn retain(retention: &Retention, progress: &Unwatched) {
    for _ in 0..TRIES {
        let outcome = retention.run(false, progress).await;
        if outcome != Ok(RetentionOutcome::AlreadyRunning) {
            return log_outcome(outcome);
        }
        tokio::select! {
            () = progress.stopping() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    tracing::warn!("runs were at work all the time: nothing old was removed; it is tried again when it is next due");
}

fn log_outcome(outcome: Result<RetentionOutcome, RetentionError>) {
    let report = match outcome {
        Ok(RetentionOutcome::Done(report)) => report,
        Ok(RetentionOutcome::Off | RetentionOutcome::AlreadyRunning) => return,
        Err(error) => return tracing::error!(%error, "nothing old was removed"),
    };
    for machine in &report.machines {
        let (sessions, rows) = (machine.details.sessions, machine.details.rows.total());
        let (contents, bytes, kept) = (machine.raw.contents, machine.raw.bytes, machine.raw.kept.len());
        if sessions + contents > 0 {
            tracing::info!(machine = machine.machine, sessions, rows, contents, bytes, kept, "what is old was removed");
        }
    }
    match report.stopped {
        Some(Stopped::Failed(error)) => tracing::error!(error, "not all that is old was removed"),
        Some(Stopped::Interrupted) | None => {}
    }
}

//! `atelier sync`: one run now.

use super::watch::Watch;
use super::{Global, out};
use crate::config::Config;
use crate::on_demand::NO_ERP;
use crate::wiring;
use anyhow::bail;
use atelier_application::ingest::Outcome;
use atelier_application::ports::sync_runs::{SyncRun, SyncSource, SyncStatus};
use atelier_application::sync_orders::Removals;
use atelier_domain::time::Instant;
use atelier_store::Store;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::process::ExitCode;
use std::time::Duration;

/// Whoever is told of alerts delays the end of the command by so much at most.
const TELLING: Duration = Duration::from_secs(15);

/// Fetches what is new, once.
#[derive(Debug, Args)]
pub(super) struct Sync {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, Subcommand)]
enum Source {
    /// Machine logs, from the FTP server or the folder that is configured.
    ///
    /// Exits with 0 when all went well, 2 when some files or folders could not be read, 1 when nothing could be done.
    Ftp {
        /// Prints the run as one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Orders, from the ERP that is configured.
    ///
    /// Exits with 0 when all went well, 2 when some orders could not be read or so many were missing that it was not believed, 1
    /// when nothing could be done.
    Erp {
        /// Prints the run as one JSON object.
        #[arg(long)]
        json: bool,
        /// Believes the ERP however many orders are gone.
        #[arg(long)]
        accept_removals: bool,
    },
}

/// Runs once.
pub(super) async fn run(command: Sync, global: &Global) -> anyhow::Result<ExitCode> {
    let config = global.silent()?;
    match command.source {
        Source::Ftp { json } => logs(&config, json).await,
        Source::Erp { json, accept_removals } => orders(&config, json, accept_removals).await,
    }
}

async fn logs(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let Some(source) = wiring::source(&config.logs) else {
        bail!("No log source is configured: set ATELIER_FTP_HOST, or ATELIER_LOG_DIR for a folder.");
    };
    let store = wiring::open(config).await?;
    for difference in wiring::differences(&config.machines, &store).await? {
        out::note(difference);
    }
    let ingest = wiring::ingest(config, &store, source);
    let watch = Watch::new("files");
    let outcome = watch.over(ingest.run(&watch)).await??;
    ended(config, &store, &watch, outcome, json).await
}

async fn orders(config: &Config, json: bool, accept_removals: bool) -> anyhow::Result<ExitCode> {
    let Some(source) = wiring::order_source(config) else { bail!("{NO_ERP}") };
    let store = wiring::open(config).await?;
    let removals = if accept_removals { Removals::All } else { Removals::Plausible };
    let orders = wiring::order_sync(config, &store, source);
    let watch = Watch::new("orders");
    let outcome = watch.over(orders.run(removals, &watch)).await??;
    ended(config, &store, &watch, outcome, json).await
}

/// What follows a run: links to orders, alerts, and telling how it went.
async fn ended(
    config: &Config,
    store: &Store,
    watch: &Watch,
    outcome: Outcome,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let run = match outcome {
        Outcome::Ran(run) => run,
        Outcome::AlreadyRunning => {
            out::note("Another sync is running; this one has nothing to do.");
            return Ok(ExitCode::SUCCESS);
        }
    };
    if let Err(error) = wiring::order_links(config, store).catch_up(|| watch.was_interrupted()).await {
        out::note(format_args!("Not all orders that sessions name were found; the next run goes on: {error}"));
    }
    let alerting = wiring::alerting(config, store)?;
    if let Err(error) = alerting.review_once().await {
        out::note(format_args!("Alerts could not be brought up to date; the next run does it: {error}"));
    }
    // Without a webhook they are told in the log of `serve`, which this command has not.
    if config.alerts.webhook.is_some() && !watch.was_interrupted() {
        alerting.tell_once(TELLING).await;
    }
    if json {
        out::line(serde_json::to_string(&Printed::of(&run))?)?;
    } else {
        out::line(as_text(&run, config))?;
    }
    if let Some(error) = &run.error {
        for line in error.lines() {
            out::note(line);
        }
    }
    if watch.was_interrupted() {
        if !run.error.as_deref().unwrap_or_default().contains("interrupted") {
            out::note("It was interrupted; the next run goes on from here.");
        }
        return Ok(ExitCode::from(2));
    }
    Ok(exit_code(run.status))
}

pub(super) fn exit_code(status: SyncStatus) -> ExitCode {
    match status {
        SyncStatus::Succeeded | SyncStatus::Running => ExitCode::SUCCESS,
        SyncStatus::Partial => ExitCode::from(2),
        SyncStatus::Failed => ExitCode::FAILURE,
    }
}

/// A run with the fields that the API gives it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Printed<'a> {
    id: String,
    source: &'static str,
    status: &'static str,
    started_at: String,
    finished_at: Option<String>,
    files_seen: u32,
    files_read: u32,
    bytes_read: u64,
    files_failed: u32,
    sessions_created: u32,
    sessions_updated: u32,
    orders_seen: u32,
    orders_failed: u32,
    orders_changed: u32,
    progress: f64,
    error: Option<&'a str>,
}

impl<'a> Printed<'a> {
    fn of(run: &'a SyncRun) -> Self {
        let at = |instant: Instant| instant.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        Self {
            id: run.id.to_string(),
            source: run.source.as_str(),
            status: run.status.as_str(),
            started_at: at(run.started_at),
            finished_at: run.finished_at.map(at),
            files_seen: run.files_seen,
            files_read: run.files_read,
            bytes_read: run.bytes_read,
            files_failed: run.files_failed,
            sessions_created: run.sessions_created,
            sessions_updated: run.sessions_updated,
            orders_seen: run.orders_seen,
            orders_failed: run.orders_failed,
            orders_changed: run.orders_changed,
            progress: run.progress,
            error: run.error.as_deref(),
        }
    }
}

fn as_text(run: &SyncRun, config: &Config) -> String {
    let seconds = run.finished_at.map_or(0.0, |end| (end - run.started_at).seconds());
    let status = run.status.as_str().to_ascii_lowercase();
    match run.source {
        SyncSource::Ftp => format!(
            "{} {status}: {} files seen, {} read ({}), {} failed; {} sessions new, {} changed; {seconds:.1} s",
            config.logs.label(),
            run.files_seen,
            run.files_read,
            indicatif::HumanBytes(run.bytes_read),
            run.files_failed,
            run.sessions_created,
            run.sessions_updated,
        ),
        SyncSource::Erp => format!(
            "{} {status}: {} orders seen, {} failed; {} new, changed or gone; {seconds:.1} s",
            config.erp.label(config.plant.zone),
            run.orders_seen,
            run.orders_failed,
            run.orders_changed,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atelier_application::ports::sync_runs::RunKind;
    use atelier_domain::ids::SyncRunId;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn a_run_has_the_fields_of_the_api() {
        let run = SyncRun {
            id: SyncRunId(7),
            source: SyncSource::Ftp,
            status: SyncStatus::Partial,
            started_at: Instant(0),
            finished_at: Some(Instant(1_500)),
            files_seen: 3,
            files_read: 2,
            bytes_read: 5_000_000_000,
            files_failed: 1,
            sessions_created: 2,
            sessions_updated: 0,
            orders_seen: 0,
            orders_failed: 0,
            orders_changed: 0,
            orders_missing: 0,
            progress: 1.0,
            error: Some("a.LOG: it is gone".to_owned()),
            kind: RunKind::Sync,
            machines_failed: BTreeSet::new(),
        };
        let expected = json!({
            "id": "7", "source": "FTP", "status": "PARTIAL", "startedAt": "1970-01-01T00:00:00Z", "finishedAt": "1970-01-01T00:00:01.500Z",
            "filesSeen": 3, "filesRead": 2, "bytesRead": 5_000_000_000_u64, "filesFailed": 1, "sessionsCreated": 2, "sessionsUpdated": 0,
            "ordersSeen": 0, "ordersFailed": 0, "ordersChanged": 0, "progress": 1.0, "error": "a.LOG: it is gone",
        });
        assert_eq!(serde_json::to_value(Printed::of(&run)).unwrap(), expected);
    }
}

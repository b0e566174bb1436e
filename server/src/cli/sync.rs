//! `atelier sync`: one run now.

use super::watch::Watch;
use super::{Global, out};
use crate::config::LogSourceConfig;
use crate::wiring;
use anyhow::bail;
use atelier_application::ingest::Outcome;
use atelier_application::ports::sync_runs::{SyncRun, SyncStatus};
use atelier_domain::time::Instant;
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
}

/// Runs once.
pub(super) async fn run(command: Sync, global: &Global) -> anyhow::Result<ExitCode> {
    let Source::Ftp { json } = command.source;
    let config = global.silent()?;
    let Some(source) = wiring::source(&config.logs) else {
        bail!("No log source is configured: set ATELIER_FTP_HOST, or ATELIER_LOG_DIR for a folder.");
    };
    let store = wiring::open(&config).await?;
    for difference in wiring::differences(&config.machines, &store).await? {
        out::note(difference);
    }
    let ingest = wiring::ingest(&config, &store, source);

    let watch = Watch::new("files");
    let run = match watch.over(ingest.run(&watch)).await?? {
        Outcome::Ran(run) => run,
        Outcome::AlreadyRunning => {
            out::note("Another sync is running; this one has nothing to do.");
            return Ok(ExitCode::SUCCESS);
        }
    };
    let alerting = wiring::alerting(&config, &store)?;
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
        out::line(as_text(&run, &config.logs))?;
    }
    if let Some(error) = &run.error {
        for line in error.lines() {
            out::note(line);
        }
    }
    if watch.was_interrupted() {
        out::note("It was interrupted; the next run goes on from here.");
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
            orders_changed: run.orders_changed,
            progress: run.progress,
            error: run.error.as_deref(),
        }
    }
}

fn as_text(run: &SyncRun, source: &LogSourceConfig) -> String {
    let seconds = run.finished_at.map_or(0.0, |end| (end - run.started_at).seconds());
    format!(
        "{} {}: {} files seen, {} read ({}), {} failed; {} sessions new, {} changed; {seconds:.1} s",
        source.label(),
        run.status.as_str().to_ascii_lowercase(),
        run.files_seen,
        run.files_read,
        indicatif::HumanBytes(run.bytes_read),
        run.files_failed,
        run.sessions_created,
        run.sessions_updated,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use atelier_application::ports::sync_runs::{RunKind, SyncSource};
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
            orders_changed: 0,
            progress: 1.0,
            error: Some("a.LOG: it is gone".to_owned()),
            kind: RunKind::Sync,
            machines_failed: BTreeSet::new(),
        };
        let expected = json!({
            "id": "7", "source": "FTP", "status": "PARTIAL", "startedAt": "1970-01-01T00:00:00Z", "finishedAt": "1970-01-01T00:00:01.500Z",
            "filesSeen": 3, "filesRead": 2, "bytesRead": 5_000_000_000_u64, "filesFailed": 1, "sessionsCreated": 2, "sessionsUpdated": 0,
            "ordersChanged": 0, "progress": 1.0, "error": "a.LOG: it is gone",
        });
        assert_eq!(serde_json::to_value(Printed::of(&run)).unwrap(), expected);
    }
}

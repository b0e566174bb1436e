//! `atelier retention`: removes what is older than it is to be kept, or says what that would be.

mod print;

use super::watch::Watch;
use super::{Global, out};
use crate::wiring;
use anyhow::bail;
use atelier_application::retention::{RetentionOutcome, Stopped};
use clap::Args;
use std::process::ExitCode;

/// Removes the details of sessions and the raw bytes of logs that are older than `[retention]` says, after archiving them.
/// Sessions, their figures and their anomalies stay.
///
/// Exits with 0 when all went well, 2 when it was interrupted, 1 when it stopped for another reason.
#[derive(Debug, Args)]
pub(super) struct Retention {
    /// Only says what would be removed, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Prints it as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs once.
pub(super) async fn run(command: Retention, global: &Global) -> anyhow::Result<ExitCode> {
    let config = global.silent()?;
    let keep = config.retention.keep;
    if keep.is_all() {
        return off(&command);
    }
    let store = if command.dry_run {
        let store = wiring::connect(&config.database).await?;
        if !store.is_current().await? {
            bail!("Migrations are pending, and a dry run writes nothing: run `atelier migrate up` first.");
        }
        store
    } else {
        wiring::open(&config).await?
    };
    let watch = Watch::new("days");
    let outcome = watch.over(wiring::retention(&config, &store).run(command.dry_run, &watch)).await??;
    let report = match outcome {
        RetentionOutcome::Off => return off(&command),
        RetentionOutcome::AlreadyRunning => {
            out::note("A sync is running: try again when it is done.");
            return Ok(ExitCode::FAILURE);
        }
        RetentionOutcome::Done(report) => report,
    };
    if command.json {
        out::line(serde_json::to_string(&print::Printed::of(keep, &report))?)?;
    } else {
        for line in print::as_text(&report) {
            out::line(line)?;
        }
    }
    Ok(match &report.stopped {
        None => ExitCode::SUCCESS,
        Some(Stopped::Interrupted) => {
            out::note("It was interrupted; the next run goes on from here.");
            ExitCode::from(2)
        }
        Some(Stopped::Failed(reason)) => {
            out::note(format_args!("It stopped here, and what is listed was done: {reason}"));
            ExitCode::FAILURE
        }
    })
}

fn off(command: &Retention) -> anyhow::Result<ExitCode> {
    if command.json {
        out::line(serde_json::to_string(&print::Printed::off(command.dry_run))?)?;
    } else {
        out::line("Everything is kept: neither retention.details nor retention.raw is set.")?;
    }
    Ok(ExitCode::SUCCESS)
}

//! `atelier replay`: derives sessions again from stored bytes.

use super::sync::exit_code;
use super::watch::Watch;
use super::{Global, out};
use crate::wiring;
use atelier_application::ingest::{MachineRef, Outcome, ReplayScope};
use atelier_domain::time::ProductionDay;
use chrono::NaiveDate;
use clap::Args;
use std::process::ExitCode;

/// Derives sessions again from the stored bytes. What is stored already is left as it is; only what differs is written.
#[derive(Debug, Args)]
pub(super) struct Replay {
    /// Only of this machine.
    #[arg(long, value_name = "NAME")]
    machine: Option<String>,
    /// From this production day on (YYYY-MM-DD).
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Up to this production day, which is in (YYYY-MM-DD).
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,
}

/// Runs once.
pub(super) async fn run(command: Replay, global: &Global) -> anyhow::Result<ExitCode> {
    let config = global.silent()?;
    let store = wiring::open(&config).await?;
    let ingest = wiring::deriving(&config, &store);
    let scope = ReplayScope {
        machine: command.machine.map(MachineRef::Name),
        from: command.from.map(ProductionDay),
        to: command.to.map(ProductionDay),
    };
    let watch = Watch::new("days");
    let run = match watch.over(ingest.replay(&scope, &watch)).await?? {
        Outcome::Ran(run) => run,
        Outcome::AlreadyRunning => {
            out::note("Another run is at work, a sync or a replay; nothing was derived: try again when it is done.");
            return Ok(ExitCode::FAILURE);
        }
    };
    if let Err(error) = wiring::order_links(&config, &store).catch_up(|| watch.was_interrupted()).await {
        out::note(format_args!("Not all orders that sessions name were found; the next run goes on: {error}"));
    }
    let seconds = run.finished_at.map_or(0.0, |end| (end - run.started_at).seconds());
    let (new, changed) = (run.sessions_created, run.sessions_updated);
    out::line(format_args!("derived again: {new} sessions new, {changed} changed; {seconds:.1} s"))?;
    if let Some(error) = &run.error {
        out::note(error);
    }
    Ok(exit_code(run.status))
}

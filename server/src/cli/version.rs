//! `atelier version`: listing the versions of log files, setting one aside, taking it back in.

use super::{Global, out};
use crate::wiring;
use anyhow::bail;
use atelier_application::error::AppError;
use atelier_application::ingest::{AskedBy, Rederived};
use atelier_application::ports::log_files::{FileVersion, LogFileFilter, LogFileReader, StoredLogFile};
use atelier_application::ports::machines::{MachineFilter, MachineStore};
use atelier_application::ports::sessions::Window;
use atelier_domain::ids::{LogFileId, VersionId};
use atelier_store::Store;
use chrono::SecondsFormat;
use clap::{Args, Subcommand};
use std::collections::HashMap;
use std::process::ExitCode;

/// So many files are read at a time.
const PAGE: u32 = 500;

/// Lists versions of log files, sets one aside, and takes it back in.
#[derive(Debug, Args)]
pub(super) struct Version {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists all contents that log files had.
    List {
        /// Only of this machine.
        #[arg(long, value_name = "NAME")]
        machine: Option<String>,
        /// Only of this file: its path relative to the log source's root.
        #[arg(long, value_name = "PATH")]
        file: Option<String>,
    },
    /// Sets one version aside: its lines count no longer. It can be taken back in at any time.
    Exclude {
        /// The version, as the list has it.
        id: VersionId,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Takes a version back in that was set aside.
    Include {
        /// The version, as the list has it.
        id: VersionId,
    },
}

/// Does it.
pub(super) async fn run(command: Version, global: &Global) -> anyhow::Result<ExitCode> {
    let config = global.quiet()?;
    let store = wiring::open(&config).await?;
    let (name, exclusions) = (account(), wiring::exclusions(&config, &store));
    let by = AskedBy::CommandLine(name.as_deref());
    match command.action {
        Action::List { machine, file } => list(&store, machine, file.as_deref()).await?,
        Action::Exclude { id, reason } => told("excluded", id, exclusions.exclude(by, id, &reason).await)?,
        Action::Include { id } => told("included", id, exclusions.include(by, id).await)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What the operating system calls whoever runs this, as far as it can be shown.
pub(super) fn account() -> Option<String> {
    let name = ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok())?;
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    (!name.is_empty()).then_some(name)
}

fn told(done: &str, id: VersionId, outcome: Result<Rederived, AppError>) -> anyhow::Result<()> {
    match outcome {
        Ok(Rederived { path, created, changed, removed, .. }) => {
            out::line(format_args!(
                "version {id} of {path} {done}: {created} sessions new, {changed} changed, {removed} removed"
            ))?;
            Ok(())
        }
        Err(AppError::BadUserInput { message, .. }) => bail!("{message}"),
        Err(error) => Err(error.into()),
    }
}

async fn list(store: &Store, machine: Option<String>, path: Option<&str>) -> anyhow::Result<()> {
    let machines = match machine {
        None => None,
        Some(name) => {
            let filter = MachineFilter { names: Some(vec![name.clone()]), ..MachineFilter::default() };
            let found = store.machines(&filter).await?;
            if found.is_empty() {
                bail!("There is no machine '{name}': `atelier check` lists those of the configuration.");
            }
            Some(found.into_iter().map(|machine| machine.id).collect())
        }
    };
    let filter = LogFileFilter { machines, ..LogFileFilter::default() };
    let head = ["ID", "BYTES", "PRESENT", "FIRST READ", "FIRST DAY", "LAST DAY", "EXCLUDED", "FILE"];
    if !out::line(line(&head.map(str::to_owned)))? {
        return Ok(());
    }
    let mut after = None;
    let mut found = false;
    loop {
        let window = Window { limit: PAGE, after, before: None, from_end: false };
        let page = store.log_files(&filter, &window).await?;
        after = page.items.last().map(|file| file.id);
        let files: Vec<&StoredLogFile> =
            page.items.iter().filter(|file| path.is_none_or(|path| file.path == path)).collect();
        let ids: Vec<LogFileId> = files.iter().map(|file| file.id).collect();
        let versions = if ids.is_empty() { HashMap::default() } else { store.versions(&ids).await? };
        for file in files {
            found = true;
            for version in versions.get(&file.id).into_iter().flatten() {
                if !out::line(line(&row(file, version)))? {
                    return Ok(());
                }
            }
        }
        if !page.has_next {
            break;
        }
    }
    match path {
        Some(path) if !found => bail!("No file '{path}' was ever read: write its path as `logFiles` tells it."),
        _ => Ok(()),
    }
}

fn row(file: &StoredLogFile, version: &FileVersion) -> [String; 8] {
    let (first, last) = version.days.unzip();
    let day =
        |day: Option<_>| day.map_or_else(|| "-".to_owned(), |day: atelier_domain::time::ProductionDay| day.to_string());
    [
        version.id.to_string(),
        version.size.to_string(),
        if version.present { "yes" } else { "no" }.to_owned(),
        version.first_read.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true),
        day(first),
        day(last),
        if version.exclusion.is_some() { "yes" } else { "no" }.to_owned(),
        version.exclusion.as_ref().map_or_else(|| file.path.clone(), |why| format!("{} ({})", file.path, why.reason)),
    ]
}

/// A line of the table; the last column is as long as it is.
fn line(cells: &[String; 8]) -> String {
    let [id, size, present, read, first, last, excluded, file] = cells;
    format!("{id:>7}  {size:>11}  {present:7}  {read:20}  {first:10}  {last:10}  {excluded:8}  {file}")
}

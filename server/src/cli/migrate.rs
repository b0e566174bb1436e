//! `atelier migrate`

use super::{Global, out};
use crate::wiring;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Changes the database's schema.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Debug, Subcommand)]
enum Direction {
    /// Applies all migrations that the database lacks.
    Up,
    /// Takes back the last migration, with all the data in its tables.
    Down {
        /// How many to take back.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "all")]
        steps: u32,
        /// Takes back all of them.
        #[arg(long)]
        all: bool,
    },
    /// Lists them, and whether the database has them.
    Status,
}

/// Migrates.
pub(super) async fn run(command: Migrate, global: &Global) -> anyhow::Result<ExitCode> {
    let config = global.quiet()?;
    let store = wiring::connect(&config.database).await?;
    match command.direction {
        Direction::Up => told(&store.migrate_up().await?, "applied", "The schema is up to date: nothing to apply.")?,
        Direction::Down { steps, all } => {
            let taken = store.migrate_down((!all).then_some(steps)).await?;
            told(&taken, "taken back", "There is nothing to take back.")?;
        }
        Direction::Status => {
            for state in store.migration_status().await? {
                let applied = if state.applied { "applied" } else { "pending" };
                out::line(format_args!("{applied}  {}", state.name))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(names: &[String], done: &str, nothing: &str) -> anyhow::Result<()> {
    if names.is_empty() {
        out::line(nothing)?;
    }
    for name in names {
        out::line(format_args!("{done}: {name}"))?;
    }
    Ok(())
}

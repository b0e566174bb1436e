//! `atelier token`

use super::{Global, out, version};
use crate::clock::SystemClock;
use crate::wiring;
use anyhow::bail;
use atelier_application::error::AppError;
use atelier_application::ports::clock::Clock as _;
use atelier_application::ports::users::Role;
use atelier_domain::units::Millis;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Manages tokens of integrations.
#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Makes a token and prints it, once. It is the user's of that name, who is made, without a password, if there is none.
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// The most it may do: viewer, operator or admin.
        #[arg(long)]
        role: Role,
        /// How many days it lasts [default: until it is revoked].
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: Option<u32>,
    },
}

/// Makes a token.
pub(super) async fn run(command: Token, global: &Global) -> anyhow::Result<ExitCode> {
    let config = global.quiet()?;
    let Action::Create { name, role, days } = command.action;
    let store = wiring::connect(&config.database).await?;
    store.migrate_up().await?;
    let expires_at = days.map(|days| SystemClock.now() + Millis(i64::from(days) * Millis::DAY.0));
    match wiring::api_tokens(&store).create_here(version::account(), &name, role, expires_at).await {
        Ok(made) => {
            out::line(&made.secret)?;
            out::note("This is the only time that it is shown. It goes into `Authorization: Bearer …`.");
        }
        Err(AppError::BadUserInput { message, .. } | AppError::Conflict(message)) => bail!("{message}"),
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

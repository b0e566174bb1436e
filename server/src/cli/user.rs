//! `atelier user`

use super::{Global, out};
use crate::wiring;
use anyhow::{Context, bail};
use atelier_application::error::AppError;
use atelier_application::ports::users::Role;
use clap::{Args, Subcommand};
use std::io::{self, BufRead, IsTerminal};
use std::process::ExitCode;
use zeroize::Zeroizing;

/// The most bytes of a line that is read as a password.
const MAX_LINE: u64 = 4096;

/// Manages who may sign in.
#[derive(Debug, Args)]
pub(super) struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Adds a user. The password is asked for on the terminal, or is one line of standard input.
    Add {
        /// The name they sign in with.
        name: String,
        /// What they may do: viewer, operator or admin.
        #[arg(long)]
        role: Role,
    },
}

/// Adds a user.
pub(super) async fn run(command: User, global: &Global) -> anyhow::Result<ExitCode> {
    let config = global.quiet()?;
    let Action::Add { name, role } = command.action;
    let store = wiring::connect(&config.database).await?;
    store.migrate_up().await?;
    let password = tokio::task::spawn_blocking(password).await??;
    let by = super::version::account();
    match wiring::accounts(&store).create_here(by, &name, &password, role).await {
        Ok(user) => out::line(format_args!("Added {} ({}).", user.username, user.role.as_str()))?,
        Err(AppError::BadUserInput { message, .. }) => bail!("{message}"),
        Err(error) => return Err(error.into()),
    };
    Ok(ExitCode::SUCCESS)
}

fn password() -> anyhow::Result<Zeroizing<String>> {
    if !io::stdin().is_terminal() {
        return line(io::stdin().lock());
    }
    let ask = |prompt| {
        rpassword::prompt_password(prompt).map(Zeroizing::new).context("The password cannot be read from the terminal")
    };
    let password = ask("Password (at least 12 characters): ")?;
    if ask("The same again: ")? != password {
        bail!("The two passwords differ: run the command again.");
    }
    Ok(password)
}

/// The first line, without its end.
fn line(input: impl BufRead) -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    input.take(MAX_LINE).read_line(&mut text).context("The password cannot be read from standard input")?;
    let length = text.trim_end_matches(['\n', '\r']).len();
    text.truncate(length);
    if text.is_empty() {
        bail!("There is no password on standard input: write it there as one line, or run the command on a terminal.");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line_as_it_is() {
        assert_eq!(*line(&b" two words \r\nmore\n"[..]).unwrap(), " two words ");
        assert!(line(&b"\n"[..]).is_err() && line(&b""[..]).is_err());
    }
}

//! `atelier schema`

use super::out;
use std::process::ExitCode;

/// Prints the schema definition.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    out::line(atelier_graphql::sdl().trim_end())?;
    Ok(ExitCode::SUCCESS)
}

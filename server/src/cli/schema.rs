//! `atelier schema`

use super::out;
use atelier_graphql::Limits;
use clap::Args;
use std::process::ExitCode;

/// Which contract.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// That of REST, in OpenAPI, instead of that of GraphQL.
    #[arg(long)]
    openapi: bool,
}

/// Prints the schema definition.
pub(super) fn run(command: &Schema) -> anyhow::Result<ExitCode> {
    let text = if command.openapi { crate::http::openapi(Limits::default().page) } else { atelier_graphql::sdl() };
    out::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

//! The commands, a file each.
//!
//! A command prints what it was asked for on standard output, and everything else on standard error. An error is one
//! plain sentence with the cause and the remedy.

mod check;
#[cfg(feature = "demo")]
mod demo;
mod migrate;
mod out;
mod parse;
mod replay;
mod retention;
mod schema;
mod serve;
mod sync;
mod token;
mod user;
mod version;
mod watch;

use crate::config::{Config, Environment, Flags};
use crate::telemetry;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Production data of machining centres, over GraphQL.
#[derive(Debug, Parser)]
#[command(name = "atelier", version, about, max_term_width = 120)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Args)]
struct Global {
    /// The configuration file [default: that of `ATELIER_CONFIG`, else atelier.toml if it is there].
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    /// What the program's own log says: a level, or a tracing filter such as `info,atelier=debug`.
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    /// Its form: text or json.
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl Global {
    fn load(&self, addr: Option<String>) -> anyhow::Result<Config> {
        let flags = Flags { addr, log: self.log.clone(), log_format: self.log_format.clone() };
        Ok(Config::load(self.config.as_deref(), &Environment::of_process()?, &flags)?)
    }

    /// The configuration of a command that tells its outcome itself, its log started.
    fn quiet(&self) -> anyhow::Result<Config> {
        let config = self.load(None)?;
        telemetry::start(&config.log, "warn");
        Ok(config)
    }

    /// The same for one that tells every failure itself as well.
    fn silent(&self) -> anyhow::Result<Config> {
        let config = self.load(None)?;
        telemetry::start(&config.log, "off");
        Ok(config)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tries Atelier out: needs nothing installed and nothing configured.
    #[cfg(feature = "demo")]
    Demo(demo::Demo),
    /// Migrates the database, serves the API and fetches logs on schedule, until SIGTERM or SIGINT.
    Serve(serve::Serve),
    /// Fetches what is new, once.
    Sync(sync::Sync),
    /// Derives sessions again from the stored bytes.
    Replay(replay::Replay),
    /// Removes what is older than it is to be kept, or says what that would be.
    Retention(retention::Retention),
    /// Reads one log file and prints what would be stored; needs no server and no database.
    Parse(parse::Parse),
    /// Changes the database's schema.
    Migrate(migrate::Migrate),
    /// Manages who may sign in.
    User(user::User),
    /// Manages tokens of integrations.
    Token(token::Token),
    /// Lists versions of log files, sets one aside, and takes it back in.
    Version(version::Version),
    /// Prints the GraphQL schema, or the OpenAPI contract of REST.
    Schema(schema::Schema),
    /// Reads the configuration, tries every connection, says what is wrong and how to mend it.
    Check,
}

/// Runs the command that the arguments name.
pub(crate) fn run() -> ExitCode {
    let Cli { global, command } = Cli::parse();
    let outcome = match command {
        #[cfg(feature = "demo")]
        Command::Demo(command) => block_on(demo::run(command, &global)),
        Command::Serve(command) => block_on(serve::run(command, &global)),
        Command::Sync(command) => block_on(sync::run(command, &global)),
        Command::Replay(command) => block_on(replay::run(command, &global)),
        Command::Retention(command) => block_on(retention::run(command, &global)),
        Command::Parse(command) => parse::run(&command, &global),
        Command::Migrate(command) => block_on(migrate::run(command, &global)),
        Command::User(command) => block_on(user::run(command, &global)),
        Command::Token(command) => block_on(token::run(command, &global)),
        Command::Version(command) => block_on(version::run(command, &global)),
        Command::Schema(command) => schema::run(&command),
        Command::Check => block_on(check::run(&global)),
    };
    outcome.unwrap_or_else(|error| {
        out::error(&error);
        ExitCode::FAILURE
    })
}

fn block_on(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(command);
    // Whatever still blocks a thread (a name being looked up, a terminal being read) is not waited for.
    runtime.shutdown_background();
    outcome
}

//! The configuration: what may be set, where it is read, what is said when it is wrong.
//!
//! ```text
//! keys.rs      every key: its section, name, environment variable
//! layers.rs    file < environment < flags, into one table of texts that know where they came from
//! values.rs    that table, and how a text becomes a value
//! error.rs     the sentences
//! secret.rs    a text that never shows itself
//! …            a struct per concern
//! ```
//!
//! To add a key: a line in `keys.rs`, a field in the struct of its concern, a line in `atelier.example.toml`.

mod alerts;
mod calendar;
mod cleanup;
mod database;
mod erp;
mod error;
mod ftp;
mod http;
mod jwt;
mod keys;
mod layers;
mod limits;
mod log;
mod logs;
mod machines;
mod plant;
mod retention;
mod secret;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use alerts::AlertConfig;
pub(crate) use calendar::PlantCalendar;
pub(crate) use database::DatabaseConfig;
pub(crate) use erp::ErpConfig;
pub(crate) use error::ConfigError;
pub(crate) use ftp::Schedule;
pub(crate) use http::{HttpConfig, TlsConfig};
pub(crate) use jwt::{JwtConfig, NO_JWT_SECRET, ProviderConfig};
pub(crate) use layers::{Environment, Flags};
pub(crate) use limits::{LimitsConfig, Rate};
pub(crate) use log::{DEFAULT_FILTER, LogConfig, LogFormat};
pub(crate) use logs::LogSourceConfig;
pub(crate) use plant::PlantConfig;
pub(crate) use retention::RetentionConfig;
pub(crate) use secret::Secret;

use atelier_application::ingest::Cleanup;
use atelier_application::ports::machines::ConfiguredMachine;
use std::path::Path;
use values::Values;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    /// Where sessions are kept.
    pub(crate) database: DatabaseConfig,
    /// Where requests are answered.
    pub(crate) http: HttpConfig,
    /// How tokens are signed.
    pub(crate) jwt: JwtConfig,
    /// Where logs come from.
    pub(crate) logs: LogSourceConfig,
    /// When they are fetched.
    pub(crate) schedule: Schedule,
    /// What becomes of finished ones there.
    pub(crate) cleanup: Cleanup,
    /// Where orders come from.
    pub(crate) erp: ErpConfig,
    /// What the plant's clock says.
    pub(crate) plant: PlantConfig,
    /// For how long things are kept.
    pub(crate) retention: RetentionConfig,
    /// What the program tells of itself.
    pub(crate) log: LogConfig,
    /// When to look for what is wrong, and whom to tell.
    pub(crate) alerts: AlertConfig,
    /// What a request may ask for.
    pub(crate) limits: LimitsConfig,
    /// The plant's machines.
    pub(crate) machines: Vec<ConfiguredMachine>,
    /// When the plant works, for machines without a calendar of their own.
    pub(crate) calendar: Option<PlantCalendar>,
}

impl Config {
    /// Reads all layers: the file (`path`, or `atelier.toml` here if it is there), the environment, the flags.
    ///
    /// # Errors
    /// One sentence that names the key, where it was set, and what to write instead.
    pub(crate) fn load(path: Option<&Path>, environment: &Environment, flags: &Flags) -> Result<Self, ConfigError> {
        let (values, tables) = layers::read(path, environment, flags)?;
        Self::of(&values, tables)
    }

    /// Reads all layers but the file.
    #[cfg(feature = "demo")]
    pub(crate) fn load_without_file(environment: &Environment, flags: &Flags) -> Result<Self, ConfigError> {
        Self::of(&layers::read_without_file(environment, flags)?, layers::Tables::default())
    }

    fn of(values: &Values, tables: layers::Tables) -> Result<Self, ConfigError> {
        Ok(Self {
            database: DatabaseConfig::read(values)?,
            http: HttpConfig::read(values)?,
            jwt: JwtConfig::read(values)?,
            logs: LogSourceConfig::read(values)?,
            schedule: Schedule::read(values)?,
            cleanup: cleanup::read(values)?,
            erp: ErpConfig::read(values, PlantConfig::read(values)?.zone)?,
            plant: PlantConfig::read(values)?,
            retention: RetentionConfig::read(values)?,
            log: LogConfig::read(values)?,
            alerts: AlertConfig::read(values)?,
            limits: LimitsConfig::read(values)?,
            machines: machines::read(tables.machines)?,
            calendar: calendar::read(tables.calendar)?,
        })
    }
}

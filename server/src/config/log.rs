//! `[log]`

use super::error::ConfigError;
use super::keys::{LOG_FILTER, LOG_FORMAT};
use super::values::Values;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// How the program's own log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// An object a line, for machines.
    Json,
}

/// What the program tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogConfig {
    /// A tracing filter that was checked.
    pub(crate) filter: String,
    /// Its form.
    pub(crate) format: LogFormat,
}

const DEFAULT_FILTER: &str = "info";

impl LogConfig {
    /// For a command that tells its outcome itself: only what is wrong, unless another filter was asked for.
    #[must_use]
    pub(crate) fn quieter(mut self) -> Self {
        if self.filter == DEFAULT_FILTER {
            "warn".clone_into(&mut self.filter);
        }
        self
    }

    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let filter = values.parse(&LOG_FILTER, filter)?;
        let format = values.parse(&LOG_FORMAT, |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("write `text` or `json`".to_owned()),
        })?;
        Ok(Self { filter: filter.unwrap_or_else(|| DEFAULT_FILTER.to_owned()), format: format.unwrap_or(LogFormat::Text) })
    }
}

/// A filter, as it is. A bare word that is no level would be taken for the name of a crate, and silence all others.
fn filter(text: &str) -> Result<String, String> {
    let bare = |part: &str| !part.contains(['=', '[']) && part.trim().parse::<LevelFilter>().is_err();
    if text.split(',').any(bare) || EnvFilter::builder().parse(text).is_err() {
        let levels = "`error`, `warn`, `info`, `debug`, `trace`, `off`";
        return Err(format!("write a level ({levels}) or a tracing filter such as `info,atelier=debug`"));
    }
    Ok(text.to_owned())
}

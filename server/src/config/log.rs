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
#[derive(Debug, Clone)]
pub(crate) struct LogConfig {
    /// The tracing filter that was asked for; without one each command has its own, that of a server being
    /// [`DEFAULT_FILTER`].
    pub(crate) filter: Option<String>,
    /// Its form.
    pub(crate) format: LogFormat,
}

/// What a server tells.
pub(crate) const DEFAULT_FILTER: &str = "info";

impl PartialEq for LogConfig {
    fn eq(&self, other: &Self) -> bool {
        let filter = |config: &Self| config.filter.clone().unwrap_or_else(|| DEFAULT_FILTER.to_owned());
        (filter(self), self.format) == (filter(other), other.format)
    }
}

impl LogConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let filter = values.parse(&LOG_FILTER, filter)?;
        let format = values.parse(&LOG_FORMAT, |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("write `text` or `json`".to_owned()),
        })?;
        Ok(Self { filter, format: format.unwrap_or(LogFormat::Text) })
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

//! The program's own log: on standard error, as text or JSON. Nothing logs a secret; what holds one has a `Debug` that
//! hides it.

use crate::config::{LogConfig, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging, with `default` unless another filter was asked for. Later calls do nothing.
pub(crate) fn start(config: &LogConfig, default: &str) {
    // It was checked when the configuration was read.
    let filter = EnvFilter::builder().parse_lossy(config.filter.as_deref().unwrap_or(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match config.format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}

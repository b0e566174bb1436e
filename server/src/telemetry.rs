//! The program's own log: on standard error, as text or JSON. Nothing logs a secret; what holds one has a `Debug` that
//! hides it.

use crate::config::{LogConfig, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Libraries that tell every step they take; libunftp with all it knows of the session. What is no HTTP is an error to
/// `actix_http`, and anybody can send it.
const TALKATIVE: &str =
    "actix_http=off,actix_server=warn,libunftp=warn,sea_orm_migration=warn,sqlx=warn,unftp_sbe_fs=warn";

/// Starts logging, with `default` unless another filter was asked for. Later calls do nothing.
pub(crate) fn start(config: &LogConfig, default: &str) {
    let filter = config.filter.as_deref().unwrap_or(default);
    // It was checked when the configuration was read.
    let filter = EnvFilter::builder().parse_lossy(restrained(filter));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match config.format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}

/// A bare `info` or `debug` means this program's own; `trace`, or a filter with names in it, is taken as it is.
fn restrained(filter: &str) -> String {
    match filter.parse::<LevelFilter>() {
        Ok(LevelFilter::INFO | LevelFilter::DEBUG) => format!("{filter},{TALKATIVE}"),
        _ => filter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bare_level_is_restrained() {
        assert_eq!(restrained("info"), format!("info,{TALKATIVE}"));
        for filter in ["off", "warn", "trace", "info,sqlx=debug"] {
            assert_eq!(restrained(filter), filter);
        }
        assert!(EnvFilter::builder().parse(restrained("debug")).is_ok());
    }
}

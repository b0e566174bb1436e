//! `[ftp]`

use super::error::ConfigError;
use super::keys::{
    FTP_HOST, FTP_PASSWORD, FTP_PORT, FTP_RETRIES, FTP_ROOT, FTP_SCHEDULE, FTP_TIMEOUT, FTP_TLS, FTP_TLS_CA, FTP_USER,
};
use super::secret::Secret;
use super::values::{Values, duration, number};
use atelier_ftp::{FtpConfig, FtpTls, Password};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// The FTP server that holds the logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FtpSettings {
    host: String,
    port: u16,
    user: Option<String>,
    password: Option<Secret>,
    root: String,
    tls: FtpTls,
    tls_ca: Option<PathBuf>,
    timeout: Duration,
    retries: u32,
}

impl FtpSettings {
    /// The server, if one is named. What else is set is checked in any case.
    pub(super) fn read(values: &Values) -> Result<Option<Self>, ConfigError> {
        let port = values.parse(&FTP_PORT, number(1, u16::MAX))?;
        let tls = values.parse(&FTP_TLS, tls)?.unwrap_or(FtpTls::Off);
        let timeout = values.parse(&FTP_TIMEOUT, duration)?;
        let retries = values.parse(&FTP_RETRIES, number(1, 100))?;
        let host = values.parse(&FTP_HOST, host)?;
        Ok(host.map(|host| Self {
            host,
            port: port.unwrap_or(21),
            user: values.text(&FTP_USER).map(str::to_owned),
            password: values.secret(&FTP_PASSWORD),
            root: values.text(&FTP_ROOT).unwrap_or("/").to_owned(),
            tls,
            tls_ca: values.text(&FTP_TLS_CA).map(PathBuf::from),
            timeout: timeout.unwrap_or(Duration::from_secs(30)),
            retries: retries.unwrap_or(3),
        }))
    }

    /// As the adapter wants it.
    pub(crate) fn to_adapter(&self) -> FtpConfig {
        let mut config = FtpConfig::new(self.host.clone());
        config.port = self.port;
        config.user.clone_from(&self.user);
        config.password = self.password.as_ref().map(|secret| Password::new(secret.expose()));
        config.root.clone_from(&self.root);
        config.tls = self.tls;
        config.tls_ca.clone_from(&self.tls_ca);
        config.timeout = self.timeout;
        config.retries = self.retries;
        config
    }

    /// What people may be told.
    pub(crate) fn label(&self) -> String {
        format!("FTP server {}:{}", self.host, self.port)
    }
}

fn host(text: &str) -> Result<String, String> {
    if text.contains(['/', '@', ' ']) || text.contains("://") {
        return Err("write the server's name or address alone; port, user and root have keys of their own".to_owned());
    }
    Ok(text.to_owned())
}

fn tls(text: &str) -> Result<FtpTls, String> {
    match text {
        "off" => Ok(FtpTls::Off),
        "explicit" => Ok(FtpTls::Explicit),
        "implicit" => Ok(FtpTls::Implicit),
        _ => Err("write `off`, `explicit` or `implicit`".to_owned()),
    }
}

/// When logs are fetched, in the plant's time.
#[derive(Clone, PartialEq)]
pub(crate) enum Schedule {
    /// Only when asked to.
    Off,
    /// At these times.
    Cron(Box<Cron>),
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("Off"),
            // Its own form lists every minute there is.
            Self::Cron(cron) => f.debug_tuple("Cron").field(&cron.as_str()).finish(),
        }
    }
}

impl Schedule {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        match values.parse(&FTP_SCHEDULE, Self::of)? {
            Some(schedule) => Ok(schedule),
            None => Self::of("*/15 * * * *").map_err(|remedy| values.invalid(&FTP_SCHEDULE, remedy)),
        }
    }

    /// From `off`, or five fields.
    pub(crate) fn of(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self::Off);
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        parser.parse(text).map(|cron| Self::Cron(Box::new(cron))).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.trim_end_matches('.');
            format!(
                "it is no schedule ({reason}); write five cron fields in plant time, such as `*/15 * * * *`, or `off`"
            )
        })
    }
}

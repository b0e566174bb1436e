//! `[database]`

use super::error::ConfigError;
use super::keys::DATABASE_URL;
use super::secret::Secret;
use super::values::Values;

/// Where sessions are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DatabaseConfig {
    /// `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub(crate) url: Secret,
}

impl DatabaseConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let url = values.parse(&DATABASE_URL, Self::of)?;
        Ok(url.unwrap_or(Self { url: Secret::new("sqlite://atelier.db") }))
    }

    /// The database at `url`.
    ///
    /// # Errors
    /// A remedy.
    pub(crate) fn of(url: &str) -> Result<Self, String> {
        const REMEDY: &str = "write `sqlite://FILE` or `postgres://USER:PASSWORD@HOST:PORT/NAME`";
        let known = if url.starts_with("sqlite:") {
            url.len() > "sqlite:".len()
        } else {
            url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql") && url.has_host())
        };
        if known { Ok(Self { url: Secret::new(url) }) } else { Err(REMEDY.to_owned()) }
    }

    /// What people may be told: the kind, and where, without account and password.
    pub(crate) fn label(&self) -> String {
        match url::Url::parse(self.url.expose()) {
            Ok(url) if url.scheme().starts_with("postgres") => {
                let host = url.host_str().unwrap_or_default();
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("PostgreSQL at {host}{port}{}", url.path())
            }
            _ => format!("SQLite, {}", self.sqlite_file().unwrap_or_default()),
        }
    }

    /// The file of an SQLite database.
    pub(crate) fn sqlite_file(&self) -> Option<&str> {
        let path = self.url.expose().strip_prefix("sqlite:")?;
        path.strip_prefix("//").unwrap_or(path).split('?').next()
    }
}

//! What an FTP source needs to know.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How the connection to the server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FtpTls {
    /// Plain FTP.
    #[default]
    Off,
    /// FTPS: a plain connection that turns to TLS (`AUTH TLS`), for commands and data.
    Explicit,
    /// The old form of FTPS: TLS from the first byte, usually on port 990.
    Implicit,
}

/// A password; neither `Debug` nor any error shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Where the logs are and how to get in.
#[derive(Debug, Clone)]
pub struct FtpConfig {
    /// Name or address of the server (`ATELIER_FTP_HOST`).
    pub host: String,
    /// Its port (`ATELIER_FTP_PORT`).
    pub port: u16,
    /// The account; anonymous without one.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Password>,
    /// The folder that holds the machines' folders; relative to the account's own when it does not begin with `/`.
    pub root: String,
    /// Protection of the connection.
    pub tls: FtpTls,
    /// A PEM file of the only authorities to trust; the public ones without it.
    pub tls_ca: Option<PathBuf>,
    /// Limit of each command and of each read of a transfer.
    pub timeout: Duration,
    /// Tries of a connection; 0 counts as 1.
    pub retries: u32,
}

impl FtpConfig {
    /// The defaults for `host`: port 21, anonymous, `/`, no TLS, 30 s, 3 tries.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: 21,
            user: None,
            password: None,
            root: "/".to_owned(),
            tls: FtpTls::Off,
            tls_ca: None,
            timeout: Duration::from_secs(30),
            retries: 3,
        }
    }

    /// `host:port`, as the errors name the server.
    pub(crate) fn label(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(crate) fn user_name(&self) -> &str {
        self.user.as_deref().unwrap_or("anonymous")
    }

    /// The host as a socket wants it: an IPv6 address without its brackets.
    pub(crate) fn bare_host(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_password() {
        let mut config = FtpConfig::new("plant");
        config.password = Some(Password::new("s3cret-word"));
        let shown = format!("{config:?}");
        assert!(!shown.contains("s3cret-word"), "{shown}");
        assert!(shown.contains("***"), "{shown}");
    }

    #[test]
    fn an_ipv6_host_loses_its_brackets() {
        assert_eq!(FtpConfig::new("[::1]").bare_host(), "::1");
        assert_eq!(FtpConfig::new("plant").bare_host(), "plant");
    }
}

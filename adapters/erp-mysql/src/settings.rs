//! Where the ERP is, and how it is spoken to.

use atelier_domain::time::PlantZone;
use mysql_async::Opts;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Whether the connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ErpTls {
    /// It is not.
    #[default]
    Off,
    /// It is; the server's certificate is one of a public authority, or of that in the PEM file.
    On {
        /// The file.
        authority: Option<PathBuf>,
    },
}

/// Where the ERP is, and how it is spoken to.
#[derive(Clone)]
pub struct ErpSettings {
    /// Host, user, password, database.
    pub(crate) opts: Opts,
    /// Whether the connection is encrypted.
    pub tls: ErpTls,
    /// How long a connection may take to come about, and a statement to end.
    pub timeout: Duration,
    /// How often a connection is tried.
    pub tries: u32,
    /// The plant's zone: the ERP's times are those of its clock.
    pub zone: PlantZone,
    /// Whether the names of customers are read at all.
    pub store_customer_name: bool,
}

impl fmt::Debug for ErpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErpSettings").field("server", &self.label()).field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// An address that is none of a MySQL database. The text says what to write, and nothing of what was written: it may hold a
/// password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write `mysql://USER:PASSWORD@HOST:PORT/NAME`, with special characters of the password as %XX")]
pub struct InvalidErpUrl;

impl ErpSettings {
    /// The database at `url`, with times of `zone`'s clock.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(url: &str, zone: PlantZone) -> Result<Self, InvalidErpUrl> {
        let parsed = url::Url::parse(url).map_err(|_| InvalidErpUrl)?;
        let named = parsed.scheme() == "mysql"
            && parsed.host_str().is_some_and(|host| !host.is_empty())
            && parsed.path().strip_prefix('/').is_some_and(|name| !name.is_empty() && !name.contains('/'))
            && parsed.query().is_none();
        if !named {
            return Err(InvalidErpUrl);
        }
        let opts = Opts::from_url(url).map_err(|_| InvalidErpUrl)?;
        Ok(Self { opts, tls: ErpTls::Off, timeout: Duration::from_mins(1), tries: 3, zone, store_customer_name: false })
    }

    /// What people may be told: the database and where it is.
    pub fn label(&self) -> String {
        format!(
            "{} at {}:{}",
            self.opts.db_name().unwrap_or_default(),
            self.opts.ip_or_hostname(),
            self.opts.tcp_port()
        )
    }

    pub(crate) fn user(&self) -> &str {
        self.opts.user().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveTime;

    fn settings(url: &str) -> Result<ErpSettings, InvalidErpUrl> {
        ErpSettings::new(url, PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN))
    }

    #[test]
    fn an_address_is_told_without_its_secrets() {
        let found = settings("mysql://reader:s%40cret@erp.example:3307/plant").unwrap();
        assert_eq!((found.label().as_str(), found.user()), ("plant at erp.example:3307", "reader"));
        assert!(!format!("{found:?}").contains("cret"));
        assert_eq!(found.opts.pass(), Some("s@cret"));
        assert_eq!(settings("mysql://127.0.0.1/plant").unwrap().label(), "plant at 127.0.0.1:3306");
    }

    #[test]
    fn what_is_no_address_is_not_repeated() {
        for url in [
            "",
            "erp",
            "postgres://a:secret@h/d",
            "mysql://a:secret@h",
            "mysql://a:secret@h/",
            "mysql:///d",
            "mysql://a:secret@h/d?unknown=1",
            "mysql://a:secret@h:port/d",
            "mysql://a:secret@h/d/more",
        ] {
            let told = settings(url).unwrap_err().to_string();
            assert!(!told.contains("secret") && told.contains("mysql://USER:PASSWORD@HOST:PORT/NAME"), "{url}: {told}");
        }
    }
}

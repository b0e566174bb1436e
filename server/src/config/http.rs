//! `[http]`

use super::error::ConfigError;
use super::keys::HTTP_ADDR;
use super::values::Values;

/// Where requests are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpConfig {
    /// `HOST:PORT`; port 0 takes a free one.
    pub(crate) addr: String,
}

impl HttpConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let addr = values.parse(&HTTP_ADDR, |text| {
            let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
            match port {
                Some(Ok(_)) => Ok(text.to_owned()),
                _ => Err("write an address and a port, such as `127.0.0.1:8080` or `[::]:8080`".to_owned()),
            }
        })?;
        Ok(Self { addr: addr.unwrap_or_else(|| "127.0.0.1:8080".to_owned()) })
    }
}

//! `[http]`

use super::error::ConfigError;
use super::keys::{HTTP_ADDR, HTTP_TRUSTED_PROXIES};
use super::values::{Values, list};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where requests are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpConfig {
    /// `HOST:PORT`; port 0 takes a free one.
    pub(crate) addr: String,
    /// Whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpAddr>,
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
        let trusted_proxies = values.parse(&HTTP_TRUSTED_PROXIES, proxies)?;
        let trusted_proxies =
            trusted_proxies.unwrap_or_else(|| vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        Ok(Self { trusted_proxies, addr: addr.unwrap_or_else(|| "127.0.0.1:8080".to_owned()) })
    }
}

fn proxies(text: &str) -> Result<Vec<IpAddr>, String> {
    if text == "none" {
        return Ok(Vec::new());
    }
    let parse = |text: String| {
        text.parse().map_err(|_| format!("`{text}` is no address such as `10.0.0.7`; write `none` for none"))
    };
    list(text)?.into_iter().map(parse).collect()
}

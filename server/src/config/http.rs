//! `[http]`

use super::error::ConfigError;
use super::keys::{
    HTTP_ADDR, HTTP_CORS_ORIGINS, HTTP_GRAPHIQL, HTTP_INTROSPECTION, HTTP_TLS_CERT, HTTP_TLS_KEY, HTTP_TRUSTED_PROXIES,
};
use super::values::{Values, list, truth};
use atelier_graphql::Introspection;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use url::Url;

/// Where requests are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpConfig {
    /// `HOST:PORT`; port 0 takes a free one.
    pub(crate) addr: String,
    /// Whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// The origins whose pages may ask.
    pub(crate) cors_origins: Vec<String>,
    /// What TLS is spoken with; without it, HTTP in the clear.
    pub(crate) tls: Option<TlsConfig>,
    /// Whether there is a page to try queries on.
    pub(crate) graphiql: bool,
}

/// What TLS is spoken with: PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsConfig {
    /// The certificate, then those of its authorities.
    pub(crate) certificates: PathBuf,
    /// Its key.
    pub(crate) key: PathBuf,
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
        Ok(Self {
            addr: addr.unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
            trusted_proxies: trusted_proxies
                .unwrap_or_else(|| vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]),
            cors_origins: values.parse(&HTTP_CORS_ORIGINS, origins)?.unwrap_or_default(),
            tls: tls(values)?,
            graphiql: values.parse(&HTTP_GRAPHIQL, truth)?.unwrap_or(true),
        })
    }
}

/// Who may ask what the GraphQL schema is.
pub(super) fn introspection(values: &Values) -> Result<Option<Introspection>, ConfigError> {
    values.parse(&HTTP_INTROSPECTION, |text| match text {
        "signed-in" => Ok(Introspection::SignedIn),
        "admins" => Ok(Introspection::Admins),
        "off" => Ok(Introspection::Off),
        _ => Err("write `signed-in`, `admins` or `off`".to_owned()),
    })
}

fn tls(values: &Values) -> Result<Option<TlsConfig>, ConfigError> {
    let path = |key| values.parse(key, |text| Ok(PathBuf::from(text)));
    match (path(&HTTP_TLS_CERT)?, path(&HTTP_TLS_KEY)?) {
        (Some(certificates), Some(key)) => Ok(Some(TlsConfig { certificates, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(values.invalid(&HTTP_TLS_CERT, "a certificate needs its key: set `http.tls_key` too")),
        (None, Some(_)) => Err(values.invalid(&HTTP_TLS_KEY, "a key needs its certificate: set `http.tls_cert` too")),
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

/// Origins as browsers write them (RFC 6454, section 6.2).
fn origins(text: &str) -> Result<Vec<String>, String> {
    let check = |text: String| {
        let written = Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .map(|url| url.origin().ascii_serialization());
        match written {
            Some(written) if written == text && !text.contains('*') => Ok(text),
            Some(_) if text.contains('*') => Err(format!("`{text}` names many: write each origin")),
            Some(written) => Err(format!("`{text}` is no origin; did you mean `{written}`?")),
            None => Err(format!("`{text}` is no origin such as `https://screens.plant.example`")),
        }
    };
    list(text)?.into_iter().map(check).collect()
}

//! Where the keys of an identity provider are.

use super::keys::Keys;
use reqwest::{Client, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// All of a request takes no longer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// A larger key set is none.
const MOST_BYTES: usize = 1 << 20;

/// Why there are no keys: one sentence with the cause and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeySourceError(String);

/// A file or an address that has the keys of an identity provider.
#[derive(Clone)]
pub struct KeySource(Kind);

#[derive(Clone)]
enum Kind {
    File(PathBuf),
    Address(Url, Client),
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

impl KeySource {
    /// `place` is the path of a file or an address that begins with `https://` (`http://` on this computer only); `authorities`
    /// is a PEM file of those to trust instead of the public ones.
    ///
    /// # Errors
    /// When it is neither, or TLS cannot be set up.
    pub fn new(place: &str, authorities: Option<&Path>) -> Result<Self, KeySourceError> {
        let address = Url::parse(place).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(address) = address else { return Ok(Self(Kind::File(place.into()))) };
        if address.scheme() == "http" && !is_here(&address) {
            return Err(KeySourceError(
                "Keys that come in the clear may be anybody's: use an address that begins with https://.".to_owned(),
            ));
        }
        Ok(Self(Kind::Address(address, client(authorities)?)))
    }

    /// Where it is; of an address, without what may be secret in it.
    pub fn label(&self) -> String {
        match &self.0 {
            Kind::File(path) => path.display().to_string(),
            Kind::Address(url, _) => {
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
            }
        }
    }

    /// The keys that count, one at least.
    pub(super) async fn keys(&self) -> Result<Keys, KeySourceError> {
        let label = self.label();
        let text = match &self.0 {
            Kind::File(path) => tokio::fs::read(path)
                .await
                .map_err(|cause| KeySourceError(format!("The keys in {label} cannot be read: {cause}.")))?,
            Kind::Address(url, client) => fetch(client, url.clone()).await.map_err(|cause| {
                KeySourceError(format!(
                    "The keys at {label} cannot be fetched: {cause}. Check the address, the network and `jwt.jwks_ca`."
                ))
            })?,
        };
        Keys::read(&text).filter(|keys| !keys.is_empty()).ok_or_else(|| {
            KeySourceError(format!(
                "There is no key for RS256 (of 2,048 bits at least), ES256 or EdDSA in {label}: it must be a JSON Web Key Set."
            ))
        })
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

fn client(authorities: Option<&Path>) -> Result<Client, KeySourceError> {
    let failed = |cause: &dyn fmt::Display| KeySourceError(format!("TLS could not be set up: {cause}."));
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = authorities {
        let shown = path.display();
        roots = RootCertStore::empty();
        let certificates = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|cause| KeySourceError(format!("The authorities in {shown} cannot be read: {cause}.")))?;
        if roots.add_parsable_certificates(certificates).0 == 0 {
            return Err(KeySourceError(format!("There is no certificate in {shown}: it must be a PEM file.")));
        }
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|cause| failed(&cause))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // The keys of whom a redirect leads to are not those that were asked for.
    let client = Client::builder().tls_backend_preconfigured(tls).redirect(redirect::Policy::none()).timeout(TIMEOUT);
    client.build().map_err(|cause| failed(&cause))
}

async fn fetch(client: &Client, url: Url) -> Result<Vec<u8>, String> {
    let told = |cause: reqwest::Error| {
        if cause.is_timeout() { "it does not answer in time".to_owned() } else { deepest(&cause.without_url()) }
    };
    let mut answer = client.get(url).send().await.map_err(told)?;
    if !answer.status().is_success() {
        return Err(format!("it answers {}", answer.status()));
    }
    let mut text = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(told)? {
        if text.len() + part.len() > MOST_BYTES {
            return Err("it is larger than 1 MiB".to_owned());
        }
        text.extend_from_slice(&part);
    }
    Ok(text)
}

/// What lies at the bottom of an error: the layers above it only say that something failed.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

//! HTTPS with a certificate from files, read again when they change: who renews it restarts nothing.

use crate::config::TlsConfig;
use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fs;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

/// Files are looked at so often.
const LOOKING: Duration = Duration::from_mins(1);

/// A certificate with its key, as of the last time the files were read well.
#[derive(Debug)]
pub(crate) struct Certificate {
    files: TlsConfig,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads the files.
    ///
    /// # Errors
    /// One sentence with the file and the remedy.
    pub(crate) fn load(files: TlsConfig) -> anyhow::Result<Arc<Self>> {
        let current = RwLock::new(Arc::new(read(&files)?));
        Ok(Arc::new(Self { files, current }))
    }

    /// What a server speaks TLS 1.2 and 1.3 with.
    pub(super) fn server(self: &Arc<Self>) -> anyhow::Result<ServerConfig> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .context("TLS cannot be set up")?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        Ok(config)
    }

    /// Reads the files again whenever they change, until stopped.
    pub(super) async fn follow(self: Arc<Self>, stopping: CancellationToken) {
        let mut seen = self.changed_at();
        let mut ticks = interval(LOOKING);
        while stopping.run_until_cancelled(ticks.tick()).await.is_some() {
            let now = self.changed_at();
            if now != seen {
                seen = now;
                self.reload();
            }
        }
    }

    pub(super) fn reload(&self) {
        match read(&self.files) {
            Ok(fresh) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
                tracing::info!("the certificate was read again");
            }
            // The files are written one after the other: what does not fit now may fit at the next look.
            Err(error) => tracing::warn!("{error:#}; the certificate that was read before stays in use"),
        }
    }

    /// The certificate in use.
    #[cfg(test)]
    pub(super) fn leaf(&self) -> CertificateDer<'static> {
        self.current.read().unwrap().cert[0].clone()
    }

    fn changed_at(&self) -> [Option<SystemTime>; 2] {
        let at = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        [at(&self.files.certificates), at(&self.files.key)]
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read(files: &TlsConfig) -> anyhow::Result<CertifiedKey> {
    let TlsConfig { certificates, key } = files;
    let (shown, key_shown) = (certificates.display(), key.display());
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("The certificate {shown} cannot be read: check `http.tls_cert`"))?;
    if chain.is_empty() {
        bail!("There is no certificate in {shown}: it must be a PEM file.");
    }
    let key = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("The key {key_shown} cannot be read: it must be a PEM file without a password"))?;
    let certified = CertifiedKey::from_der(chain, key, &provider()).with_context(|| {
        format!("The key {key_shown} does not belong to the certificate {shown}, or cannot be used")
    })?;
    Ok(certified)
}

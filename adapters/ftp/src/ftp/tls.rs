//! Certificates: whom to trust.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::fault::Fault;

/// The TLS settings of every connection to the server. One value is kept, for it also remembers the sessions, and many
/// servers accept a data connection only if it resumes the session of its control connection.
pub(crate) async fn client_config(authorities: Option<&Path>) -> Result<Arc<ClientConfig>, Fault> {
    let roots = match authorities {
        Some(path) => read(path).await?,
        None => RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() },
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::Fatal(format!("TLS could not be set up: {error}.")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

async fn read(path: &Path) -> Result<RootCertStore, Fault> {
    let fatal = |why: String| {
        Fault::Fatal(format!(
            "The file {} of ATELIER_FTP_TLS_CA {why}: it must hold the PEM certificate of the authority that signed the FTP server's.",
            path.display()
        ))
    };
    let pem = tokio::fs::read(path).await.map_err(|error| fatal(format!("cannot be read ({error})")))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| fatal(format!("is no PEM file ({error})")))?;
        roots.add(certificate).map_err(|error| fatal(format!("holds a certificate that cannot be used ({error})")))?;
    }
    if roots.is_empty() { Err(fatal("holds no certificate".to_owned())) } else { Ok(roots) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_or_empty_file_of_authorities_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        for _ in 0..2 {
            let Err(Fault::Fatal(sentence)) = client_config(Some(&path)).await else { panic!("accepted") };
            assert!(sentence.contains("ca.pem") && sentence.contains("ATELIER_FTP_TLS_CA"), "{sentence}");
            std::fs::write(&path, "nothing").unwrap();
        }
    }

    #[tokio::test]
    async fn the_public_authorities_are_the_default() {
        assert!(client_config(None).await.is_ok());
    }
}

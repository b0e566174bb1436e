//! Certificates of the tests' own: an authority, and what it signs.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// An authority, and the folder that its files and those of its certificates are in.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Two authorities of one name are told apart by a signature that does not fit.
        let name = format!("authority {}", COUNT.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::Builder::new().prefix("atelier-tls-").tempdir().unwrap();
        fs::write(folder.path().join("authority.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    /// What `ATELIER_FTP_TLS_CA` takes.
    pub(crate) fn file(&self) -> String {
        self.folder.path().join("authority.pem").to_str().unwrap().to_owned()
    }

    /// A certificate and its key in one PEM file, as both servers take it.
    pub(crate) fn sign(&self, name: &str) -> PathBuf {
        self.sign_until(name, 2096)
    }

    /// One that was good until the first day of `year`.
    pub(crate) fn sign_until(&self, name: &str, year: i32) -> PathBuf {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate: Certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = self.folder.path().join(format!("{name}-{year}.pem"));
        write_private(&file, &format!("{}{}", key.serialize_pem(), certificate.pem()));
        file
    }
}

fn write_private(file: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

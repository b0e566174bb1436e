//! What the tests share.

pub(crate) mod fake;

use std::path::Path;
use std::time::Duration;

use atelier_application::ports::log_source::{Listing, LogSource, SourceError};
use atelier_ftp::FtpConfig;
use futures_util::TryStreamExt;

/// A configuration for a server on loopback that fails fast.
pub(crate) fn config(port: u16) -> FtpConfig {
    FtpConfig { port, timeout: Duration::from_millis(500), retries: 1, ..FtpConfig::new("127.0.0.1") }
}

/// The content from `offset` on.
pub(crate) async fn read(source: &dyn LogSource, path: &str, offset: u64) -> Result<Vec<u8>, SourceError> {
    let content = source.fetch(path, offset).await?;
    let chunks: Vec<_> = content.try_collect().await?;
    Ok(chunks.concat())
}

/// Paths and sizes of a listing.
pub(crate) fn shown(listing: &Listing) -> Vec<(&str, u64)> {
    listing.files.iter().map(|file| (file.path.as_str(), file.size)).collect()
}

/// Writes a file, with the folders it lies in.
pub(crate) fn put(root: &Path, path: &str, content: &[u8]) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

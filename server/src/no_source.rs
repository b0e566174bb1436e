//! What stands in for the log source where only the database is read.

use async_trait::async_trait;
use atelier_application::ports::log_source::{Content, Listing, LogSource, RemoteFile, Removal, SourceError};

/// Deriving sessions again needs no source.
pub(crate) struct NoSource;

#[async_trait]
impl LogSource for NoSource {
    async fn list(&self) -> Result<Listing, SourceError> {
        Ok(Listing::default())
    }

    async fn fetch(&self, path: &str, _offset: u64) -> Result<Content, SourceError> {
        Err(SourceError::NotFound(format!("{path} is not read again: sessions are derived from the stored bytes.")))
    }

    async fn remove(&self, _file: &RemoteFile) -> Result<Removal, SourceError> {
        Ok(Removal::Gone)
    }
}

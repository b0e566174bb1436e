//! Where machine logs come from.

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;

/// A log file as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Relative to the source's root, with `/` between folders: `DEM12 (PVC)/20250528.LOG`.
    pub path: String,
    /// Bytes, as the source tells them.
    pub size: u64,
    /// When the content last changed, where the source tells.
    pub modified: Option<DateTime<Utc>>,
}

/// What a source holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Every `*.LOG` below the root, in any letter case and in sub-folders, sorted by path.
    pub files: Vec<RemoteFile>,
    /// What could not be listed: one bad folder never hides the others.
    pub failures: Vec<ListingFailure>,
}

/// A folder or a file whose listing failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingFailure {
    /// Relative to the source's root.
    pub path: String,
    /// One plain sentence.
    pub reason: String,
}

/// Why a source did not answer. The texts are plain sentences with the remedy, and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The same call may succeed later.
    #[error("{0}")]
    Transient(String),
    /// Somebody has to mend something first.
    #[error("{0}")]
    Permanent(String),
    /// What was asked for is not there (any more).
    #[error("{0}")]
    NotFound(String),
}

impl SourceError {
    /// Whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient(_))
    }
}

/// The content of a file from an offset on, in pieces of any length. It ends without an error only when the source
/// confirmed that the transfer was whole.
pub type Content = BoxStream<'static, Result<Bytes, SourceError>>;

/// What became of the wish to delete a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It was deleted.
    Removed,
    /// It no longer has the size or the date it had, and was left alone.
    Changed,
    /// It is not there.
    Gone,
}

/// Machine logs. Nothing of them is changed but by `remove`.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait LogSource: Send + Sync {
    /// Everything below the root that is a log by its name.
    ///
    /// # Errors
    /// When nothing can be listed: no connection after the retries, refused login, no such root.
    async fn list(&self) -> Result<Listing, SourceError>;

    /// The bytes of `path` from `offset` to its end. An `offset` at or past the end gives no bytes.
    ///
    /// # Errors
    /// When the transfer cannot begin; a later failure is an item of the stream.
    async fn fetch(&self, path: &str, offset: u64) -> Result<Content, SourceError>;

    /// Deletes a file, if it still has the size and the date of `file`: both are looked at again right before.
    ///
    /// # Errors
    /// When it may not be deleted, or nobody knows whether it was: then only the next listing tells.
    async fn remove(&self, file: &RemoteFile) -> Result<Removal, SourceError>;
}

//! Where what is removed from the database is kept.

use async_trait::async_trait;
use atelier_domain::ids::VersionId;
use atelier_domain::time::ProductionDay;

/// What a file of the archive holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Archived {
    /// The raw bytes of a content.
    Raw {
        /// The path of its file, relative to the source's root.
        path: String,
        /// Which content of that file.
        version: VersionId,
    },
    /// The details of a session.
    Details {
        /// The machine's name.
        machine: String,
        /// The session's day.
        day: ProductionDay,
    },
}

/// Why something was not archived: one plain sentence with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ArchiveError(pub String);

/// Keeps files for good.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Archive: Send + Sync {
    /// Whether files can be added, as far as that is known beforehand.
    async fn check(&self) -> Result<(), ArchiveError>;

    /// Begins a file. It is not there before `ArchiveFile::finish`; an older one of the same name is replaced then.
    async fn begin(&self, what: &Archived) -> Result<Box<dyn ArchiveFile>, ArchiveError>;
}

/// A file of the archive in the making. Dropped, it leaves nothing that could be taken for a whole one.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ArchiveFile: Send {
    /// Adds bytes to the end.
    async fn add(&mut self, bytes: Vec<u8>) -> Result<(), ArchiveError>;

    /// Makes it last: from then on it is there, whole, whatever happens to the program or the computer.
    async fn finish(self: Box<Self>) -> Result<(), ArchiveError>;
}

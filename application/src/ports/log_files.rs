//! Reading what is known of log files.

use super::sessions::{Slice, Window};
use super::store_error::StoreResult;
use super::users::User;
use async_trait::async_trait;
use atelier_domain::ids::{LogFileId, MachineId, SessionId, VersionId};
use atelier_domain::log_file::{LineCounts, LogFileState};
use atelier_domain::time::{Instant, ProductionDay};
use futures_util::stream::BoxStream;
use std::collections::HashMap;

/// A stored log file.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredLogFile {
    /// Its identifier.
    pub id: LogFileId,
    /// Whose.
    pub machine: MachineId,
    /// Relative to the source's root.
    pub path: String,
    /// Where it stands.
    pub state: LogFileState,
    /// The size of its present content.
    pub size: u64,
    /// How much of that its lines span.
    pub consumed: u64,
    /// Its present content's lines.
    pub counts: LineCounts,
    /// When it was first seen.
    pub first_seen: Instant,
    /// When it was last read.
    pub last_read: Instant,
    /// When it was finished.
    pub completed: Option<Instant>,
    /// When it was deleted from the server.
    pub removed_from_server: Option<Instant>,
    /// Why it could not be read, the last time.
    pub error: Option<String>,
}

/// A stored reject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReject {
    /// The line's number.
    pub number: u32,
    /// Where its first raw byte stands.
    pub offset: u64,
    /// Why.
    pub reason: String,
    /// Its first 200 characters.
    pub text: String,
}

/// One content of a log file, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// Its identifier; a later one has a higher one.
    pub id: VersionId,
    /// How many bytes it has.
    pub size: u64,
    /// Whether it is, or begins with, what the file held when it was last read.
    pub present: bool,
    /// When something of it was first read.
    pub first_read: Instant,
    /// The first and the last day that its lines touch; nothing without an event.
    pub days: Option<(ProductionDay, ProductionDay)>,
    /// That it was set aside, if it was.
    pub exclusion: Option<VersionExclusion>,
}

/// That a version was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionExclusion {
    /// When.
    pub at: Instant,
    /// By whom; nobody who signs in, on the command line.
    pub by: Option<User>,
    /// Why.
    pub reason: String,
}

/// Which files. A missing value means all, an empty list none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFileFilter {
    /// Of these machines.
    pub machines: Option<Vec<MachineId>>,
    /// In these states.
    pub states: Option<Vec<LogFileState>>,
    /// With rejected lines, or without.
    pub with_rejects: Option<bool>,
}

/// Contents, one after the other, so that only one of them need be in memory.
pub type Contents = BoxStream<'static, StoreResult<(VersionId, Vec<u8>)>>;

/// Stored log files.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait LogFileReader: Send + Sync {
    /// A part of the files that pass the filter, by id.
    async fn log_files(&self, filter: &LogFileFilter, window: &Window<LogFileId>) -> StoreResult<Slice<StoredLogFile>>;

    /// Those of these ids that exist.
    async fn log_files_by_id(&self, ids: &[LogFileId]) -> StoreResult<Vec<StoredLogFile>>;

    /// The files that hold a line of each session, newest date in the name first, then by path.
    async fn log_files_by_session(&self, sessions: &[SessionId])
    -> StoreResult<HashMap<SessionId, Vec<StoredLogFile>>>;

    /// The sessions that each file holds a line of, by day.
    async fn sessions_by_file(&self, files: &[LogFileId]) -> StoreResult<HashMap<LogFileId, Vec<SessionId>>>;

    /// The first `limit` rejected lines of each file, by number, in one statement.
    async fn rejects(&self, files: &[LogFileId], limit: u32) -> StoreResult<HashMap<LogFileId, Vec<StoredReject>>>;

    /// The file that each content was read from, in one statement; a content that is not there is missing.
    async fn version_files(&self, versions: &[VersionId]) -> StoreResult<HashMap<VersionId, StoredLogFile>>;

    /// The versions of each file, oldest first, in one statement.
    async fn versions(&self, files: &[LogFileId]) -> StoreResult<HashMap<LogFileId, Vec<FileVersion>>>;

    /// The bytes of each content, in one statement; one that is not there is missing.
    fn contents(&self, versions: &[VersionId]) -> Contents;
}

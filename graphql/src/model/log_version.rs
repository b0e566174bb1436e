//! Versions of log files.

use super::User;
use crate::scalar::{Date, DateTime, Long};
use async_graphql::{ID, SimpleObject};
use atelier_application::ports::log_files::FileVersion;

/// One content of a log file. What the file appends to it is part of it.
#[derive(SimpleObject)]
pub(crate) struct LogFileVersion {
    /// Its identifier; a later one has a higher one.
    id: ID,
    /// Its size, in bytes.
    size_bytes: Long,
    /// Whether it is, or begins with, what the file held when it was last read.
    present: bool,
    /// When something of it was first read.
    first_read_at: DateTime,
    /// The first day that a line of it touches; null without an event.
    first_date: Option<Date>,
    /// The last day that a line of it touches; null without an event.
    last_date: Option<Date>,
    /// When it was set aside; null while it counts.
    excluded_at: Option<DateTime>,
    /// Who set it aside; null while it counts, and when it was done on the command line.
    excluded_by: Option<User>,
    /// Why it was set aside; null while it counts.
    exclusion_reason: Option<String>,
}

impl From<FileVersion> for LogFileVersion {
    fn from(version: FileVersion) -> Self {
        let (first, last) = version.days.unzip();
        let (excluded_at, excluded_by, exclusion_reason) = match version.exclusion {
            Some(exclusion) => (Some(DateTime(exclusion.at)), exclusion.by.map(Into::into), Some(exclusion.reason)),
            None => (None, None, None),
        };
        Self {
            id: version.id.into(),
            size_bytes: version.size.into(),
            present: version.present,
            first_read_at: DateTime(version.first_read),
            first_date: first.map(Date),
            last_date: last.map(Date),
            excluded_at,
            excluded_by,
            exclusion_reason,
        }
    }
}

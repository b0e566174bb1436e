//! What became of the files of one run that were to be deleted, and how many more it may.

use crate::ingest::Progress;
use crate::ports::log_source::{RemoteFile, SourceError};
use std::collections::HashSet;

/// A run deletes at most so many files …
const MOST_FILES: u32 = 500;
/// … and reads about so many bytes back for it.
const MOST_BYTES: u64 = 256 << 20;
/// After so many files in a row for which the source does not answer, it is left alone.
const FAILURES_IN_A_ROW: u32 = 3;
/// So many files that were kept are told of by name.
const TOLD: u32 = 10;

/// What became of a file that was to be deleted.
pub(super) enum Fate {
    Deleted,
    /// It was there no longer when it was to be read.
    Vanished,
    /// It has other bytes than those stored.
    Differs,
    /// It changed while it was being read.
    Changed,
    /// It could not be read.
    Unread(SourceError),
    /// It could not be deleted, or nobody knows whether it was.
    Refused(SourceError),
}

/// What became of them so far.
pub(super) struct Tally<'p> {
    progress: &'p dyn Progress,
    files: u32,
    bytes: u64,
    kept: u32,
    in_a_row: u32,
    /// Folders of which nothing can be deleted: the right to is one of the folder.
    closed: HashSet<String>,
}

impl<'p> Tally<'p> {
    pub(super) fn new(progress: &'p dyn Progress) -> Self {
        Self { progress, files: 0, bytes: 0, kept: 0, in_a_row: 0, closed: HashSet::new() }
    }

    /// Whether nothing can be deleted of the folder that a file is in.
    pub(super) fn is_closed(&self, file: &RemoteFile) -> bool {
        self.closed.contains(folder(&file.path))
    }

    /// Whether the next file, of this size, is left for the next run.
    pub(super) fn is_over(&self, size: u64) -> bool {
        let tried = self.files + self.kept;
        tried >= MOST_FILES || (tried > 0 && self.bytes + size > MOST_BYTES) || self.in_a_row >= FAILURES_IN_A_ROW
    }

    pub(super) fn note(&mut self, file: &RemoteFile, fate: Fate) {
        self.bytes += file.size;
        let path = &file.path;
        let (reason, transient) = match fate {
            Fate::Deleted => {
                tracing::debug!(path, "deleted from the server");
                self.files += 1;
                self.in_a_row = 0;
                return;
            }
            Fate::Vanished => return,
            Fate::Differs => ("its bytes are not those that are stored; the next run reads it whole".to_owned(), false),
            Fate::Changed => ("it has just changed; the next run reads it".to_owned(), false),
            Fate::Unread(error) => (error.to_string(), error.is_transient()),
            Fate::Refused(error) => {
                if !error.is_transient() {
                    self.closed.insert(folder(path).to_owned());
                }
                (error.to_string(), error.is_transient())
            }
        };
        self.in_a_row = if transient { self.in_a_row + 1 } else { 0 };
        self.kept += 1;
        tracing::warn!(path, reason, "not deleted from the server");
        if self.kept <= TOLD {
            self.progress.warned(&format!("{path} was not deleted from the server: {reason}"));
        }
    }

    pub(super) fn tell(&self) {
        if self.files > 0 {
            tracing::info!(files = self.files, "finished files deleted from the server");
            self.progress.deleted(self.files);
        }
        if self.kept > TOLD {
            let more = self.kept - TOLD;
            self.progress.warned(&format!("{more} more files were not deleted from the server: the log names them."));
        }
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

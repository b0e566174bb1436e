//! Log files.

use super::Reader;
use super::cursor;
use super::page::PageArgs;
use crate::error::AppError;
use crate::ports::log_files::{FileVersion, LogFileFilter, StoredLogFile, StoredReject};
use crate::ports::sessions::{Slice, Window};
use atelier_domain::ids::{LogFileId, SessionId};
use std::collections::HashMap;

impl Reader {
    /// The window that a client asks for.
    pub fn log_file_window(&self, page: &PageArgs) -> Result<Window<LogFileId>, AppError> {
        page.window(self.max_page, cursor::read_log_file)
    }

    /// A part of the files that pass the filter, by id.
    pub async fn log_files(
        &self,
        filter: &LogFileFilter,
        window: &Window<LogFileId>,
    ) -> Result<Slice<StoredLogFile>, AppError> {
        Ok(self.ports.log_files.log_files(filter, window).await?)
    }

    /// Those of these ids that exist.
    pub async fn log_files_by_id(&self, ids: &[LogFileId]) -> Result<Vec<StoredLogFile>, AppError> {
        Ok(self.ports.log_files.log_files_by_id(ids).await?)
    }

    /// The files that hold a line of each session, newest first.
    pub async fn log_files_by_session(
        &self,
        sessions: &[SessionId],
    ) -> Result<HashMap<SessionId, Vec<StoredLogFile>>, AppError> {
        Ok(self.ports.log_files.log_files_by_session(sessions).await?)
    }

    /// The versions of each file, oldest first.
    pub async fn versions(&self, files: &[LogFileId]) -> Result<HashMap<LogFileId, Vec<FileVersion>>, AppError> {
        Ok(self.ports.log_files.versions(files).await?)
    }

    /// The sessions that each file holds a line of, by day.
    pub async fn sessions_by_file(&self, files: &[LogFileId]) -> Result<HashMap<LogFileId, Vec<SessionId>>, AppError> {
        Ok(self.ports.log_files.sessions_by_file(files).await?)
    }

    /// The first `limit` rejected lines of each file, by number.
    pub async fn rejects(
        &self,
        files: &[LogFileId],
        limit: u32,
    ) -> Result<HashMap<LogFileId, Vec<StoredReject>>, AppError> {
        Ok(self.ports.log_files.rejects(files, limit).await?)
    }
}

//! Log files and pages of them.

use super::{LogFileState, LogFileVersion, Machine, PageInfo, Session};
use crate::emit::{Leaves, leaf};
use crate::error::{ApiError, ApiResult};
use crate::loader::LogFileGroup;
use crate::scalar::{DateTime, Long, ids, int};
use async_graphql::{ID, InputObject, Object, SimpleObject};
use atelier_application::error::AppError;
use atelier_application::ports::log_files::{self as port, StoredLogFile, StoredReject};
use atelier_application::query::{cursor, page};
use atelier_domain::ids::LogFileId;
use std::sync::Arc;

/// A log file, whatever it held over time.
#[derive(Clone)]
pub(crate) struct LogFile {
    file: Arc<StoredLogFile>,
    group: Arc<LogFileGroup>,
}

impl LogFile {
    /// A file among its siblings.
    pub(crate) fn new(file: Arc<StoredLogFile>, group: Arc<LogFileGroup>) -> Self {
        Self { file, group }
    }

    /// Its identifier.
    pub(crate) fn id(&self) -> LogFileId {
        self.file.id
    }

    fn cursor(&self) -> String {
        cursor::log_file(self.file.id)
    }
}

/// A log file of a machine. Its counts are those of its present content: `lines` = `events` + `ignoredLines` +
/// `rejectedCount`.
#[Object]
impl LogFile {
    /// Its identifier.
    #[graphql(name = "id")]
    async fn graphql_id(&self) -> ID {
        self.file.id.into()
    }

    /// Whose it is.
    async fn machine(&self) -> ApiResult<Machine> {
        let machine = self.group.machines().await?.get(&self.file.machine).cloned();
        machine.ok_or_else(|| {
            ApiError::from(AppError::Internal(format!(
                "log file {} has no machine {}",
                self.file.id, self.file.machine
            )))
        })
    }

    /// Its path relative to the source's root, with `/`.
    async fn path(&self) -> &str {
        &self.file.path
    }

    /// Where it stands.
    async fn state(&self) -> LogFileState {
        self.file.state.into()
    }

    /// The size of its present content, in bytes.
    async fn size_bytes(&self) -> Long {
        self.file.size.into()
    }

    /// How many of those bytes its lines span, in bytes: what follows is a line that may still be being written.
    async fn consumed_bytes(&self) -> Long {
        self.file.consumed.into()
    }

    /// All of its lines.
    async fn lines(&self) -> i32 {
        int(self.file.counts.lines)
    }

    /// Lines that say something.
    async fn events(&self) -> i32 {
        int(self.file.counts.events)
    }

    /// Lines that are no log lines, blank ones too.
    async fn ignored_lines(&self) -> i32 {
        int(self.file.counts.ignored)
    }

    /// The lines that could not be read, by number.
    async fn rejected_lines(
        &self,
        #[graphql(desc = "At most so many; at most 500.", default = 50)] first: Option<i32>,
    ) -> ApiResult<Leaves<RejectedLine>> {
        let limit = page::size(
            "first",
            first.map_or(i64::from(page::DEFAULT_PAGE), i64::from),
            self.group.reader().max_page(),
        )?;
        Ok(Leaves(self.group.rejects(limit).await?.get(&self.file.id).cloned().unwrap_or_default()))
    }

    /// How many lines could not be read.
    async fn rejected_count(&self) -> i32 {
        int(self.file.counts.rejected)
    }

    /// When it was first seen.
    async fn first_seen_at(&self) -> DateTime {
        DateTime(self.file.first_seen)
    }

    /// When it was last read.
    async fn last_read_at(&self) -> Option<DateTime> {
        Some(DateTime(self.file.last_read))
    }

    /// When it was finished; null while it grows.
    async fn completed_at(&self) -> Option<DateTime> {
        self.file.completed.map(DateTime)
    }

    /// When it was deleted from the server; null while it is there.
    async fn removed_from_server_at(&self) -> Option<DateTime> {
        self.file.removed_from_server.map(DateTime)
    }

    /// Why it could not be read the last time; null when it could.
    async fn error(&self) -> Option<&str> {
        self.file.error.as_deref()
    }

    /// All contents it had, oldest first: each that is not the beginning of another one. All of them count, but those that
    /// were set aside.
    async fn versions(&self) -> ApiResult<Vec<LogFileVersion>> {
        let versions = self.group.versions().await?;
        Ok(versions.get(&self.file.id).into_iter().flatten().cloned().map(Into::into).collect())
    }

    /// The sessions that it holds a line of, by day.
    async fn sessions(&self) -> ApiResult<Vec<Session>> {
        Ok(self.group.sessions().await?.get(&self.file.id).cloned().unwrap_or_default())
    }
}

leaf! {
    /// A line that could not be read, and where it is.
    RejectedLine as "RejectedLine" (line: StoredReject) {
        /// Its number in the file, from 1.
        line_number "lineNumber": i32 = int(line.number);
        /// Where its first byte stands in the file, from 0.
        byte_offset "byteOffset": Long = line.offset.into();
        /// Why it could not be read.
        reason "reason": String = line.reason.clone();
        /// Its first 200 characters.
        text "text": String = line.text.clone();
    }
}

/// Which log files. A missing value means all, an empty list none.
#[derive(InputObject)]
pub(crate) struct LogFileFilter {
    /// Of these machines.
    machine_ids: Option<Vec<ID>>,
    /// In these states.
    states: Option<Vec<LogFileState>>,
    /// With rejected lines, or without.
    with_rejects: Option<bool>,
}

impl LogFileFilter {
    /// What the store is asked.
    pub(crate) fn port(filter: Option<Self>) -> ApiResult<port::LogFileFilter> {
        let Some(Self { machine_ids, states, with_rejects }) = filter else {
            return Ok(port::LogFileFilter::default());
        };
        let states = states.map(|states| states.into_iter().map(Into::into).collect());
        Ok(port::LogFileFilter { machines: ids("machineIds", machine_ids.as_deref())?, states, with_rejects })
    }
}

/// A page of log files, by id.
pub(crate) struct LogFileConnection {
    pub(crate) files: Vec<LogFile>,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
}

/// A page of log files, by id.
#[Object]
impl LogFileConnection {
    /// The files, each with its place.
    async fn edges(&self) -> Vec<LogFileEdge> {
        self.files.iter().map(|file| LogFileEdge { cursor: file.cursor(), node: file.clone() }).collect()
    }

    /// The files.
    async fn nodes(&self) -> &[LogFile] {
        &self.files
    }

    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.files.first().map(LogFile::cursor),
            end_cursor: self.files.last().map(LogFile::cursor),
        }
    }
}

/// A log file and its place in the list.
#[derive(SimpleObject)]
pub(crate) struct LogFileEdge {
    /// Its place, for `after`.
    cursor: String,
    /// The file.
    node: LogFile,
}

//! Runs of the synchronisation.

use super::Reader;
use super::cursor;
use super::page::PageArgs;
use crate::error::AppError;
use crate::ports::sessions::{Slice, Window};
use crate::ports::sync_runs::{SyncRun, SyncSource};
use atelier_domain::ids::SyncRunId;

impl Reader {
    /// The window that a client asks for.
    pub fn sync_run_window(&self, page: &PageArgs) -> Result<Window<SyncRunId>, AppError> {
        page.window(self.max_page, cursor::read_sync_run)
    }

    /// A part of the runs of a source, or of all, the newest first.
    pub async fn sync_runs(
        &self,
        source: Option<SyncSource>,
        window: &Window<SyncRunId>,
    ) -> Result<Slice<SyncRun>, AppError> {
        Ok(self.ports.sync_runs.sync_runs(source, window).await?)
    }
}

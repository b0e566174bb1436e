//! What a run tells while it works.

use crate::ports::sync_runs::SyncRun;

/// Somebody who watches a run. Every method may be called often and must return at once.
pub trait Progress: Send + Sync {
    /// The run is recorded and begins.
    fn started(&self, run: &SyncRun) {
        let _ = run;
    }

    /// So many files will be read, with about so many bytes.
    fn planned(&self, files: u32, bytes: u64) {
        let _ = (files, bytes);
    }

    /// The run got on.
    fn advanced(&self, run: &SyncRun) {
        let _ = run;
    }

    /// Something that people should see, and no failure: a folder that no machine claims.
    fn warned(&self, warning: &str) {
        let _ = warning;
    }

    /// So many finished files were deleted from the server.
    fn deleted(&self, files: u32) {
        let _ = files;
    }

    /// A step was committed: there may be new sessions.
    fn committed(&self) {}

    /// Whether the run should stop after what it has in hand.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}

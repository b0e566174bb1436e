//! From a log source to stored sessions.
//!
//! A run asks the source what is there and the store what it has, fetches only what differs, and commits in steps: each
//! step holds the raw bytes of some files of one machine, what they say, and the sessions that follow. A run that is killed
//! leaves its last step whole or not at all, and the next run goes on from there.

mod body;
mod claim;
mod cleanup;
mod commit;
mod derive;
mod exclusion;
mod fetch;
mod flow;
mod frozen;
mod large;
mod learning;
mod progress;
mod reach;
mod rederive;
mod replay;
mod run;

pub use claim::{Claims, claim};
pub use cleanup::Cleanup;
pub(crate) use commit::Fresh;
pub(crate) use derive::Basis;
pub use exclusion::{AskedBy, Exclusions, Rederived};
pub(crate) use frozen::Frozen;
pub use progress::{NoProgress, Progress};
pub(crate) use reach::close;
pub use replay::{MachineRef, ReplayError, ReplayScope};
pub use run::{Outcome, RunError};

use crate::ports::clock::Clock;
use crate::ports::ingest_store::IngestStore;
use crate::ports::log_format::LogFormat;
use crate::ports::log_source::LogSource;
use crate::ports::machines::MachineStore;
use crate::ports::scratch::Scratch;
use crate::ports::sync_runs::SyncRunStore;
use atelier_domain::time::PlantZone;
use std::sync::Arc;

/// How much is held in memory. What is larger takes another way with the same result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Of one content, in bytes.
    pub content: usize,
    /// Of all contents that have lines on the days that are derived together, in bytes.
    pub contents: usize,
    /// Of a content that is read piece by piece, in bytes.
    pub block: usize,
    /// Of days that are derived piece by piece, in lines.
    pub lines: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { content: 4 << 20, contents: 16 << 20, block: 1 << 20, lines: 20_000 }
    }
}

/// The use case: what it needs from the outside.
#[derive(Clone)]
pub struct Ingest {
    /// Where logs come from.
    pub source: Arc<dyn LogSource>,
    /// How they read.
    pub format: Arc<dyn LogFormat>,
    /// Where they go.
    pub store: Arc<dyn IngestStore>,
    /// Which machines there are.
    pub machines: Arc<dyn MachineStore>,
    /// Its runs, and the lock among them.
    pub runs: Arc<dyn SyncRunStore>,
    /// Room for what does not fit into memory.
    pub scratch: Arc<dyn Scratch>,
    /// How much that is.
    pub room: Room,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The plant's zone and the start of its days.
    pub zone: PlantZone,
    /// What becomes of finished files on the server.
    pub cleanup: Cleanup,
}

//! What looks wrong, and where.

use crate::event::Source;
use crate::time::Instant;
use std::fmt;

/// What kind of thing looks wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnomalyKind {
    /// A line steps back in time from the one before it.
    ClockWentBack,
    /// A piece was finished between a stop and the next start.
    PieceWhileStopped,
    /// A wait and a stop share time; the stop wins.
    WaitOverlapsStop,
    /// The pieces of a session took less time than their reference cycle times.
    ReferenceCycleTooLong,
    /// A complete session without a piece.
    NoPieces,
    /// A file holds lines that cannot be read.
    RejectedLines,
    /// A file's bytes changed where it had been read already.
    FileRewritten,
    /// A file became shorter.
    FileTruncated,
    /// Nothing new came from a machine for a while in which it should have worked.
    MachineSilent,
}

impl AnomalyKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::ClockWentBack,
        Self::PieceWhileStopped,
        Self::WaitOverlapsStop,
        Self::ReferenceCycleTooLong,
        Self::NoPieces,
        Self::RejectedLines,
        Self::FileRewritten,
        Self::FileTruncated,
        Self::MachineSilent,
    ];

    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClockWentBack => "CLOCK_WENT_BACK",
            Self::PieceWhileStopped => "PIECE_WHILE_STOPPED",
            Self::WaitOverlapsStop => "WAIT_OVERLAPS_STOP",
            Self::ReferenceCycleTooLong => "REFERENCE_CYCLE_TOO_LONG",
            Self::NoPieces => "NO_PIECES",
            Self::RejectedLines => "REJECTED_LINES",
            Self::FileRewritten => "FILE_REWRITTEN",
            Self::FileTruncated => "FILE_TRUNCATED",
            Self::MachineSilent => "MACHINE_SILENT",
        }
    }
}

impl fmt::Display for AnomalyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something in a session that looks wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionAnomaly {
    /// What.
    pub kind: AnomalyKind,
    /// When.
    pub at: Instant,
    /// The line that shows it, if one does.
    pub source: Option<Source>,
    /// One sentence for people.
    pub message: String,
}

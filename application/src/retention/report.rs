//! What was removed, or would be.

use crate::ports::retention::DetailCounts;
use atelier_domain::time::ProductionDay;

/// The first and the last day of something.
pub type Span = Option<(ProductionDay, ProductionDay)>;

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Whether nothing was removed, and this is what would be.
    pub dry_run: bool,
    /// Each machine that was come to.
    pub machines: Vec<MachineReport>,
    /// Why it ended before its end.
    pub stopped: Option<Stopped>,
}

/// Why a run ended before its end. What it removed until then is in the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// It was told to.
    Interrupted,
    /// One sentence.
    Failed(String),
}

/// Of one machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineReport {
    /// Its name.
    pub machine: String,
    /// Of its sessions.
    pub details: DetailsReport,
    /// Of its contents.
    pub raw: RawReport,
}

/// Details of sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DetailsReport {
    /// How many sessions.
    pub sessions: u64,
    /// How many rows.
    pub rows: DetailCounts,
    /// Of which days.
    pub days: Span,
}

impl DetailsReport {
    pub(super) fn add(&mut self, day: ProductionDay, rows: DetailCounts) {
        self.sessions += 1;
        self.rows += rows;
        self.days = wider(self.days, Some((day, day)));
    }
}

/// Raw bytes of contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawReport {
    /// How many contents.
    pub contents: u64,
    /// How many bytes, unpacked.
    pub bytes: u64,
    /// The days that they touch.
    pub days: Span,
    /// Contents that are old and stay.
    pub kept: Vec<Kept>,
}

impl RawReport {
    pub(super) fn add(&mut self, bytes: u64, days: Span) {
        self.contents += 1;
        self.bytes += bytes;
        self.days = wider(self.days, days);
    }
}

/// A content that is old and stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The path of its file.
    pub path: String,
    /// Why.
    pub why: Why,
}

/// Why a content stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It came with lines of days whose raw bytes had been removed: no session holds them.
    Late,
    /// Its file has only a part of it now.
    Shortened,
    /// Not all of its bytes are stored.
    NotWhole,
}

impl Why {
    /// As people and programs read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Late => "it came after raw bytes of its days had been removed, so no session holds its lines",
            Self::Shortened => "its file on the server has become shorter",
            Self::NotWhole => "not all of its bytes are stored",
        }
    }
}

fn wider(one: Span, other: Span) -> Span {
    match (one, other) {
        (Some((from, to)), Some((first, last))) => Some((from.min(first), to.max(last))),
        (one, other) => one.or(other),
    }
}

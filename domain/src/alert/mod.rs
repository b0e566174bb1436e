//! What needs somebody's attention now.
//!
//! An alert is a condition that holds: [`conditions`] computes from what is known all that hold at a moment, and the open
//! alerts are made equal to them. Nothing is remembered between two looks, so none that was missed does harm.

mod rules;

pub use rules::conditions;

use crate::calendar::Calendars;
use crate::ids::MachineId;
use crate::time::{Instant, PlantZone, ProductionDay};
use crate::units::Millis;
use std::fmt;

/// What happened once is told for so long.
pub const RECENT: Millis = Millis::DAY;

/// So many ended runs of each source are looked at.
pub const RUNS: usize = 3;

/// What is wrong. An alert is told by its kind and its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlertKind {
    /// A file could not be read three runs in a row.
    FileQuarantined,
    /// The last run of a source could do nothing.
    SyncFailed,
    /// The last three runs of a source left something out.
    SyncPartial,
    /// A source that has a schedule was not synchronised for too long.
    SyncOverdue,
    /// A file that was read lately holds lines that cannot be read.
    RejectedLines,
    /// A file changed lately where it had been read already, or became shorter.
    FileChanged,
    /// Nothing new came from a machine for a while in which it should have worked.
    MachineSilent,
    /// So many orders were not in the ERP any more that it was not believed.
    OrdersMissing,
}

impl AlertKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::FileQuarantined,
        Self::SyncFailed,
        Self::SyncPartial,
        Self::SyncOverdue,
        Self::RejectedLines,
        Self::FileChanged,
        Self::MachineSilent,
        Self::OrdersMissing,
    ];

    /// As columns, the API and notifications write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FileQuarantined => "FILE_QUARANTINED",
            Self::SyncFailed => "SYNC_FAILED",
            Self::SyncPartial => "SYNC_PARTIAL",
            Self::SyncOverdue => "SYNC_OVERDUE",
            Self::RejectedLines => "REJECTED_LINES",
            Self::FileChanged => "FILE_CHANGED",
            Self::MachineSilent => "MACHINE_SILENT",
            Self::OrdersMissing => "ORDERS_MISSING",
        }
    }

    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::SyncFailed | Self::SyncOverdue => Severity::Critical,
            Self::FileQuarantined
            | Self::SyncPartial
            | Self::FileChanged
            | Self::MachineSilent
            | Self::OrdersMissing => Severity::Warning,
            Self::RejectedLines => Severity::Info,
        }
    }
}

impl fmt::Display for AlertKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look at it.
    Warning,
    /// Somebody must look at it: what is shown is out of date, or will be.
    Critical,
}

impl Severity {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// As columns, the API and notifications write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
        }
    }
}

/// Something that is wrong now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is wrong.
    pub kind: AlertKind,
    /// With what: the path of a file, the name of a source. At most one condition of a kind has it.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
    /// The machine it is about, if it is about one.
    pub machine: Option<MachineId>,
    /// One sentence or more for people.
    pub message: String,
    /// Of a silence, when it began: each is an anomaly, too.
    pub silence: Option<Silence>,
}

/// That nothing new came from a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// When something last came.
    pub since: Instant,
    /// The production day of that.
    pub day: ProductionDay,
}

/// What is known at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Files that could not be read three runs in a row.
    pub quarantined: Vec<QuarantinedFile>,
    /// Files with rejected lines that were read lately.
    pub rejected: Vec<RejectingFile>,
    /// What was lately noted of files that changed.
    pub changed: Vec<ChangedFile>,
    /// The runs of each source.
    pub sources: Vec<SourceFacts>,
    /// The machines that are in use and have a calendar, when something came from them.
    pub machines: Vec<Arrival>,
    /// The first moment of which anything is known; nothing before the first machine is.
    pub known_since: Option<Instant>,
}

/// When something new last came from a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Which.
    pub machine: MachineId,
    /// Its name.
    pub name: String,
    /// When it should work.
    pub calendars: Calendars,
    /// When new lines last came.
    pub at: Instant,
}

/// A file that could not be read three runs in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinedFile {
    /// Whose.
    pub machine: MachineId,
    /// Which.
    pub path: String,
    /// Why, the last time.
    pub error: Option<String>,
}

/// A file with rejected lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectingFile {
    /// Whose.
    pub machine: MachineId,
    /// Which.
    pub path: String,
    /// How many.
    pub lines: u32,
    /// When it was last read.
    pub read_at: Instant,
}

/// How a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Its bytes changed where it had been read.
    Rewritten,
    /// It became shorter.
    Truncated,
}

/// A file that did not just grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Whose.
    pub machine: MachineId,
    /// Which.
    pub path: String,
    /// How.
    pub change: Change,
    /// When that was first noted.
    pub noted_at: Instant,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// All well.
    Succeeded,
    /// Something was left out.
    Partial,
    /// Nothing could be done.
    Failed,
}

/// The runs of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFacts {
    /// Which source.
    pub source: &'static str,
    /// How the last [`RUNS`] ended and what failed in them, the newest first.
    pub ended: Vec<(RunEnd, Option<String>)>,
    /// When the last one ended that brought something or found that there was nothing to bring.
    pub last_good: Option<Instant>,
    /// How many orders the last one that ended did not find any more, and did not believe it.
    pub orders_missing: u32,
}

/// What the plant expects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectations {
    /// The sources that are synchronised on schedule, each with how long it may go without before it is overdue.
    pub scheduled: Vec<(&'static str, Millis)>,
    /// When machines should write; without it none is missed.
    pub attendance: Option<Attendance>,
}

/// When machines should write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attendance {
    /// The plant's zone and the start of its days.
    pub zone: PlantZone,
    /// One from which nothing new came in so much required time is silent.
    pub silence: Millis,
}

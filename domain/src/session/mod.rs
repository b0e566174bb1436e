//! A session: one machine, one production day, and what happened on it.

mod assess;
mod carry;
mod day;
mod details;
mod fold;
mod inputs;
mod timeline;
mod walk;

pub use assess::{Assessment, assess};
pub use carry::{Carry, LoadedJob, LoggedWait, OpenStop};
pub use day::Day;
pub use details::{Cycles, Details, SpreadBuilder, assessment_anomaly, session_anomalies};
pub use fold::{Derived, fold};
pub use inputs::{Inputs, Qualification, Scrap, Watched};
pub use timeline::{TimelineInterval, timeline};
pub use walk::{Keep, Walk, Walked};

use crate::event::Source;
use crate::ids::LogFileId;
use crate::interval::{Interval, IntervalSet};
use crate::kpi::observed::ObservedProduction;
use crate::kpi::tally::Tally;
use crate::time::{Instant, ProductionDay};
use crate::units::Millis;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whether more may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionStatus {
    /// The day is not over, or one of its files is unfinished.
    Open,
    /// Over.
    Complete,
}

impl SessionStatus {
    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Complete => "COMPLETE",
        }
    }
}

/// One production day of a machine, derived from its stream, without its [`Details`].
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Which day.
    pub day: ProductionDay,
    /// Whether more may come.
    pub status: SessionStatus,
    /// How many events of any kind.
    pub events: u32,
    /// How many of each event without a meaning of its own, by name.
    pub other_events: BTreeMap<String, u32>,
    /// The earliest event; nothing on a day that the calendar required and on which nothing came.
    pub first_event: Option<Instant>,
    /// The latest event.
    pub last_event: Option<Instant>,
    /// The earliest piece.
    pub first_piece: Option<Instant>,
    /// The latest piece.
    pub last_piece: Option<Instant>,
    /// The earliest start by the operator.
    pub first_start: Option<Instant>,
    /// The latest stop by the operator.
    pub last_stop: Option<Instant>,
    /// How many bars were loaded.
    pub job_count: u32,
    /// As logged, clipped to the day, by start.
    pub waits: Vec<WaitPeriod>,
    /// Clipped to the session's window, by start.
    pub stops: Vec<StopPeriod>,
    /// All files that hold a line of it.
    pub files: BTreeSet<LogFileId>,
    /// What stops are clipped to: from the earlier of opening and first event to the later of closing and last event.
    pub window: Interval,
    /// The figures of the replaced system, made consistent.
    pub observed: ObservedProduction,
    /// When its pieces were finished, and how long each should have taken.
    pub tally: Tally,
}

impl Session {
    /// From its first event to its last; of length 0 without any.
    pub fn active(&self) -> Interval {
        let start = self.first_event.unwrap_or(self.window.start());
        Interval::new(start, self.last_event.unwrap_or(start))
    }
}

/// A finished piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// From 1, in stream order.
    pub number: u32,
    /// When it was finished.
    pub at: Instant,
    /// Free text.
    pub details: Option<String>,
    /// The last bar loaded before it in the stream, even on an earlier day.
    pub job: Option<JobKey>,
    /// The gap to the piece before it on that day less stops and waits in it.
    pub cycle: Option<Millis>,
    /// Where it was read.
    pub source: Source,
}

/// A bar, named by the day it was loaded on and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobKey {
    /// The production day it was loaded on.
    pub day: ProductionDay,
    /// From 1, in stream order.
    pub number: u32,
}

/// A profile bar loaded in a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// From 1, in stream order.
    pub number: u32,
    /// The profile's reference.
    pub reference: String,
    /// In mm.
    pub length_mm: Option<f64>,
    /// Such as `7016 G ALU`.
    pub colour: Option<String>,
    /// When it was loaded.
    pub started_at: Instant,
    /// How many pieces of its own session came from it.
    pub pieces: u32,
    /// Where it was read.
    pub source: Source,
}

/// A wait, clipped to its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitPeriod {
    /// From when to when.
    pub interval: Interval,
    /// Where it was read.
    pub source: Source,
}

/// A stop, clipped to its session's window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopPeriod {
    /// Its start in this session.
    pub start: Instant,
    /// Its end in this session; nothing while it lasts.
    pub end: Option<Instant>,
    /// Its clipped length; for one that lasts, up to the session's last event.
    pub length: Millis,
    /// When the operator stopped the machine, maybe on an earlier day.
    pub since: Instant,
    /// Where that was read.
    pub source: Source,
    /// Why, if somebody said so.
    pub qualification: Option<Arc<Qualification>>,
}

impl StopPeriod {
    /// Whether it is no part of required time.
    pub fn is_planned(&self) -> bool {
        self.qualification.as_ref().is_some_and(|qualification| qualification.planned)
    }

    /// Whether it has no end yet.
    pub fn is_ongoing(&self) -> bool {
        self.end.is_none()
    }

    /// The stretch of time it takes of its session.
    pub fn interval(&self) -> Interval {
        Interval::new(self.start, self.start + self.length)
    }
}

/// The union of some stops.
pub fn stop_set(stops: &[StopPeriod]) -> IntervalSet {
    stops.iter().map(StopPeriod::interval).collect()
}

/// The union of some waits.
pub fn wait_set(waits: &[WaitPeriod]) -> IntervalSet {
    waits.iter().map(|wait| wait.interval).collect()
}

#[cfg(test)]
mod tests;

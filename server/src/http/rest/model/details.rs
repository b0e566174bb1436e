//! What sessions hold.

use super::{AnomalyKind, DateTime, MachineState, StopReason};
use atelier_application::ports::log_files::StoredLogFile;
use atelier_application::ports::sessions::{StoredAnomaly, StoredJob, StoredPiece, StoredStop, StoredWait};
use atelier_domain::session;
use atelier_domain::units::Millis;
use serde::Serialize;
use utoipa::ToSchema;

/// A profile bar loaded in a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    /// Its identifier.
    id: String,
    /// The profile's reference.
    #[schema(example = "215023")]
    reference: String,
    /// Its length, in mm; null when the machine wrote none that can be read.
    length_mm: Option<f64>,
    /// Its colour; null when the machine wrote none.
    #[schema(example = "7016 G ALU")]
    colour: Option<String>,
    /// When it was loaded.
    started_at: DateTime,
    /// How many pieces came from it, also in later sessions.
    pieces: u64,
}

impl Job {
    /// A bar with the number of pieces that other sessions cut from it.
    pub(crate) fn new(job: StoredJob, carried: u64) -> Self {
        Self {
            id: job.id.to_string(),
            reference: job.reference,
            length_mm: job.length_mm,
            colour: job.colour,
            started_at: DateTime(job.started_at),
            pieces: u64::from(job.own_pieces) + carried,
        }
    }
}

/// A finished piece.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Piece {
    /// Its identifier.
    id: String,
    /// Its number in the session, from 1, in the order of the machine's log.
    number: u32,
    /// When it was finished.
    produced_at: DateTime,
    /// What the machine wrote of it; null when it wrote nothing.
    details: Option<String>,
    /// The bar it came from: the last one loaded before it, be it on an earlier day; null when there was none.
    job: Option<Job>,
    /// Time since the piece before it on that day less stops and waits, in seconds; null for the first piece.
    cycle_seconds: Option<f64>,
}

impl Piece {
    /// A piece with its bar.
    pub(crate) fn new(piece: StoredPiece, job: Option<Job>) -> Self {
        Self {
            id: piece.id.to_string(),
            number: piece.number,
            produced_at: DateTime(piece.at),
            details: piece.details,
            job,
            cycle_seconds: piece.cycle.map(Millis::seconds),
        }
    }
}

/// A stretch of time in which the machine waited, as logged, clipped to its production day.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WaitPeriod {
    /// Its identifier.
    id: String,
    /// When it began.
    started_at: DateTime,
    /// When it ended.
    ended_at: DateTime,
    /// Its clipped length, in seconds.
    duration_seconds: f64,
}

impl From<StoredWait> for WaitPeriod {
    fn from(wait: StoredWait) -> Self {
        Self {
            id: wait.id.to_string(),
            started_at: DateTime(wait.interval.start()),
            ended_at: DateTime(wait.interval.end()),
            duration_seconds: wait.interval.length().seconds(),
        }
    }
}

/// A stretch of time in which the operator had stopped the machine, clipped to its session's window.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StopPeriod {
    /// Its identifier.
    id: String,
    /// When it began, in this session.
    started_at: DateTime,
    /// When it ended, in this session; null while it lasts.
    ended_at: Option<DateTime>,
    /// Its clipped length, in seconds; of one that lasts, up to the session's last event.
    duration_seconds: f64,
    /// Whether it still lasts.
    ongoing: bool,
    /// Why it was; null when nobody said so.
    reason: Option<StopReason>,
    /// What was said about it; null when nothing was.
    comment: Option<String>,
}

impl StopPeriod {
    /// A stop with its reason.
    pub(crate) fn new(stop: StoredStop, reason: Option<StopReason>) -> Self {
        Self {
            id: stop.id.to_string(),
            started_at: DateTime(stop.start),
            ended_at: stop.end.map(DateTime),
            duration_seconds: stop.length.seconds(),
            ongoing: stop.end.is_none(),
            reason,
            comment: stop.comment,
        }
    }
}

/// A stretch of a session in which the machine did one thing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimelineInterval {
    /// What it did: `RUNNING`, `WAITING` or `STOPPED`.
    state: MachineState,
    /// When it began.
    started_at: DateTime,
    /// When the next one begins; of the last one, the session's last event.
    ended_at: DateTime,
    /// How many pieces were finished meanwhile. A piece on a boundary belongs to the interval that begins there.
    pieces: u32,
}

impl From<session::TimelineInterval> for TimelineInterval {
    fn from(part: session::TimelineInterval) -> Self {
        Self {
            state: part.state.into(),
            started_at: DateTime(part.interval.start()),
            ended_at: DateTime(part.interval.end()),
            pieces: part.pieces,
        }
    }
}

/// Something odd in what a machine wrote, or in what follows from it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Anomaly {
    /// Its identifier.
    id: String,
    /// What is odd.
    kind: AnomalyKind,
    /// When it happened.
    at: DateTime,
    /// The log file it was found in; null when it is in none.
    log_file: Option<LogFileRef>,
    /// The number of the line it was found on, from 1; null when it is on none.
    line_number: Option<u32>,
    /// One sentence for people.
    message: String,
}

impl Anomaly {
    /// An anomaly with its file.
    pub(crate) fn new(anomaly: StoredAnomaly, log_file: Option<LogFileRef>) -> Self {
        Self {
            id: anomaly.id.to_string(),
            kind: anomaly.kind.into(),
            at: DateTime(anomaly.at),
            log_file,
            line_number: anomaly.line,
            message: anomaly.message,
        }
    }
}

/// Which log file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LogFileRef {
    /// Its identifier.
    id: String,
    /// Its path below the log source's root.
    #[schema(example = "DEM12 (PVC)/20250528.LOG")]
    path: String,
}

impl From<&StoredLogFile> for LogFileRef {
    fn from(file: &StoredLogFile) -> Self {
        Self { id: file.id.to_string(), path: file.path.clone() }
    }
}

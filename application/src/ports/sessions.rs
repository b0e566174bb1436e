//! Reading sessions and what they hold. Every method is one SQL statement, whatever the number of ids it is given.

use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{AnomalyId, JobId, LogFileId, MachineId, PeriodId, PieceId, Revision, SessionId};
use atelier_domain::interval::Interval;
use atelier_domain::kpi::observed::ObservedProduction;
use atelier_domain::kpi::trs::Trs;
use atelier_domain::machine::MachineType;
use atelier_domain::session::SessionStatus;
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use std::collections::{BTreeMap, HashMap};

/// A stored session without what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionSummary {
    /// Its identifier; grows in the order in which sessions were committed.
    pub id: SessionId,
    /// Whose.
    pub machine: MachineId,
    /// Which day.
    pub day: ProductionDay,
    /// Whether more may come.
    pub status: SessionStatus,
    /// The earliest event; nothing on a day on which nothing came.
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
    /// Events of any kind.
    pub events: u32,
    /// Events without a meaning of their own, by name.
    pub other_events: BTreeMap<String, u32>,
    /// Figures; its `pieces` are the session's total.
    pub observed: ObservedProduction,
    /// The TRS and its times.
    pub trs: Trs,
    /// When it was first stored.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// Grows with every change to any session.
    pub revision: Revision,
    /// When its pieces, bars, waits and stops were removed because they are old.
    pub details_removed_at: Option<Instant>,
}

/// Which sessions. A missing value means all, an empty list none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionFilter {
    /// Of these machines.
    pub machines: Option<Vec<MachineId>>,
    /// Of machines of these types.
    pub types: Option<Vec<MachineType>>,
    /// From this day on.
    pub from: Option<ProductionDay>,
    /// Up to this day, which is in.
    pub to: Option<ProductionDay>,
    /// With this status.
    pub status: Option<SessionStatus>,
    /// With at least so many pieces.
    pub min_pieces: Option<u32>,
    /// With a TRS below this; one without a TRS does not pass.
    pub trs_below: Option<f64>,
}

/// What sessions are ordered by; ties by id in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionOrderField {
    /// The production day.
    Date,
    /// The number of pieces.
    TotalPieces,
    /// The TRS; sessions without one come before all others in ascending order.
    Trs,
    /// The occupancy rate; sessions without one come before all others in ascending order.
    Occupancy,
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionOrder {
    /// By what.
    pub field: SessionOrderField,
    /// From the largest down.
    pub descending: bool,
}

/// Where a page begins or ends: the place of a session in an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SessionCursor {
    /// The value of the order's field: days since 1970-01-01, the number of pieces, or the rate (−1 without one).
    pub key: f64,
    /// The session.
    pub id: SessionId,
}

/// Which part of an ordered list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window<C> {
    /// At most so many.
    pub limit: u32,
    /// Only what comes after this.
    pub after: Option<C>,
    /// Only what comes before this.
    pub before: Option<C>,
    /// The last ones of what is left, instead of the first.
    pub from_end: bool,
}

/// A part of an ordered list, always in the list's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice<T> {
    /// What it holds.
    pub items: Vec<T>,
    /// Whether the list goes on after it.
    pub has_next: bool,
    /// Whether the list has something before it.
    pub has_previous: bool,
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self { items: Vec::new(), has_next: false, has_previous: false }
    }
}

/// Where a fact was read, as the store knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoredSource {
    /// Which content of which file.
    pub version: atelier_domain::ids::VersionId,
    /// The line's number in it.
    pub line: u32,
}

/// A stored bar.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredJob {
    /// Its identifier.
    pub id: JobId,
    /// In which session it was loaded.
    pub session: SessionId,
    /// The profile's reference.
    pub reference: String,
    /// In mm.
    pub length_mm: Option<f64>,
    /// Such as `7016 G ALU`.
    pub colour: Option<String>,
    /// When it was loaded.
    pub started_at: Instant,
    /// Pieces of its own session; `SessionReader::carried_pieces` knows the others.
    pub own_pieces: u32,
    /// Where it was read.
    pub source: StoredSource,
}

/// A stored wait.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredWait {
    /// Its identifier.
    pub id: PeriodId,
    /// From when to when, clipped to its day.
    pub interval: Interval,
    /// Where it was read.
    pub source: StoredSource,
}

/// A stored stop.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredStop {
    /// Its identifier.
    pub id: PeriodId,
    /// Its start in the session.
    pub start: Instant,
    /// Its end in the session; nothing while it lasts.
    pub end: Option<Instant>,
    /// Its clipped length.
    pub length: Millis,
    /// When the operator stopped the machine, maybe on an earlier day.
    pub since: Instant,
    /// The code of its reason, if somebody said it.
    pub reason: Option<String>,
    /// What was said about it.
    pub comment: Option<String>,
    /// Where it was read.
    pub source: StoredSource,
}

/// A stored piece.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPiece {
    /// Its identifier.
    pub id: PieceId,
    /// From 1.
    pub number: u32,
    /// When it was finished.
    pub at: Instant,
    /// Free text.
    pub details: Option<String>,
    /// The bar it came from.
    pub job: Option<JobId>,
    /// Net time since the piece before it.
    pub cycle: Option<Millis>,
    /// Where it was read.
    pub source: StoredSource,
}

/// A stored anomaly.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnomaly {
    /// Its identifier.
    pub id: AnomalyId,
    /// What.
    pub kind: AnomalyKind,
    /// When.
    pub at: Instant,
    /// In which session, if in one.
    pub session: Option<SessionId>,
    /// In which file, if in one.
    pub file: Option<LogFileId>,
    /// On which line, if on one.
    pub line: Option<u32>,
    /// One sentence.
    pub message: String,
}

/// Pieces by number: `from` and `to` are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PieceRange {
    /// The first number wanted, from 1.
    pub from: u32,
    /// The last number wanted.
    pub to: u32,
}

/// Stored sessions.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SessionReader: Send + Sync {
    /// A part of the sessions that pass the filter.
    async fn sessions(
        &self,
        filter: &SessionFilter,
        order: SessionOrder,
        window: &Window<SessionCursor>,
    ) -> StoreResult<Slice<SessionSummary>>;

    /// The same for each of several machines; a machine without any may be missing.
    async fn sessions_by_machine(
        &self,
        machines: &[MachineId],
        filter: &SessionFilter,
        order: SessionOrder,
        window: &Window<SessionCursor>,
    ) -> StoreResult<HashMap<MachineId, Slice<SessionSummary>>>;

    /// How many sessions pass the filter.
    async fn count_sessions(&self, filter: &SessionFilter) -> StoreResult<u64>;

    /// The same for each of several machines; a machine without any may be missing.
    async fn count_sessions_by_machine(
        &self,
        machines: &[MachineId],
        filter: &SessionFilter,
    ) -> StoreResult<HashMap<MachineId, u64>>;

    /// Those of these ids that exist.
    async fn sessions_by_id(&self, ids: &[SessionId]) -> StoreResult<Vec<SessionSummary>>;

    /// The latest session of each machine that has one.
    async fn latest_sessions(&self, machines: &[MachineId]) -> StoreResult<HashMap<MachineId, SessionSummary>>;

    /// The bars loaded in each session, in order.
    async fn jobs(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredJob>>>;

    /// Those of these ids that exist.
    async fn jobs_by_id(&self, ids: &[JobId]) -> StoreResult<Vec<StoredJob>>;

    /// How many pieces of other sessions came from each bar; a bar without any may be missing.
    async fn carried_pieces(&self, jobs: &[JobId]) -> StoreResult<HashMap<JobId, u64>>;

    /// The waits of each session, in order.
    async fn waits(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredWait>>>;

    /// The stops of each session, in order.
    async fn stops(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredStop>>>;

    /// The pieces of each session whose number is in its range, in order, in one statement.
    async fn pieces(&self, wanted: &[(SessionId, PieceRange)]) -> StoreResult<HashMap<SessionId, Vec<StoredPiece>>>;

    /// The instants of all pieces of each session.
    async fn piece_instants(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<Instant>>>;

    /// The anomalies of each session, by instant.
    async fn anomalies(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredAnomaly>>>;

    /// The highest revision so far.
    async fn revision(&self) -> StoreResult<Revision>;

    /// The sessions with a higher revision, lowest first, at most `limit`.
    async fn changed_since(&self, revision: Revision, limit: u32) -> StoreResult<Vec<SessionSummary>>;

    /// The sessions with a higher id, lowest first, at most `limit`.
    async fn created_since(&self, id: SessionId, limit: u32) -> StoreResult<Vec<SessionSummary>>;

    /// The highest session id so far, 0 without a session.
    async fn last_session(&self) -> StoreResult<SessionId>;
}

//! Writing what logs hold: one unit of work is one step of progress, whole or not at all.

use super::audit::AuditEntry;
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::calendar::Calendars;
use atelier_domain::ids::{LogFileId, MachineId, ScrapId, SessionId, UserId, VersionId};
use atelier_domain::interval::Interval;
use atelier_domain::kpi::reference_cycle::CycleSpread;
use atelier_domain::log_file::{LineCounts, LogFileState, RejectedLine};
use atelier_domain::session::{Assessment, Carry, Details, Inputs, Session};
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What is known of a file that was read before.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownFile {
    /// Its identifier.
    pub id: LogFileId,
    /// Relative to the source's root.
    pub path: String,
    /// Where it stands.
    pub state: LogFileState,
    /// The version that its present content is, or begins.
    pub present: Option<VersionId>,
    /// The length of its present content.
    pub size: u64,
    /// When the source said it last changed.
    pub modified: Option<DateTime<Utc>>,
    /// When it was last read.
    pub read_at: Instant,
    /// How many runs in a row could not read it.
    pub failures: u32,
    /// When one last failed to.
    pub tried_at: Option<Instant>,
    /// The length of the version that its present content is, or begins.
    pub stored: u64,
    /// Of a version whose bytes were removed because they are old, the SHA-256 of them all, in hexadecimal.
    pub digest: Option<String>,
    /// Since when it is finished.
    pub completed_at: Option<Instant>,
    /// When it was about to be deleted from the server, if nobody knows yet whether it was.
    pub removal_intended_at: Option<Instant>,
    /// When it was deleted from the server.
    pub removed_at: Option<Instant>,
}

/// What becomes of a file on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is about to be deleted, now.
    Leaving(Instant),
    /// It was deleted, when it was about to be.
    Gone,
    /// It is there.
    There,
    /// It is there with other bytes than those stored, whatever its size and date say: the next visit reads it whole.
    Doubtful,
}

/// A file as a visit leaves it.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRecord {
    /// Relative to the source's root.
    pub path: String,
    /// The date in its name.
    pub name_date: Option<NaiveDate>,
    /// Where it stands.
    pub state: LogFileState,
    /// The version that its present content is, or begins; nothing when `IngestUnit::add_version` follows.
    pub present: Option<VersionId>,
    /// The length of its present content.
    pub size: u64,
    /// How much of that its lines span.
    pub consumed: u64,
    /// When the source said it last changed.
    pub modified: Option<DateTime<Utc>>,
    /// When it was read.
    pub read_at: Instant,
    /// Its present content's lines.
    pub counts: LineCounts,
}

/// A stored content, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVersion {
    /// Its identifier.
    pub id: VersionId,
    /// Of which file.
    pub file: LogFileId,
    /// That file's path.
    pub path: String,
    /// The date in that file's name.
    pub name_date: Option<NaiveDate>,
    /// Whether that file is finished.
    pub finished: bool,
    /// How many bytes it has.
    pub length: u64,
    /// Which days its lines touch.
    pub reach: Reach,
    /// Whether it was set aside: its lines do not count.
    pub excluded: bool,
    /// Whether its bytes were removed because they are old.
    pub removed: bool,
    /// Of one whose bytes were removed, the first and the last of the days that stay as they were derived.
    pub frozen: Option<(ProductionDay, ProductionDay)>,
    /// Of one whose bytes were removed, the SHA-256 of them all, in hexadecimal.
    pub digest: Option<String>,
}

/// That a content was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// When.
    pub at: Instant,
    /// By whom; nobody who signs in, on the command line.
    pub by: Option<UserId>,
    /// Why.
    pub reason: String,
}

/// The days that the lines of a content touch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// The first and the last one; nothing without an event.
    pub days: Option<(ProductionDay, ProductionDay)>,
    /// For each line whose own time and effective time lie on different days, both. No cut between two days of such a pair
    /// leaves each side complete.
    pub straddles: Vec<(ProductionDay, ProductionDay)>,
    /// The days on which its rejected lines would lie, by the date they show: a half line of another content that begins
    /// one of them is none.
    pub rejected: Vec<ProductionDay>,
}

impl Reach {
    /// All days on which it makes a difference: from the first to the last one, and those of rejected lines.
    pub fn all_days(&self) -> impl Iterator<Item = ProductionDay> + use<> {
        let (from, to) = self.days.unzip();
        let days =
            std::iter::successors(from, |day| Some(day.next())).take_while(move |day| to.is_some_and(|to| *day <= to));
        days.chain(self.rejected.clone())
    }
}

/// What a unit of work did to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionWritten {
    /// Which.
    pub id: SessionId,
    /// Whether it did not exist before.
    pub created: bool,
}

/// A session that is about to be made equal to what was derived.
#[derive(Debug, Clone)]
pub struct Begun {
    /// What its log says.
    pub session: Arc<Session>,
    /// The figures that follow; nothing when `IngestUnit::end_sessions` brings them, for the details have to be seen before.
    pub assessment: Option<Assessment>,
}

/// Pieces that somebody declares as scrap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewScrap {
    /// How many.
    pub pieces: u32,
    /// Why.
    pub reason: Option<String>,
    /// The reference of their profile.
    pub reference: Option<String>,
    /// By whom.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// Why a stop was, as somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQualification {
    /// The code of the reason.
    pub reason: String,
    /// More about it.
    pub comment: Option<String>,
    /// Who says so.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// Days of a machine to derive again, for what they follow from has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Its identifier.
    pub id: i64,
    /// Whose days.
    pub machine: MachineId,
    /// From this one on.
    pub from: ProductionDay,
    /// Up to this one, which is in; all later ones when nothing.
    pub to: Option<ProductionDay>,
}

/// The days of a machine that has a calendar.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attendance {
    /// When it should work.
    pub calendars: Calendars,
    /// Days on which something came.
    pub busy: BTreeSet<ProductionDay>,
    /// Days that are sessions although nothing came.
    pub idle: BTreeSet<ProductionDay>,
    /// When the last synchronisation began that brought all it had written; but for what could not be read.
    pub good_until: Option<Instant>,
    /// When it was not in use.
    pub out_of_use: Vec<Interval>,
    /// Days of which something may have come that could not be read.
    pub unread: Vec<RangeInclusive<ProductionDay>>,
}

/// Where ingest keeps what it reads.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IngestStore: Send + Sync {
    /// All files of a machine that were ever read.
    async fn known_files(&self, machine: MachineId) -> StoreResult<Vec<KnownFile>>;

    /// The bytes of a content.
    async fn content(&self, version: VersionId) -> StoreResult<Vec<u8>>;

    /// At most `length` bytes of a content, from `offset` on; fewer where it ends.
    async fn read_content(&self, version: VersionId, offset: u64, length: usize) -> StoreResult<Vec<u8>>;

    /// The days of the machine's sessions that are open.
    async fn open_days(&self, machine: MachineId) -> StoreResult<Vec<ProductionDay>>;

    /// Notes that a file could not be read, and why. Gives how many runs in a row it was.
    async fn note_failure(&self, machine: MachineId, path: &str, reason: &str, now: Instant) -> StoreResult<u32>;

    /// Notes what becomes of files on the server.
    async fn note_presence(&self, files: &[LogFileId], presence: Presence) -> StoreResult<()>;

    /// Notes which machines are in use, and which are not, as from now on: one that is out of use since no earlier call is so
    /// since its last synchronisation.
    async fn note_use(&self, now: Instant) -> StoreResult<()>;

    /// The days of the machines that have a calendar, in five statements at most.
    async fn attendance(&self) -> StoreResult<BTreeMap<MachineId, Attendance>>;

    /// What has to be derived again.
    async fn marks(&self) -> StoreResult<Vec<Mark>>;

    /// Forgets these, for it was done.
    async fn drop_marks(&self, marks: &[Mark]) -> StoreResult<()>;

    /// Begins a unit of work on a machine, as soon as no other is at work on it. Dropped without `commit`, it leaves nothing.
    async fn begin(&self, machine: MachineId) -> StoreResult<Box<dyn IngestUnit>>;

    /// The same for somebody who waits for the answer: `Transient` when others are at work for more than some seconds.
    async fn begin_soon(&self, machine: MachineId) -> StoreResult<Box<dyn IngestUnit>>;
}

/// One step of progress on one machine.
#[async_trait]
pub trait IngestUnit: Send {
    /// All contents of all files of the machine, present and former.
    async fn versions(&mut self) -> StoreResult<Vec<StoredVersion>>;

    /// The bytes of a content.
    async fn content(&mut self, version: VersionId) -> StoreResult<Vec<u8>>;

    /// At most `length` bytes of a content, from `offset` on; fewer where it ends.
    async fn read_content(&mut self, version: VersionId, offset: u64, length: usize) -> StoreResult<Vec<u8>>;

    /// Stores a file as a visit leaves it, new or known by its path; forgets its failures.
    async fn save_file(&mut self, file: &FileRecord) -> StoreResult<LogFileId>;

    /// Makes the rejected lines of a file that are numbered in `lines` equal to these, which are by number.
    async fn save_rejects(
        &mut self,
        file: LogFileId,
        lines: RangeInclusive<u32>,
        rejects: &[RejectedLine],
    ) -> StoreResult<()>;

    /// Adds a content to a file, which becomes its present one.
    async fn add_version(&mut self, file: LogFileId, bytes: &[u8], reach: &Reach) -> StoreResult<VersionId>;

    /// Adds bytes to the end of a content, which had `offset` of them and now touches these days.
    async fn append(&mut self, version: VersionId, offset: u64, bytes: &[u8], reach: &Reach) -> StoreResult<()>;

    /// Notes that a content came with lines of days that are no longer derived: it is never removed because it is old.
    async fn keep_late(&mut self, version: VersionId) -> StoreResult<()>;

    /// Stores an anomaly of a file, once a kind: a later one of the same kind replaces its message and line.
    async fn save_file_anomaly(
        &mut self,
        file: LogFileId,
        kind: AnomalyKind,
        at: Instant,
        line: Option<u32>,
        message: &str,
    ) -> StoreResult<()>;

    /// Removes a file's anomaly of this kind, if there is one.
    async fn drop_file_anomaly(&mut self, file: LogFileId, kind: AnomalyKind) -> StoreResult<()>;

    /// Notes that new lines of the machine came.
    async fn note_arrival(&mut self, now: Instant) -> StoreResult<()>;

    /// The state of the stream before `day`: that after the latest day before it with lines.
    async fn carry_before(&mut self, day: ProductionDay) -> StoreResult<Carry>;

    /// The first day after `day` on which the stream has lines.
    async fn next_day(&mut self, day: ProductionDay) -> StoreResult<Option<ProductionDay>>;

    /// The days after `day`, and before `until` if that is given, that are sessions although nothing came.
    async fn idle_days(&mut self, day: ProductionDay, until: Option<ProductionDay>) -> StoreResult<Vec<ProductionDay>>;

    /// Replaces the states of `days` with these.
    async fn save_carries(
        &mut self,
        days: RangeInclusive<ProductionDay>,
        carries: &BTreeMap<ProductionDay, Carry>,
    ) -> StoreResult<()>;

    /// What figures follow from beside the log.
    async fn inputs(&mut self) -> StoreResult<Inputs>;

    /// The net cycle times of the stored sessions of `days`.
    async fn cycle_spreads(
        &mut self,
        days: RangeInclusive<ProductionDay>,
    ) -> StoreResult<BTreeMap<ProductionDay, CycleSpread>>;

    /// What the stored sessions of `days` whose figures depend on it took for the learned cycle time.
    async fn learned(
        &mut self,
        days: RangeInclusive<ProductionDay>,
    ) -> StoreResult<BTreeMap<ProductionDay, Option<Millis>>>;

    /// Begins to make the stored sessions of `days` equal to these, by day: writes only what differs, keeps the ids of what
    /// stays, and gives every session that changes a new revision. [`add_details`](Self::add_details) follows for what they
    /// hold, then [`end_sessions`](Self::end_sessions).
    async fn begin_sessions(
        &mut self,
        days: &[RangeInclusive<ProductionDay>],
        sessions: Vec<Begun>,
        now: Instant,
    ) -> StoreResult<()>;

    /// Adds the next pieces, bars and anomalies of sessions that were begun, each in the order of numbers. A piece may come
    /// before its bar, and its bar may belong to a session of an earlier day.
    async fn add_details(&mut self, details: Vec<(ProductionDay, Details)>) -> StoreResult<()>;

    /// Writes the assessments that were still missing, and removes what was stored of these sessions and did not come again.
    async fn end_sessions(
        &mut self,
        assessments: BTreeMap<ProductionDay, Assessment>,
    ) -> StoreResult<Vec<SessionWritten>>;

    /// Sets a content aside, or takes it back in with `None`.
    async fn set_exclusion(&mut self, version: VersionId, exclusion: Option<&Exclusion>) -> StoreResult<()>;

    /// Stores a declaration of scrap.
    async fn declare_scrap(&mut self, day: ProductionDay, scrap: &NewScrap) -> StoreResult<()>;

    /// Notes that a declaration was withdrawn. Whether it was there, and not withdrawn before.
    async fn withdraw_scrap(&mut self, id: ScrapId, now: Instant) -> StoreResult<bool>;

    /// Stores why a stop was, which is told by the instant at which the operator stopped the machine.
    async fn qualify_stop(&mut self, since: Instant, qualification: &NewQualification) -> StoreResult<()>;

    /// The days of the sessions that list a stop.
    async fn days_of_stop(&mut self, since: Instant) -> StoreResult<BTreeSet<ProductionDay>>;

    /// The pieces of a day's session, if there is one.
    async fn pieces_of(&mut self, day: ProductionDay) -> StoreResult<Option<u32>>;

    /// Adds an act to the audit trail.
    async fn audit(&mut self, entry: &AuditEntry) -> StoreResult<()>;

    /// Makes it all last.
    async fn commit(self: Box<Self>) -> StoreResult<()>;
}

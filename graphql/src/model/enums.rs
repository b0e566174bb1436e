//! Enumerations, each the mirror of one of the domain or of a port.

use crate::emit::{Emit, Selected};
use async_graphql::{Enum, Value};
use atelier_application::ports::audit;
use atelier_application::ports::sessions as port;
use atelier_application::ports::statistics;
use atelier_application::ports::sync_runs;
use atelier_application::ports::users;
use atelier_domain::kpi::{losses, reference_cycle, trs};
use atelier_domain::{alert, anomaly, log_file, machine, session};

/// What a machine cuts.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "machine::MachineType")]
pub(crate) enum MachineType {
    /// PVC profiles.
    Pvc,
    /// Aluminium profiles.
    Alu,
    /// Both.
    Hybride,
}

/// What a machine does over a stretch of time.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MachineState {
    /// Neither waiting nor stopped.
    Running,
    /// Waiting, and not stopped.
    Waiting,
    /// Stopped by its operator.
    Stopped,
    /// Silent for so long, in time that its calendar requires, that it must be off.
    Offline,
    /// Nothing is known.
    Unknown,
}

impl From<machine::MachineState> for MachineState {
    fn from(state: machine::MachineState) -> Self {
        match state {
            machine::MachineState::Running => Self::Running,
            machine::MachineState::Waiting => Self::Waiting,
            machine::MachineState::Stopped => Self::Stopped,
            machine::MachineState::Offline => Self::Offline,
            machine::MachineState::Unknown => Self::Unknown,
        }
    }
}

impl Emit for MachineState {
    fn emit(&self, _: &[Selected]) -> Value {
        async_graphql::resolver_utils::enum_value(*self)
    }
}

/// What was done by hand.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "audit::AuditAction")]
pub(crate) enum AuditAction {
    /// A version of a log file was set aside.
    VersionExcluded,
    /// A version of a log file counts again.
    VersionIncluded,
    /// A calendar was set.
    CalendarSet,
    /// A reference cycle time was set, or ended.
    ReferenceCycleSet,
    /// Scrap was declared.
    ScrapDeclared,
    /// A declaration of scrap was withdrawn.
    ScrapWithdrawn,
    /// A stop got a reason.
    StopQualified,
    /// A reason of stops was added or changed.
    StopReasonSaved,
    /// A machine was added.
    MachineCreated,
    /// A machine was changed.
    MachineUpdated,
    /// A machine was removed.
    MachineDeleted,
    /// A user was added.
    UserCreated,
    /// A user was changed.
    UserUpdated,
    /// Somebody changed their password.
    PasswordChanged,
    /// A token of an integration was made.
    ApiTokenCreated,
    /// A token of an integration was revoked.
    ApiTokenRevoked,
}

/// What somebody may do; each role may do what those before it may.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "users::Role")]
pub(crate) enum Role {
    /// Reads.
    Viewer,
    /// Also starts synchronisations and qualifies what happened.
    Operator,
    /// Also manages users, machines and calendars.
    Admin,
}

/// Whether more of a session may still come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "session::SessionStatus")]
pub(crate) enum SessionStatus {
    /// The day is not over, or one of its files is unfinished.
    Open,
    /// Over.
    Complete,
}

/// Which way a list is ordered.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderDirection {
    /// From the smallest up.
    Asc,
    /// From the largest down.
    Desc,
}

/// What sessions are ordered by; ties by id in the same direction.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "port::SessionOrderField")]
pub(crate) enum SessionOrderField {
    /// The production day.
    Date,
    /// The number of pieces.
    TotalPieces,
    /// The TRS; a session without one counts as less than any other.
    Trs,
    /// The occupancy rate; a session without one counts as less than any other.
    Occupancy,
}

/// Where a log file stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "log_file::LogFileState")]
pub(crate) enum LogFileState {
    /// Its machine may still write to it.
    Growing,
    /// Its day is over and the last visit found nothing new.
    Complete,
    /// It could not be read three runs in a row; it is tried hourly.
    Quarantined,
}

/// What is synchronised.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "sync_runs::SyncSource")]
pub(crate) enum SyncSource {
    /// Machine logs, from the FTP server or the folder that is configured.
    Ftp,
    /// Orders, from the ERP.
    Erp,
}

/// How a run of the synchronisation stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "sync_runs::SyncStatus")]
pub(crate) enum SyncStatus {
    /// Still at work.
    Running,
    /// All well.
    Succeeded,
    /// Some files, folders or orders failed.
    Partial,
    /// Nothing could be done, or it was interrupted.
    Failed,
}

/// What is odd.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "anomaly::AnomalyKind")]
pub(crate) enum AnomalyKind {
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

/// How bad it is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "alert::Severity")]
pub(crate) enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look at it.
    Warning,
    /// Somebody must look at it: what is shown is out of date, or will be.
    Critical,
}

/// Where a reference cycle time comes from, the surest first.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "reference_cycle::CycleSource")]
pub(crate) enum CycleSource {
    /// Given for the machine and the profile.
    Profile,
    /// Given for the machine.
    Machine,
    /// Learned: the 10th percentile (nearest rank) of the machine's net cycle times of the 30 days before, from at least 100.
    Learned,
    /// There is none.
    None,
}

/// Whether scrap was declared.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "trs::QualitySource")]
pub(crate) enum QualitySource {
    /// People declared how many pieces were scrap.
    Declared,
    /// Nobody declared any: all pieces are taken for good.
    Assumed,
}

/// Where opening time comes from.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "trs::CalendarSource")]
pub(crate) enum CalendarSource {
    /// A calendar says it.
    Configured,
    /// There is no calendar: it is the time from the first event to the last.
    Observed,
}

/// What became of a part of opening time.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "losses::TimeKind")]
pub(crate) enum TimeKind {
    /// Breaks, maintenance windows, and stops qualified with a planned reason.
    PlannedStop,
    /// Unplanned stops in required time.
    Stop,
    /// Waits in required time and outside stops.
    Wait,
    /// At the reference cycle; all of operating time where there is none.
    Running,
    /// Operating time beyond net time.
    SlowRunning,
    /// The reference cycle times of scrap.
    Scrap,
}

/// What figures are grouped by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "statistics::StatisticsKey")]
pub(crate) enum StatisticsKey {
    /// The machine.
    Machine,
    /// The machine's type.
    Type,
    /// The production day.
    Date,
    /// The ISO week of the production day.
    Week,
    /// The month of the production day.
    Month,
}

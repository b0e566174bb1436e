//! The types of the contract, over domain values and what is stored.

mod alert;
mod anomaly;
mod api_token;
mod audit;
mod decision;
mod enums;
mod job;
mod log_file;
mod log_line;
mod log_version;
mod machine;
mod machine_input;
mod observed;
mod order;
mod page_info;
mod period;
mod piece;
mod session;
mod session_input;
mod session_list;
mod statistics;
mod sync_run;
mod timeline;
mod trs;
mod user;

pub(crate) use alert::{Alert, AlertConnection};
pub(crate) use anomaly::{Anomaly, AnomalyConnection, AnomalyFilter};
pub(crate) use api_token::{ApiToken, CreateApiTokenInput, CreatedApiToken};
pub(crate) use audit::AuditConnection;
pub(crate) use decision::{
    Calendar, CalendarInput, ReferenceCycle, ScrapDeclaration, ScrapInput, StopReason, StopReasonInput, first_day,
    reference_cycles,
};
pub(crate) use enums::{
    AnomalyKind, AuditAction, CalendarSource, CycleSource, LogFileState, MachineState, MachineType, OrderDirection,
    QualitySource, Role, SessionOrderField, SessionStatus, Severity, StatisticsKey, SyncSource, SyncStatus, TimeKind,
};
pub(crate) use job::Job;
pub(crate) use log_file::{LogFile, LogFileConnection, LogFileFilter, RejectedLine};
pub(crate) use log_line::{LogLine, Traced};
pub(crate) use log_version::LogFileVersion;
pub(crate) use machine::{Machine, MachineFilter};
pub(crate) use machine_input::{CreateMachineInput, UpdateMachineInput};
pub(crate) use observed::ObservedProduction;
pub(crate) use order::{Accessory, Operation, Order, OrderConnection, OrderFilter, OrderNote, UnmatchedOrderNumber};
pub(crate) use page_info::PageInfo;
pub(crate) use period::{Stop, StopPeriod, WaitPeriod};
pub(crate) use piece::{Piece, PieceConnection};
pub(crate) use session::Session;
pub(crate) use session_input::{SessionFilter, SessionOrder};
pub(crate) use session_list::{SessionConnection, Total};
pub(crate) use statistics::StatisticsRow;
pub(crate) use sync_run::{SyncRun, SyncRunConnection};
pub(crate) use timeline::TimelineInterval;
pub(crate) use trs::{Reasons, TimeShare, Trs, time_shares};
pub(crate) use user::{AuthPayload, CreateUserInput, UpdateUserInput, User};

//! What answers are made of. Names and meanings are those of the GraphQL schema.

mod details;
mod enums;
mod figures;
mod machine;
mod order;
mod session;
mod statistics;
mod time;

pub(super) use details::{Anomaly, Job, LogFileRef, Piece, StopPeriod, TimelineInterval, WaitPeriod};
pub(super) use enums::{
    AnomalyKind, CalendarSource, CycleSource, MachineState, MachineType, OrderDirection, QualitySource,
    SessionOrderField, SessionStatus, StatisticsKey, TimeKind,
};
pub(super) use figures::{ObservedProduction, StopReason, TimeShare, Trs, time_shares};
pub(super) use machine::{CreateMachine, Machine, MachineRef, UpdateMachine};
pub(super) use order::{Order, OrderParts};
pub(super) use session::Session;
pub(super) use statistics::StatisticsRow;
pub(super) use time::{Date, DateTime};

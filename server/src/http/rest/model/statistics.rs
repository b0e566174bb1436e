//! Figures over many sessions.

use super::figures::seconds;
use super::{Date, MachineRef, MachineType, ObservedProduction, StopReason, TimeShare, Trs, time_shares};
use atelier_application::ports::statistics as port;
use atelier_domain::kpi::losses::ledger;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// Figures of a group of sessions: times are summed, rates are ratios of the sums. The fields that the rows are not grouped by
/// are null. Sources are the least sure of the row's.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatisticsRow {
    /// Whose.
    machine: Option<MachineRef>,
    /// Of machines of what type.
    #[serde(rename = "type")]
    kind: Option<MachineType>,
    /// Of which production day.
    date: Option<Date>,
    /// Of which ISO week.
    #[schema(example = "2025-W26")]
    week: Option<String>,
    /// Of which month.
    #[schema(example = "2025-06")]
    month: Option<String>,
    /// How many sessions.
    sessions: u32,
    /// How many pieces were finished.
    total_pieces: u32,
    /// How many of them were declared as scrap.
    scrap_pieces: u32,
    /// Times and rates between the first piece and the last of each session, summed.
    observed: ObservedProduction,
    /// The TRS and its times, summed.
    trs: Trs,
    /// Where opening time went: the sum of the sessions' ledgers.
    ledger: Vec<TimeShare>,
    /// How many stops the sessions list.
    stops: u64,
    /// How many waits the sessions list.
    waits: u64,
    /// MTBF, mean time between failures, in seconds: operating time over the number of unplanned stops in required time; null
    /// without one.
    mtbf_seconds: Option<f64>,
    /// MTTR, mean time to repair, in seconds: the total length of unplanned stops in required time over their number; null
    /// without one.
    mttr_seconds: Option<f64>,
}

impl StatisticsRow {
    /// A row, with its machine if it is grouped by it, and the reasons of stops.
    pub(crate) fn new(
        row: &port::StatisticsRow,
        machine: Option<MachineRef>,
        reasons: &HashMap<String, StopReason>,
    ) -> Self {
        Self {
            machine,
            kind: row.kind.map(Into::into),
            date: row.day.map(Date),
            week: row.week.clone(),
            month: row.month.clone(),
            sessions: row.trs.sessions,
            total_pieces: row.observed.pieces,
            scrap_pieces: row.trs.scrap_pieces,
            observed: row.observed.into(),
            trs: (&row.trs).into(),
            ledger: time_shares(ledger(&row.trs), reasons),
            stops: row.stops,
            waits: row.waits,
            mtbf_seconds: row.trs.mtbf().map(seconds),
            mttr_seconds: row.trs.mttr().map(seconds),
        }
    }
}

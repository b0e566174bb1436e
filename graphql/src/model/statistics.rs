//! Figures over many sessions.

use super::{Machine, MachineType, ObservedProduction, Reasons, TimeShare, Trs, time_shares};
use crate::scalar::{Date, int};
use async_graphql::SimpleObject;
use atelier_application::ports::statistics as port;
use atelier_domain::kpi::losses::ledger;

/// Figures of a group of sessions: times are summed, rates are ratios of the sums. The fields that the rows are not grouped by
/// are null. Sources are the least sure of the row's.
#[derive(SimpleObject)]
pub(crate) struct StatisticsRow {
    /// Whose.
    machine: Option<Machine>,
    /// Of machines of what type.
    #[graphql(name = "type")]
    kind: Option<MachineType>,
    /// Of which production day.
    date: Option<Date>,
    /// Of which ISO week, such as `2025-W26`.
    week: Option<String>,
    /// Of which month, such as `2025-06`.
    month: Option<String>,
    /// How many sessions.
    sessions: i32,
    /// How many pieces were finished.
    total_pieces: i32,
    /// How many of them were declared as scrap.
    scrap_pieces: i32,
    /// Times and rates between the first piece and the last of each session, summed.
    observed: ObservedProduction,
    /// The TRS and its times, summed.
    trs: Trs,
    /// Where opening time went: the sum of the sessions' ledgers.
    ledger: Vec<TimeShare>,
    /// How many stops the sessions list.
    stops: i32,
    /// How many waits the sessions list.
    waits: i32,
    /// MTBF, mean time between failures, in seconds: operating time over the number of unplanned stops in required time; null
    /// without one.
    mtbf_seconds: Option<f64>,
    /// MTTR, mean time to repair, in seconds: the total length of unplanned stops in required time over their number; null
    /// without one.
    mttr_seconds: Option<f64>,
}

impl StatisticsRow {
    /// A row, with its machine if it is grouped by it.
    pub(crate) fn new(row: &port::StatisticsRow, machine: Option<Machine>, reasons: &Reasons) -> Self {
        Self {
            machine,
            kind: row.kind.map(Into::into),
            date: row.day.map(Date),
            week: row.week.clone(),
            month: row.month.clone(),
            sessions: int(row.trs.sessions),
            total_pieces: int(row.observed.pieces),
            scrap_pieces: int(row.trs.scrap_pieces),
            observed: row.observed.into(),
            trs: (&row.trs).into(),
            ledger: time_shares(ledger(&row.trs), reasons),
            stops: int(row.stops),
            waits: int(row.waits),
            mtbf_seconds: row.trs.mtbf().map(|millis| millis / 1_000.0),
            mttr_seconds: row.trs.mttr().map(|millis| millis / 1_000.0),
        }
    }
}

//! Figures over many sessions.

use super::sessions::SessionFilter;
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::ids::MachineId;
use atelier_domain::kpi::observed::ObservedProduction;
use atelier_domain::kpi::trs::Trs;
use atelier_domain::machine::MachineType;
use atelier_domain::time::ProductionDay;

/// What figures are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatisticsKey {
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

/// Figures of a group of sessions: times are sums, rates ratios of sums.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatisticsRow {
    /// Whose, if grouped by it.
    pub machine: Option<MachineId>,
    /// Of what type, if grouped by it.
    pub kind: Option<MachineType>,
    /// Of which day, if grouped by it.
    pub day: Option<ProductionDay>,
    /// Of which week, such as `2025-W26`, if grouped by it.
    pub week: Option<String>,
    /// Of which month, such as `2025-06`, if grouped by it.
    pub month: Option<String>,
    /// The observed production, summed.
    pub observed: ObservedProduction,
    /// The TRS and its times, summed; it knows how many sessions.
    pub trs: Trs,
    /// How many stops sessions list.
    pub stops: u64,
    /// How many waits sessions list.
    pub waits: u64,
}

/// Figures over stored sessions, from what is stored of each, never from their pieces.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait StatisticsReader: Send + Sync {
    /// One row a group, in the order of the keys, the first `most` of them; one row of all sessions without keys, be there
    /// none. `with_reasons` tells whether stops are wanted by their reasons, in a second statement.
    async fn statistics(
        &self,
        filter: &SessionFilter,
        keys: &[StatisticsKey],
        with_reasons: bool,
        most: u32,
    ) -> StoreResult<Vec<StatisticsRow>>;
}

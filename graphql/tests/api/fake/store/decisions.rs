//! What it knows of decisions: one calendar, one reason, and figures summed from its sessions.

use super::Store;
use async_trait::async_trait;
use atelier_application::ports::audit::AuditEntry;
use atelier_application::ports::decisions::{DecisionStore, GivenCycle, ScrapDeclaration, StopReason};
use atelier_application::ports::sessions::{SessionFilter, StoredStop};
use atelier_application::ports::statistics::{StatisticsKey, StatisticsReader, StatisticsRow};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::calendar::{Calendar, Calendars};
use atelier_domain::ids::{MachineId, PeriodId, ScrapId, SessionId};
use atelier_domain::kpi::reference_cycle::CycleSpread;
use atelier_domain::time::ProductionDay;
use std::collections::HashMap;
use std::ops::RangeInclusive;

#[async_trait]
impl DecisionStore for Store {
    async fn calendars(&self, _: &[MachineId]) -> StoreResult<HashMap<MachineId, Calendars>> {
        self.asked("calendars")?;
        Ok(HashMap::new())
    }

    async fn given_cycles(&self, _: &[MachineId]) -> StoreResult<HashMap<MachineId, Vec<GivenCycle>>> {
        self.asked("given_cycles")?;
        Ok(HashMap::new())
    }

    async fn recent_cycles(
        &self,
        _: &[MachineId],
        _: RangeInclusive<ProductionDay>,
    ) -> StoreResult<HashMap<MachineId, Vec<CycleSpread>>> {
        self.asked("recent_cycles")?;
        Ok(HashMap::new())
    }

    async fn scrap(&self, _: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<ScrapDeclaration>>> {
        self.asked("scrap")?;
        Ok(HashMap::new())
    }

    async fn scrap_place(&self, _: ScrapId) -> StoreResult<Option<(MachineId, ProductionDay, SessionId)>> {
        Ok(None)
    }

    async fn stop_reasons(&self) -> StoreResult<Vec<StopReason>> {
        self.asked("stop_reasons")?;
        let (code, label) = ("PANNE".to_owned(), "panne".to_owned());
        Ok(vec![StopReason { code, label, planned: false, active: true }])
    }

    async fn stop(&self, _: PeriodId) -> StoreResult<Option<(MachineId, StoredStop)>> {
        Ok(None)
    }

    async fn set_calendar(
        &self,
        _: Option<MachineId>,
        _: ProductionDay,
        _: &Calendar,
        _: Option<AuditEntry>,
    ) -> StoreResult<()> {
        self.asked("set_calendar")
    }

    async fn set_reference_cycle(&self, _: MachineId, _: &GivenCycle, _: AuditEntry) -> StoreResult<()> {
        self.asked("set_reference_cycle")
    }

    async fn save_stop_reason(&self, _: &StopReason, _: AuditEntry) -> StoreResult<()> {
        self.asked("save_stop_reason")
    }
}

#[async_trait]
impl StatisticsReader for Store {
    /// Grouped by machine, or not at all.
    async fn statistics(
        &self,
        filter: &SessionFilter,
        keys: &[StatisticsKey],
        _: bool,
        _: u32,
    ) -> StoreResult<Vec<StatisticsRow>> {
        self.asked("statistics")?;
        let mut rows: Vec<StatisticsRow> = Vec::new();
        for session in self.matching(filter) {
            let machine = keys.contains(&StatisticsKey::Machine).then_some(session.machine);
            if !rows.iter().any(|row| row.machine == machine) {
                rows.push(StatisticsRow { machine, ..StatisticsRow::default() });
            }
            let row = rows.iter_mut().find(|row| row.machine == machine).unwrap();
            row.observed.pieces += session.observed.pieces;
            row.trs.add(&session.trs);
        }
        Ok(rows)
    }
}

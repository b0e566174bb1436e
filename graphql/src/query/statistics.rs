//! Figures over many sessions, and why machines stop.

use crate::error::{ApiError, ApiResult};
use crate::loader::{MachineGroup, reasons};
use crate::model::{Machine, SessionFilter, StatisticsKey, StatisticsRow, StopReason, TimeShare, time_shares};
use crate::scope::Scope;
use async_graphql::{Context, Object};
use atelier_application::ports::statistics as port;
use atelier_domain::ids::MachineId;
use atelier_domain::kpi::losses::pareto;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

#[derive(Default)]
pub(super) struct StatisticsQuery;

#[Object]
impl StatisticsQuery {
    /// Figures over any period, one row per group; times are summed, rates are ratios of the sums. Rows are in the order of the
    /// keys, machines by name; without keys there is one row of all. They come from what is stored of each session.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which sessions; of all when left out.")] filter: Option<SessionFilter>,
        #[graphql(desc = "What rows are grouped by, each key at most once.")] group_by: Vec<StatisticsKey>,
    ) -> ApiResult<Vec<StatisticsRow>> {
        let reader = &Scope::of(ctx)?.reader;
        let filter = SessionFilter::port(filter)?;
        let keys: Vec<port::StatisticsKey> = group_by.into_iter().map(Into::into).collect();
        if keys.iter().enumerate().any(|(place, key)| keys.iter().take(place).any(|other| other == key)) {
            return Err(ApiError::bad_input("groupBy", "`groupBy` names a key twice."));
        }
        let asks = ctx.look_ahead();
        let with_ledger = asks.field("ledger").exists();
        let rows = reader.statistics(&filter, &keys, with_ledger).await?;
        let machines: HashMap<MachineId, Machine> = if asks.field("machine").exists() {
            let ids: BTreeSet<MachineId> = rows.iter().filter_map(|row| row.machine).collect();
            let found = reader.machines_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
            let nodes = MachineGroup::nodes(reader, found.into_iter().map(Arc::new));
            nodes.into_iter().map(|machine| (machine.id(), machine)).collect()
        } else {
            HashMap::new()
        };
        let reasons = reasons(reader, rows.iter().map(|row| &row.trs)).await?;
        let machine = |row: &port::StatisticsRow| machines.get(&row.machine?).cloned();
        Ok(rows.iter().map(|row| StatisticsRow::new(row, machine(row), &reasons)).collect())
    }

    /// Where the time went, largest loss first; everything of the ledger but `RUNNING`. Shares are of opening time.
    async fn loss_pareto(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which sessions; of all when left out.")] filter: Option<SessionFilter>,
    ) -> ApiResult<Vec<TimeShare>> {
        let reader = &Scope::of(ctx)?.reader;
        let rows = reader.statistics(&SessionFilter::port(filter)?, &[], true).await?;
        let reasons = reasons(reader, rows.iter().map(|row| &row.trs)).await?;
        Ok(rows.iter().flat_map(|row| time_shares(pareto(&row.trs), &reasons)).collect())
    }

    /// Why machines stop, by code; those that are not offered any more too.
    async fn stop_reasons(&self, ctx: &Context<'_>) -> ApiResult<Vec<StopReason>> {
        let found = Scope::of(ctx)?.reader.stop_reasons().await?;
        Ok(found.into_iter().map(|reason| StopReason(Arc::new(reason))).collect())
    }
}

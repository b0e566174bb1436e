//! Machining centres.

use super::{
    Calendar, MachineState, MachineType, ReferenceCycle, Session, SessionConnection, SessionFilter, SessionOrder,
    StatisticsRow, Total, reference_cycles,
};
use crate::error::ApiResult;
use crate::loader::MachineGroup;
use crate::scalar::{Date, DateTime};
use async_graphql::{Context, ID, InputObject, Object};
use atelier_application::ports::machines as port;
use atelier_application::ports::statistics as port_statistics;
use atelier_application::query::page::PageArgs;
use atelier_domain::ids::MachineId;
use atelier_domain::machine;
use std::sync::Arc;

/// A machining centre: a folder of the log source.
#[derive(Clone)]
pub(crate) struct Machine {
    machine: Arc<machine::Machine>,
    group: Arc<MachineGroup>,
}

impl Machine {
    /// A machine among its siblings.
    pub(crate) fn new(machine: Arc<machine::Machine>, group: Arc<MachineGroup>) -> Self {
        Self { machine, group }
    }

    /// Its identifier.
    pub(crate) fn id(&self) -> MachineId {
        self.machine.id
    }
}

/// A machining centre: a folder of the log source.
#[Object]
impl Machine {
    /// Its identifier.
    #[graphql(name = "id")]
    async fn graphql_id(&self) -> ID {
        self.machine.id.into()
    }

    /// What people call it, such as `DEM12`. Unique.
    async fn name(&self) -> &str {
        &self.machine.name
    }

    /// What it cuts.
    #[graphql(name = "type")]
    async fn kind(&self) -> MachineType {
        self.machine.kind.into()
    }

    /// Free text; null when there is none.
    async fn description(&self) -> Option<&str> {
        self.machine.description.as_deref()
    }

    /// Whether it is in use.
    async fn active(&self) -> bool {
        self.machine.active
    }

    /// When it was first known.
    async fn created_at(&self) -> DateTime {
        DateTime(self.machine.created_at)
    }

    /// The folder of the log source that holds its files, relative to the source's root; null when it has none.
    async fn folder(&self) -> Option<&str> {
        self.machine.folder.as_deref()
    }

    /// What it does now, as far as its last events tell: `OFFLINE` when nothing came in an hour (configurable) of the time that
    /// its calendar requires, `UNKNOWN` before its first event, and without a calendar a day after its last one.
    async fn state(&self) -> ApiResult<MachineState> {
        let states = self.group.states().await?;
        Ok(states.get(&self.machine.id).map_or(MachineState::Unknown, |now| now.state.into()))
    }

    /// Since when it does that; null when that is not known.
    async fn state_since(&self) -> ApiResult<Option<DateTime>> {
        Ok(self.group.states().await?.get(&self.machine.id).and_then(|now| now.since).map(DateTime))
    }

    /// How long its pieces should take: the times that were given and have not ended, by profile and first day, then the one that
    /// is learned for today from the 30 days before it.
    async fn reference_cycles(&self) -> ApiResult<Vec<ReferenceCycle>> {
        Ok(self.group.cycles().await?.get(&self.machine.id).map(reference_cycles).unwrap_or_default())
    }

    /// When it should work: its own calendar that is in force today, else the plant's; null when there is none.
    async fn calendar(&self) -> ApiResult<Option<Calendar>> {
        Ok(self.group.calendars().await?.get(&self.machine.id).cloned().map(Into::into))
    }

    /// Figures over its sessions of a period; times are summed, rates are ratios of the sums.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From this production day on; from the first one when left out.")] from: Option<Date>,
        #[graphql(desc = "Up to this production day, which is in; up to the last one when left out.")] to: Option<Date>,
    ) -> ApiResult<StatisticsRow> {
        let with_ledger = ctx.look_ahead().field("ledger").exists();
        let period = (from.map(|date| date.0), to.map(|date| date.0));
        let found = self.group.statistics(period, with_ledger).await?;
        let none = port_statistics::StatisticsRow::default();
        let row = found.rows.get(&self.machine.id).unwrap_or(&none);
        Ok(StatisticsRow::new(row, Some(self.clone()), &found.reasons))
    }

    /// The session of the latest production day; null before the first one.
    async fn latest_session(&self) -> ApiResult<Option<Session>> {
        Ok(self.group.latest().await?.get(&self.machine.id).cloned())
    }

    /// Its sessions, a page at a time.
    #[allow(clippy::too_many_arguments)]
    async fn sessions(
        &self,
        #[graphql(desc = "Which of them; all when left out.")] filter: Option<SessionFilter>,
        #[graphql(
            desc = "In which order; the latest day first when left out.",
            default_with = "Some(SessionOrder::default())"
        )]
        order_by: Option<SessionOrder>,
        #[graphql(desc = "At most so many from the front; 50 when neither this nor `last` is given, at most 500.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the back, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> ApiResult<SessionConnection> {
        let order = order_by.unwrap_or_default().port();
        let filter = SessionFilter::port(filter)?;
        let page = PageArgs { first: first.map(i64::from), after, last: last.map(i64::from), before };
        let window = self.group.reader().session_window(order, &page)?;
        let lists = self.group.sessions(&filter, order, window).await?;
        let list = lists.get(&self.machine.id).cloned().unwrap_or_default();
        Ok(SessionConnection::new(
            list,
            order,
            Total::OfMachine { group: Arc::clone(&self.group), machine: self.machine.id, filter },
        ))
    }
}

/// Which machines. A missing value means all, an empty list none.
#[derive(InputObject)]
pub(crate) struct MachineFilter {
    /// Of these types.
    types: Option<Vec<MachineType>>,
    /// In use, or not.
    active: Option<bool>,
    /// With these names, letter for letter.
    names: Option<Vec<String>>,
}

impl MachineFilter {
    /// What the store is asked.
    pub(crate) fn port(filter: Option<Self>) -> port::MachineFilter {
        let Some(Self { types, active, names }) = filter else { return port::MachineFilter::default() };
        let types = types.map(|types| types.into_iter().map(Into::into).collect());
        port::MachineFilter { types, active, names }
    }
}

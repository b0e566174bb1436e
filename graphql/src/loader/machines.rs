//! What machines have.

use super::{SessionGroup, Shared, reasons};
use crate::error::ApiResult;
use crate::model::{Machine, Reasons, Session};
use atelier_application::ports::sessions::{SessionCursor, SessionFilter, SessionOrder, SessionSummary, Slice, Window};
use atelier_application::ports::statistics::{StatisticsKey, StatisticsRow};
use atelier_application::query::{MachineCycles, Reader};
use atelier_domain::calendar::Calendar;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::{self, StateNow};
use atelier_domain::time::ProductionDay;
use std::collections::HashMap;
use std::sync::Arc;

/// A part of a list of sessions.
#[derive(Clone, Default)]
pub(crate) struct SessionList {
    pub(crate) sessions: Arc<[Session]>,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
}

impl SessionList {
    /// A slice whose sessions are siblings.
    pub(crate) fn new(reader: &Reader, slice: Slice<SessionSummary>) -> Self {
        let Slice { items, has_next, has_previous } = slice;
        Self { sessions: SessionGroup::nodes(reader, items, None).into(), has_next, has_previous }
    }
}

type SessionsKey = (SessionFilter, SessionOrder, Window<SessionCursor>);

/// Machines out of one list.
pub(crate) struct MachineGroup {
    reader: Reader,
    machines: Arc<[Arc<machine::Machine>]>,
    latest: Shared<(), Arc<HashMap<MachineId, Session>>>,
    sessions: Shared<SessionsKey, Arc<HashMap<MachineId, SessionList>>>,
    counts: Shared<SessionFilter, Arc<HashMap<MachineId, u64>>>,
    states: Shared<(), Arc<HashMap<MachineId, StateNow>>>,
    cycles: Shared<(), Arc<HashMap<MachineId, MachineCycles>>>,
    calendars: Shared<(), Arc<HashMap<MachineId, Calendar>>>,
    statistics: Shared<(Period, bool), Arc<MachineStatistics>>,
}

/// From a day and up to one.
type Period = (Option<ProductionDay>, Option<ProductionDay>);

/// Figures of machines, and the reasons they name.
pub(crate) struct MachineStatistics {
    pub(crate) rows: HashMap<MachineId, StatisticsRow>,
    pub(crate) reasons: Reasons,
}

impl MachineGroup {
    /// These machines as nodes that share a group.
    pub(crate) fn nodes(reader: &Reader, machines: impl IntoIterator<Item = Arc<machine::Machine>>) -> Vec<Machine> {
        let machines: Arc<[_]> = machines.into_iter().collect();
        let group = Arc::new(Self {
            reader: reader.clone(),
            machines: Arc::clone(&machines),
            latest: Shared::default(),
            sessions: Shared::default(),
            counts: Shared::default(),
            states: Shared::default(),
            cycles: Shared::default(),
            calendars: Shared::default(),
            statistics: Shared::default(),
        });
        machines.iter().map(|machine| Machine::new(Arc::clone(machine), Arc::clone(&group))).collect()
    }

    /// What subjects may read.
    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    fn ids(&self) -> Vec<MachineId> {
        self.machines.iter().map(|machine| machine.id).collect()
    }

    /// What each does now.
    pub(crate) async fn states(&self) -> ApiResult<Arc<HashMap<MachineId, StateNow>>> {
        self.states.get((), async || Ok(Arc::new(self.reader.states(&self.ids()).await?))).await
    }

    /// The reference cycle times of each.
    pub(crate) async fn cycles(&self) -> ApiResult<Arc<HashMap<MachineId, MachineCycles>>> {
        self.cycles.get((), async || Ok(Arc::new(self.reader.cycles(&self.ids()).await?))).await
    }

    /// The calendar in force today of each that has one.
    pub(crate) async fn calendars(&self) -> ApiResult<Arc<HashMap<MachineId, Calendar>>> {
        self.calendars.get((), async || Ok(Arc::new(self.reader.calendars(&self.ids()).await?))).await
    }

    /// Figures of each over a period.
    pub(crate) async fn statistics(&self, period: Period, with_reasons: bool) -> ApiResult<Arc<MachineStatistics>> {
        let load = async || {
            let (from, to) = period;
            let filter = SessionFilter { machines: Some(self.ids()), from, to, ..SessionFilter::default() };
            let rows = self.reader.statistics(&filter, &[StatisticsKey::Machine], with_reasons).await?;
            let reasons = reasons(&self.reader, rows.iter().map(|row| &row.trs)).await?;
            let rows = rows.into_iter().filter_map(|row| Some((row.machine?, row))).collect();
            Ok(Arc::new(MachineStatistics { rows, reasons }))
        };
        self.statistics.get((period, with_reasons), load).await
    }

    /// The latest session of each.
    pub(crate) async fn latest(&self) -> ApiResult<Arc<HashMap<MachineId, Session>>> {
        let load = async || {
            let found = self.reader.latest_sessions(&self.ids()).await?;
            let nodes = SessionGroup::nodes(&self.reader, found.into_values(), Some(&self.machines));
            Ok(Arc::new(nodes.into_iter().map(|session| (session.summary().machine, session)).collect()))
        };
        self.latest.get((), load).await
    }

    /// A part of the sessions of each.
    pub(crate) async fn sessions(
        &self,
        filter: &SessionFilter,
        order: SessionOrder,
        window: Window<SessionCursor>,
    ) -> ApiResult<Arc<HashMap<MachineId, SessionList>>> {
        let load = async || {
            let mut found = self.reader.sessions_by_machine(&self.ids(), filter, order, &window).await?;
            let mut items = Vec::new();
            let mut parts = Vec::new();
            for machine in self.machines.iter() {
                let slice = found.remove(&machine.id).unwrap_or_default();
                parts.push((machine.id, slice.items.len(), slice.has_next, slice.has_previous));
                items.extend(slice.items);
            }
            let mut nodes = SessionGroup::nodes(&self.reader, items, Some(&self.machines)).into_iter();
            let lists = parts.into_iter().map(|(id, count, has_next, has_previous)| {
                let sessions = nodes.by_ref().take(count).collect();
                (id, SessionList { sessions, has_next, has_previous })
            });
            Ok(Arc::new(lists.collect()))
        };
        self.sessions.get((filter.clone(), order, window), load).await
    }

    /// How many sessions of each pass the filter.
    pub(crate) async fn count_sessions(&self, filter: &SessionFilter) -> ApiResult<Arc<HashMap<MachineId, u64>>> {
        let load = async || Ok(Arc::new(self.reader.count_sessions_by_machine(&self.ids(), filter).await?));
        self.counts.get(filter.clone(), load).await
    }
}

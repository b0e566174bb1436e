//! What machines have.

use super::{SessionGroup, Shared};
use crate::error::ApiResult;
use crate::model::{Machine, Session};
use atelier_application::ports::sessions::{SessionCursor, SessionFilter, SessionOrder, SessionSummary, Slice, Window};
use atelier_application::query::Reader;
use atelier_domain::ids::MachineId;
use atelier_domain::machine;
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

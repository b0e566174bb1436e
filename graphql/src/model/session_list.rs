//! Pages of sessions.

use super::{PageInfo, Session};
use crate::error::ApiResult;
use crate::loader::{MachineGroup, SessionList};
use crate::scalar::int;
use async_graphql::{Object, SimpleObject};
use atelier_application::ports::sessions::{SessionFilter, SessionOrder};
use atelier_application::query::{Reader, cursor, place};
use atelier_domain::ids::MachineId;
use std::sync::Arc;

/// What a list's total is of; counted only when it is asked for.
pub(crate) enum Total {
    /// Of all sessions that pass the filter.
    OfAll { reader: Box<Reader>, filter: SessionFilter },
    /// Of a machine's sessions that pass the filter.
    OfMachine { group: Arc<MachineGroup>, machine: MachineId, filter: SessionFilter },
}

/// A page of sessions.
pub(crate) struct SessionConnection {
    list: SessionList,
    order: SessionOrder,
    total: Total,
}

impl SessionConnection {
    /// A page in an order.
    pub(crate) fn new(list: SessionList, order: SessionOrder, total: Total) -> Self {
        Self { list, order, total }
    }

    fn cursor(&self, session: &Session) -> String {
        cursor::session(self.order, place(self.order, session.summary()))
    }
}

/// A page of sessions.
#[Object]
impl SessionConnection {
    /// The sessions, each with its place.
    async fn edges(&self) -> Vec<SessionEdge> {
        self.list
            .sessions
            .iter()
            .map(|session| SessionEdge { cursor: self.cursor(session), node: session.clone() })
            .collect()
    }

    /// The sessions.
    async fn nodes(&self) -> &[Session] {
        &self.list.sessions
    }

    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.list.has_next,
            has_previous_page: self.list.has_previous,
            start_cursor: self.list.sessions.first().map(|session| self.cursor(session)),
            end_cursor: self.list.sessions.last().map(|session| self.cursor(session)),
        }
    }

    /// How many sessions the whole list has.
    async fn total_count(&self) -> ApiResult<i32> {
        Ok(int(match &self.total {
            Total::OfAll { reader, filter } => reader.count_sessions(filter).await?,
            Total::OfMachine { group, machine, filter } => {
                group.count_sessions(filter).await?.get(machine).copied().unwrap_or(0)
            }
        }))
    }
}

/// A session and its place in the list.
#[derive(SimpleObject)]
pub(crate) struct SessionEdge {
    /// Its place, for `after` and `before` in the same order.
    cursor: String,
    /// The session.
    node: Session,
}

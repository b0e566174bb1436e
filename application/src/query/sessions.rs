//! Sessions.

use super::Reader;
use super::cursor;
use super::page::PageArgs;
use crate::error::AppError;
use crate::ports::sessions::{
    SessionCursor, SessionFilter, SessionOrder, SessionOrderField, SessionSummary, Slice, Window,
};
use atelier_domain::ids::{MachineId, Revision, SessionId};
use chrono::NaiveDate;
use std::collections::HashMap;

/// The place of a session in an order.
pub fn place(order: SessionOrder, session: &SessionSummary) -> SessionCursor {
    let key = match order.field {
        SessionOrderField::Date => session.day.0.signed_duration_since(NaiveDate::default()).num_days() as f64,
        SessionOrderField::TotalPieces => f64::from(session.observed.pieces),
        SessionOrderField::Trs => session.trs.trs().unwrap_or(-1.0),
        SessionOrderField::Occupancy => session.observed.occupancy_rate().unwrap_or(-1.0),
    };
    SessionCursor { key, id: session.id }
}

impl Reader {
    /// The window that a client asks for in this order.
    pub fn session_window(&self, order: SessionOrder, page: &PageArgs) -> Result<Window<SessionCursor>, AppError> {
        page.window(self.max_page, |text| cursor::read_session(order, text))
    }

    /// A part of the sessions that pass the filter.
    pub async fn sessions(
        &self,
        filter: &SessionFilter,
        order: SessionOrder,
        window: &Window<SessionCursor>,
    ) -> Result<Slice<SessionSummary>, AppError> {
        Ok(self.ports.sessions.sessions(filter, order, window).await?)
    }

    /// The same for each of several machines; a machine without any may be missing.
    pub async fn sessions_by_machine(
        &self,
        machines: &[MachineId],
        filter: &SessionFilter,
        order: SessionOrder,
        window: &Window<SessionCursor>,
    ) -> Result<HashMap<MachineId, Slice<SessionSummary>>, AppError> {
        Ok(self.ports.sessions.sessions_by_machine(machines, filter, order, window).await?)
    }

    /// How many sessions pass the filter.
    pub async fn count_sessions(&self, filter: &SessionFilter) -> Result<u64, AppError> {
        Ok(self.ports.sessions.count_sessions(filter).await?)
    }

    /// The same for each of several machines; a machine without any may be missing.
    pub async fn count_sessions_by_machine(
        &self,
        machines: &[MachineId],
        filter: &SessionFilter,
    ) -> Result<HashMap<MachineId, u64>, AppError> {
        Ok(self.ports.sessions.count_sessions_by_machine(machines, filter).await?)
    }

    /// Those of these ids that exist, in any order.
    pub async fn sessions_by_id(&self, ids: &[SessionId]) -> Result<Vec<SessionSummary>, AppError> {
        Ok(self.ports.sessions.sessions_by_id(ids).await?)
    }

    /// The latest session of each machine that has one.
    pub async fn latest_sessions(
        &self,
        machines: &[MachineId],
    ) -> Result<HashMap<MachineId, SessionSummary>, AppError> {
        Ok(self.ports.sessions.latest_sessions(machines).await?)
    }

    /// The highest revision so far.
    pub async fn revision(&self) -> Result<Revision, AppError> {
        Ok(self.ports.sessions.revision().await?)
    }

    /// The highest session id so far, 0 without a session.
    pub async fn last_session(&self) -> Result<SessionId, AppError> {
        Ok(self.ports.sessions.last_session().await?)
    }

    /// The sessions with a higher revision, lowest first; at most a page.
    pub async fn changed_since(&self, revision: Revision) -> Result<Vec<SessionSummary>, AppError> {
        Ok(self.ports.sessions.changed_since(revision, self.max_page).await?)
    }

    /// The sessions with a higher id, lowest first; at most a page.
    pub async fn created_since(&self, id: SessionId) -> Result<Vec<SessionSummary>, AppError> {
        Ok(self.ports.sessions.created_since(id, self.max_page).await?)
    }
}

//! What needs somebody's attention, and pages of it.

use super::{Machine, PageInfo, Severity, User};
use crate::error::ApiResult;
use crate::loader::AlertGroup;
use crate::scalar::DateTime;
use async_graphql::{ID, Object, SimpleObject};
use atelier_application::ports::alerts::StoredAlert;
use atelier_application::query::cursor;
use std::sync::Arc;

/// An alert among its siblings.
#[derive(Clone)]
pub(crate) struct Alert {
    stored: Arc<StoredAlert>,
    group: Arc<AlertGroup>,
}

impl Alert {
    /// One of a group.
    pub(crate) fn new(stored: Arc<StoredAlert>, group: Arc<AlertGroup>) -> Self {
        Self { stored, group }
    }

    fn cursor(&self) -> String {
        cursor::alert(self.stored.id)
    }
}

/// Something that needs somebody's attention. It is open as long as its condition holds.
#[Object]
impl Alert {
    /// Its identifier; one that was raised later has a higher one.
    async fn id(&self) -> ID {
        self.stored.id.into()
    }

    /// What is wrong: `FILE_QUARANTINED`, `SYNC_FAILED`, `SYNC_PARTIAL`, `SYNC_OVERDUE`, `REJECTED_LINES`, `FILE_CHANGED` or
    /// `MACHINE_SILENT`; more may be added.
    async fn kind(&self) -> &str {
        self.stored.kind.as_str()
    }

    /// How bad it is.
    async fn severity(&self) -> Severity {
        self.stored.severity.into()
    }

    /// What is wrong, in a sentence or more for people.
    async fn message(&self) -> &str {
        &self.stored.message
    }

    /// When it was raised.
    async fn raised_at(&self) -> DateTime {
        DateTime(self.stored.raised_at)
    }

    /// When its condition was gone; null while it is open.
    async fn resolved_at(&self) -> Option<DateTime> {
        self.stored.resolved_at.map(DateTime)
    }

    /// Who was the first to say that they take care of it; null when nobody did.
    async fn acknowledged_by(&self) -> ApiResult<Option<User>> {
        let Some(id) = self.stored.acknowledged_by else { return Ok(None) };
        Ok(self.group.users().await?.get(&id).cloned().map(Into::into))
    }

    /// The machine it is about; null when it is about none.
    async fn machine(&self) -> ApiResult<Option<Machine>> {
        let Some(id) = self.stored.machine else { return Ok(None) };
        Ok(self.group.machines().await?.get(&id).cloned())
    }
}

/// A page of alerts, the newest first.
pub(crate) struct AlertConnection {
    pub(crate) alerts: Vec<Alert>,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
}

/// A page of alerts, the newest first.
#[Object]
impl AlertConnection {
    /// The alerts, each with its place.
    async fn edges(&self) -> Vec<AlertEdge> {
        self.alerts.iter().map(|alert| AlertEdge { cursor: alert.cursor(), node: alert.clone() }).collect()
    }

    /// The alerts.
    async fn nodes(&self) -> &[Alert] {
        &self.alerts
    }

    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.alerts.first().map(Alert::cursor),
            end_cursor: self.alerts.last().map(Alert::cursor),
        }
    }
}

/// An alert and its place in the list.
#[derive(SimpleObject)]
pub(crate) struct AlertEdge {
    /// Its place, for `after`.
    cursor: String,
    /// The alert.
    node: Alert,
}

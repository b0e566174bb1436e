//! The audit trail and pages of it.

use super::{AuditAction, PageInfo, User};
use crate::scalar::DateTime;
use async_graphql::{ID, Object, SimpleObject};
use atelier_application::ports::audit::AuditRecord;
use atelier_application::query::cursor;

/// Something that was changed by hand, and by whom.
#[derive(SimpleObject)]
pub(crate) struct AuditEntry {
    /// Its identifier; a later entry has a higher one.
    id: ID,
    /// When.
    at: DateTime,
    /// The user who did it; null when it was done on the command line, and of a user who is no longer known.
    user: Option<User>,
    /// Who it was at the time: a user's name, or `command line (name)` with the name of the operating system.
    actor: String,
    /// What was done.
    action: AuditAction,
    /// To what.
    object: String,
    /// More about it, by name.
    detail: Vec<AuditDetail>,
}

/// A name and a value.
#[derive(SimpleObject)]
pub(crate) struct AuditDetail {
    /// What it is about.
    name: String,
    /// What it is.
    value: String,
}

impl From<AuditRecord> for AuditEntry {
    fn from(record: AuditRecord) -> Self {
        Self {
            id: record.id.into(),
            at: DateTime(record.at),
            user: record.user.map(Into::into),
            actor: record.actor,
            action: record.action.into(),
            object: record.object,
            detail: record.detail.into_iter().map(|(name, value)| AuditDetail { name, value }).collect(),
        }
    }
}

/// A page of the audit trail, the newest first.
pub(crate) struct AuditConnection {
    pub(crate) records: Vec<AuditRecord>,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
}

/// A page of the audit trail, the newest first.
#[Object]
impl AuditConnection {
    /// The entries, each with its place.
    async fn edges(&self) -> Vec<AuditEdge> {
        let edge = |record: &AuditRecord| AuditEdge { cursor: cursor::audit(record.id), node: record.clone().into() };
        self.records.iter().map(edge).collect()
    }

    /// The entries.
    async fn nodes(&self) -> Vec<AuditEntry> {
        self.records.iter().cloned().map(Into::into).collect()
    }

    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.records.first().map(|record| cursor::audit(record.id)),
            end_cursor: self.records.last().map(|record| cursor::audit(record.id)),
        }
    }
}

/// An entry of the audit trail and its place in the list.
#[derive(SimpleObject)]
pub(crate) struct AuditEdge {
    /// Its place, for `after`.
    cursor: String,
    /// The entry.
    node: AuditEntry,
}

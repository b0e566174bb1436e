//! Announcements of what was committed.

use super::sessions::SessionSummary;
use futures_util::stream::BoxStream;
use std::sync::Arc;

/// A session that was committed.
#[derive(Debug, Clone)]
pub struct SessionChange {
    /// Whether it did not exist before.
    pub created: bool,
    /// As it was committed, or later.
    pub session: Arc<SessionSummary>,
}

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum Announcement {
    /// A change, in the order of revisions.
    Changed(SessionChange),
    /// Some were missed because the listener was slow: read them from the store.
    Missed,
}

/// Tells listeners of this process what was committed, here or elsewhere. Losing an announcement is harmless: the revision
/// is in the table.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SessionEvents: Send + Sync {
    /// Announces a change to all who listen.
    fn announce(&self, change: SessionChange);

    /// What is announced from now on.
    fn listen(&self) -> BoxStream<'static, Announcement>;
}

//! Telling the outside of alerts, and what is still to be told.

use super::alerts::StoredAlert;
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::ids::NotificationId;
use atelier_domain::time::Instant;

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertEvent {
    /// It is new.
    Raised,
    /// Its condition is gone.
    Resolved,
}

impl AlertEvent {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Raised, Self::Resolved];

    /// As columns write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "RAISED",
            Self::Resolved => "RESOLVED",
        }
    }
}

/// Something to tell of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its identifier.
    pub id: NotificationId,
    /// What happened.
    pub event: AlertEvent,
    /// The alert as it stands.
    pub alert: StoredAlert,
    /// What people call its machine.
    pub machine_name: Option<String>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

impl Notification {
    /// When what it tells of happened.
    pub fn happened_at(&self) -> Instant {
        match self.event {
            AlertEvent::Raised => self.alert.raised_at,
            AlertEvent::Resolved => self.alert.resolved_at.unwrap_or(self.alert.raised_at),
        }
    }

    /// The same for every attempt, and no other's: whoever gets it twice can tell. The instant is in it because a database
    /// that was restored hands out the same ids again.
    pub fn delivery_id(&self) -> String {
        let event = self.event.as_str().to_ascii_lowercase();
        format!("{}-{event}-{:x}", self.alert.id, self.alert.raised_at.0)
    }
}

/// Why somebody was not told. The text is a sentence for the log, without a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// The same may succeed soon.
    #[error("{0}")]
    Transient(String),
    /// It was refused, and will be until somebody changes something.
    #[error("{0}")]
    Refused(String),
}

/// Tells the outside.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Tells once. Whoever is told may be told the same again, under the same [`Notification::delivery_id`].
    async fn deliver(&self, notification: &Notification) -> Result<(), NotifyError>;
}

/// What is to be told.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes the one that is due the longest, for nobody else until `until`, and counts the attempt. That an alert is
    /// resolved is not due before it was told that it was raised, or given up.
    async fn take_due(&self, now: Instant, until: Instant) -> StoreResult<Option<Notification>>;

    /// Notes that it was told. Whoever holds it no longer, because the time was over, changes nothing.
    async fn delivered(&self, notification: &Notification, now: Instant) -> StoreResult<()>;

    /// Notes that it was not told and why, and lets go of it until `next_try`; without one, for ever. Whoever holds it no
    /// longer changes nothing.
    async fn not_delivered(
        &self,
        notification: &Notification,
        error: &str,
        next_try: Option<Instant>,
        now: Instant,
    ) -> StoreResult<()>;
}

//! Alerts: what is known that may be wrong, and what was told of it.

use super::sessions::{Slice, Window};
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::alert::{AlertKind, Condition, Facts, Severity};
use atelier_domain::ids::{AlertId, MachineId, UserId};
use atelier_domain::time::Instant;

/// A stored alert. It is open until it is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAlert {
    /// Its identifier; one that was raised later has a higher one.
    pub id: AlertId,
    /// What is wrong.
    pub kind: AlertKind,
    /// How bad it is.
    pub severity: Severity,
    /// With what.
    pub subject: String,
    /// For people, as it was last seen.
    pub message: String,
    /// The machine it is about.
    pub machine: Option<MachineId>,
    /// When it was raised.
    pub raised_at: Instant,
    /// When its condition was gone.
    pub resolved_at: Option<Instant>,
    /// Who was the first to say that they take care of it.
    pub acknowledged_by: Option<UserId>,
}

/// What a review changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Alerts that are new.
    pub raised: usize,
    /// Alerts whose condition is gone.
    pub resolved: usize,
}

/// Stored alerts.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AlertStore: Send + Sync {
    /// What is known that may be wrong; what happened once, since `since`. Writes nothing.
    async fn facts(&self, since: Instant) -> StoreResult<Facts>;

    /// Begins a review, alone among all processes. Dropped before it is applied, it leaves nothing.
    async fn begin_review(&self) -> StoreResult<Box<dyn AlertReview>>;

    /// A part of all alerts, or of those that are open or not, the newest first.
    async fn alerts(&self, open: Option<bool>, window: &Window<AlertId>) -> StoreResult<Slice<StoredAlert>>;

    /// Those of these ids that exist.
    async fn alerts_by_id(&self, ids: &[AlertId]) -> StoreResult<Vec<StoredAlert>>;

    /// Those raised after `after`, at most `limit`, in the order of their ids, which is that of their commits.
    async fn raised_since(&self, after: AlertId, limit: u32) -> StoreResult<Vec<StoredAlert>>;

    /// Notes who takes care of an alert, unless somebody does. Gives the alert, if there is one.
    async fn acknowledge(&self, id: AlertId, user: UserId, now: Instant) -> StoreResult<Option<StoredAlert>>;
}

/// A review in the making: what it sees, no other review changes meanwhile.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AlertReview: Send {
    /// As [`AlertStore::facts`].
    async fn facts(&mut self, since: Instant) -> StoreResult<Facts>;

    /// Makes the open alerts equal to these conditions: raises the new, brings the messages of those that go on up to date,
    /// resolves those that are gone. What is to be told of the raised and the resolved is stored with it, whole or not at all.
    async fn apply(self: Box<Self>, conditions: &[Condition], now: Instant) -> StoreResult<Reviewed>;
}

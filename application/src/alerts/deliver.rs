//! Telling the outside what a review raised and resolved.
//!
//! What is to be told lies in the database, stored with the alert: it is neither lost with a process nor told by two. It is
//! tried again with growing pauses; a process that dies with one in hand holds it until its time is over.

use crate::ports::clock::Clock;
use crate::ports::notify::{Notification, Notifier, NotifyError, Outbox};
use crate::ports::store_error::StoreError;
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use std::sync::Arc;

/// Whoever takes one has so long to tell it: longer than any notifier takes.
const LEASE: Millis = Millis::from_seconds(60);

/// The pauses after the first attempts …
const PAUSES: [Millis; 5] = [
    Millis::from_seconds(10),
    Millis::from_seconds(60),
    Millis::from_seconds(5 * 60),
    Millis::from_seconds(30 * 60),
    Millis::from_seconds(2 * 3_600),
];
/// … and after all others.
const LONG_PAUSE: Millis = Millis::from_seconds(6 * 3_600);

/// What could not be told for so long never is.
const PATIENCE: Millis = Millis(3 * Millis::DAY.0);

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing is due.
    NothingDue,
    /// One was told.
    Delivered,
    /// One was not told; it will be tried again, or was given up.
    Failed,
}

/// Tells what is due.
#[derive(Clone)]
pub struct Deliverer {
    outbox: Arc<dyn Outbox>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
}

impl Deliverer {
    /// Over these ports.
    pub fn new(outbox: Arc<dyn Outbox>, notifier: Arc<dyn Notifier>, clock: Arc<dyn Clock>) -> Self {
        Self { outbox, notifier, clock }
    }

    /// Tells one after the other until none is due, or one fails: the next would most likely fail as well.
    pub async fn deliver_due(&self) -> Result<Delivery, StoreError> {
        loop {
            match self.deliver_next().await? {
                Delivery::Delivered => {}
                other => return Ok(other),
            }
        }
    }

    async fn deliver_next(&self) -> Result<Delivery, StoreError> {
        let now = self.clock.now();
        let Some(notification) = self.outbox.take_due(now, now + LEASE).await? else {
            return Ok(Delivery::NothingDue);
        };
        let told = self.notifier.deliver(&notification).await;
        let now = self.clock.now();
        let Err(error) = told else {
            self.outbox.delivered(&notification, now).await?;
            return Ok(Delivery::Delivered);
        };
        let next = next_try(&notification, &error, now);
        let (alert, attempt) = (notification.alert.id.0, notification.attempt);
        if let Some(next) = next {
            let refused = matches!(error, NotifyError::Refused(_));
            let next = next.to_utc().to_rfc3339();
            tracing::warn!(alert, attempt, refused, next_try = next, %error, "an alert could not be told");
        } else {
            tracing::error!(alert, attempt, %error, "an alert could not be told for three days and is given up");
        }
        self.outbox.not_delivered(&notification, &error.to_string(), next, now).await?;
        Ok(Delivery::Failed)
    }
}

/// When to try again; nothing once it was tried for long enough. What was refused has time.
fn next_try(notification: &Notification, error: &NotifyError, now: Instant) -> Option<Instant> {
    let short = match error {
        NotifyError::Refused(_) => None,
        NotifyError::Transient(_) => PAUSES.get(notification.attempt.saturating_sub(1) as usize).copied(),
    };
    (now - notification.happened_at() < PATIENCE).then(|| now + short.unwrap_or(LONG_PAUSE))
}

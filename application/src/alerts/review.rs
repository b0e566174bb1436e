//! Making the open alerts equal to the conditions that hold.

use crate::ports::alerts::{AlertStore, Reviewed};
use crate::ports::clock::Clock;
use crate::ports::sessions::Window;
use crate::ports::store_error::StoreError;
use atelier_domain::alert::{Expectations, RECENT, conditions};
use atelier_domain::time::Instant;
use std::sync::Arc;

/// Looks at what is known and raises and resolves alerts.
#[derive(Clone)]
pub struct Reviewer {
    store: Arc<dyn AlertStore>,
    clock: Arc<dyn Clock>,
    expected: Expectations,
}

impl Reviewer {
    /// Over these ports, for a plant that expects this.
    pub fn new(store: Arc<dyn AlertStore>, clock: Arc<dyn Clock>, expected: Expectations) -> Self {
        Self { store, clock, expected }
    }

    /// One look. Any number of them, by any number of processes, ends in the same.
    pub async fn review(&self) -> Result<Reviewed, StoreError> {
        let now = self.clock.now();
        if self.all_is_well(now).await? {
            return Ok(Reviewed::default());
        }
        let mut review = self.store.begin_review().await?;
        // Read again: what was seen before another review ended may be gone.
        let now = self.clock.now();
        let facts = review.facts(since(now)).await?;
        review.apply(&conditions(&facts, &self.expected, now), now).await
    }

    /// Whether nothing is wrong and nothing was: then there is nothing to write.
    async fn all_is_well(&self, now: Instant) -> Result<bool, StoreError> {
        let facts = self.store.facts(since(now)).await?;
        if !conditions(&facts, &self.expected, now).is_empty() {
            return Ok(false);
        }
        let one = Window { limit: 1, after: None, before: None, from_end: false };
        Ok(self.store.alerts(Some(true), &one).await?.items.is_empty())
    }
}

fn since(now: Instant) -> Instant {
    Instant(now.0.saturating_sub(RECENT.0))
}

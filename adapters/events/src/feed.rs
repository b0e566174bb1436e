//! Finding out what was committed, by whomever.

use atelier_application::ports::events::{SessionChange, SessionEvents};
use atelier_application::ports::sessions::SessionReader;
use atelier_application::ports::signals::CommitSignals;
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::{Revision, SessionId};
use futures_util::StreamExt as _;
use futures_util::stream::pending;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How many sessions are read at once.
const BATCH: u32 = 500;
/// How often what other processes committed is looked for, where the database does not tell of it …
const UNTOLD: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 1_000 });
/// … and where it does: a signal may be lost.
const TOLD: Duration = Duration::from_millis(if cfg!(test) { 1_000 } else { 5_000 });

/// Announces each session that was committed, in the order of revisions.
pub struct ChangeFeed {
    reader: Arc<dyn SessionReader>,
    events: Arc<dyn SessionEvents>,
    /// What was announced so far; nothing before the store answered once.
    place: Option<Place>,
    /// The new sessions that were announced since then, while the rest cannot be read.
    told: HashSet<SessionId>,
    failing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    revision: Revision,
    session: SessionId,
}

impl ChangeFeed {
    /// Looks at each `wake` and each signal, and now and then without one, until it is cancelled. What was committed before
    /// it began is not announced.
    pub async fn run(
        reader: Arc<dyn SessionReader>,
        events: Arc<dyn SessionEvents>,
        signals: Arc<dyn CommitSignals>,
        wake: Arc<Notify>,
        cancel: CancellationToken,
    ) {
        let mut feed = Self { reader, events, place: None, told: HashSet::new(), failing: false };
        let told = signals.signals();
        let mut tick = interval(if told.is_some() { TOLD } else { UNTOLD });
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = told.unwrap_or_else(|| pending().boxed());
        let work = async {
            loop {
                tokio::select! {
                    () = wake.notified() => {}
                    Some(()) = told.next() => {}
                    _ = tick.tick() => {}
                }
                feed.look().await;
            }
        };
        cancel.run_until_cancelled(work).await;
    }

    /// Announces what is new. Tells of a failure once, until it is over.
    async fn look(&mut self) {
        match self.announce_changes().await {
            Ok(()) if self.failing => {
                self.failing = false;
                tracing::info!("changes of sessions can be read again");
            }
            Ok(()) => {}
            Err(cause) if self.failing => tracing::debug!(%cause, "changes of sessions still cannot be read"),
            Err(cause) => {
                self.failing = true;
                tracing::warn!(%cause, "changes of sessions cannot be read: subscribers hear nothing until they can");
            }
        }
    }

    async fn announce_changes(&mut self) -> StoreResult<()> {
        let Some(begun) = self.place else {
            self.place = Some(self.present().await?);
            return Ok(());
        };
        let revision = self.reader.revision().await?;
        if revision < begun.revision {
            tracing::info!("the database was replaced by an older one: changes are announced from its state on");
            self.place = Some(self.present().await?);
            return Ok(());
        }
        let mut place = begun;
        while place.revision < revision {
            let changed = self.reader.changed_since(place.revision, BATCH).await?;
            let last = changed.len() < BATCH as usize;
            for session in changed {
                place.revision = session.revision;
                place.session = place.session.max(session.id);
                // A session may change again while the rest is read: the second time it is no new one.
                let created = session.id > begun.session && self.told.insert(session.id);
                self.events.announce(SessionChange { created, session: Arc::new(session) });
                // An error further on must not have it announced again.
                self.place = Some(Place { session: begun.session, ..place });
            }
            if last {
                // The highest revisions may belong to no session any more.
                place.revision = place.revision.max(revision);
            }
        }
        self.place = Some(place);
        self.told.clear();
        Ok(())
    }

    /// Where the store stands.
    async fn present(&self) -> StoreResult<Place> {
        loop {
            let session = self.reader.last_session().await?;
            let revision = self.reader.revision().await?;
            // A session committed in between would be taken for an old one, or for a new one twice.
            if self.reader.last_session().await? == session {
                return Ok(Place { revision, session });
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;

//! Telling the listeners of this process.

use atelier_application::ports::events::{Announcement, SessionChange, SessionEvents};
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, unfold};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Sender};

/// How many announcements a listener may be behind before it misses some.
const CAPACITY: usize = 1024;

/// Announcements within this process. Clones announce to the same listeners.
#[derive(Debug, Clone)]
pub struct Broadcast {
    sender: Sender<SessionChange>,
}

impl Default for Broadcast {
    fn default() -> Self {
        Self::new()
    }
}

impl Broadcast {
    /// Without a listener yet.
    pub fn new() -> Self {
        Self { sender: broadcast::channel(CAPACITY).0 }
    }
}

impl SessionEvents for Broadcast {
    fn announce(&self, change: SessionChange) {
        // It fails when nobody listens, which is no failure.
        let _ = self.sender.send(change);
    }

    fn listen(&self) -> BoxStream<'static, Announcement> {
        unfold(self.sender.subscribe(), async |mut receiver| match receiver.recv().await {
            Ok(change) => Some((Announcement::Changed(change), receiver)),
            Err(RecvError::Lagged(_)) => Some((Announcement::Missed, receiver)),
            Err(RecvError::Closed) => None,
        })
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::tests::session;
    use std::sync::Arc;

    fn change(id: i64) -> SessionChange {
        SessionChange { created: true, session: Arc::new(session(id, id)) }
    }

    fn id(announcement: Option<Announcement>) -> Option<i64> {
        match announcement {
            Some(Announcement::Changed(change)) => Some(change.session.id.0),
            _ => None,
        }
    }

    #[tokio::test]
    async fn all_who_listen_hear_what_comes_after() {
        let events = Broadcast::new();
        events.announce(change(1));
        let (mut one, mut two) = (events.listen(), events.clone().listen());
        events.announce(change(2));
        events.announce(change(3));
        drop(events);
        for listener in [&mut one, &mut two] {
            assert_eq!(id(listener.next().await), Some(2));
            assert_eq!(id(listener.next().await), Some(3));
            assert!(listener.next().await.is_none());
        }
    }

    #[tokio::test]
    async fn the_slow_are_told_that_they_missed_something() {
        let events = Broadcast::new();
        let mut listener = events.listen();
        for id in 0..=CAPACITY as i64 {
            events.announce(change(id));
        }
        assert!(matches!(listener.next().await, Some(Announcement::Missed)));
        assert_eq!(id(listener.next().await), Some(1));
    }
}

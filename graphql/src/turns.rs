//! Turns: how much of one user is at work at once, so that nobody keeps all others waiting.

use atelier_application::error::AppError;
use atelier_domain::ids::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many of one user wait for each that may be at work; more are refused.
const QUEUE: usize = 64;

/// The turns of each user. Clones share them.
#[derive(Clone)]
pub struct Turns {
    users: Arc<Mutex<HashMap<UserId, Line>>>,
    at_once: usize,
}

/// Those of one user: who is at work, and who is there at all.
#[derive(Clone)]
struct Line {
    at_work: Arc<Semaphore>,
    present: Arc<Semaphore>,
}

/// A turn; dropping it lets the next begin.
pub struct Turn {
    _present: OwnedSemaphorePermit,
    _at_work: OwnedSemaphorePermit,
}

impl Turns {
    /// So many at once.
    pub(crate) fn new(at_once: usize) -> Self {
        Self { users: Arc::default(), at_once }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// When too many wait already.
    pub async fn take(&self, user: UserId) -> Result<Turn, AppError> {
        let line = self.line(user);
        let busy = || AppError::RateLimited {
            message: "Too many of your requests wait already: send the next when one is answered.".to_owned(),
            after: Some(1),
        };
        let present = line.present.try_acquire_owned().map_err(|_| busy())?;
        let at_work = line.at_work.acquire_owned().await.map_err(|_| busy())?;
        Ok(Turn { _present: present, _at_work: at_work })
    }

    fn line(&self, user: UserId) -> Line {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let at_once = self.at_once;
        let line = users.entry(user).or_insert_with(|| Line {
            at_work: Arc::new(Semaphore::new(at_once)),
            present: Arc::new(Semaphore::new(at_once * (QUEUE + 1))),
        });
        line.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    #[tokio::test]
    async fn who_has_many_at_work_waits_and_nobody_else() {
        let turns = Turns::new(2);
        let (ada, bob) = (UserId(1), UserId(2));
        let first = turns.take(ada).await.ok();
        let second = turns.take(ada).await.ok();
        assert!(first.is_some() && second.is_some());
        let wait = Duration::from_millis(20);
        assert!(timeout(wait, turns.take(ada)).await.is_err());
        assert!(timeout(wait, turns.take(bob)).await.is_ok());
        drop(first);
        assert!(timeout(wait, turns.take(ada)).await.is_ok());
    }

    #[tokio::test]
    async fn a_queue_has_an_end() {
        let turns = Turns::new(1);
        let ada = UserId(1);
        let _at_work = turns.take(ada).await.ok();
        let waiting: Vec<_> = (0..QUEUE)
            .map(|_| {
                tokio::spawn({
                    let turns = turns.clone();
                    async move { turns.take(ada).await.is_ok() }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(matches!(turns.take(ada).await, Err(AppError::RateLimited { .. })));
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

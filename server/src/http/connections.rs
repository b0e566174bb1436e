//! How many connections that stay open somebody has: sockets and event streams.

use atelier_domain::ids::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The open ones of each user. Clones share them.
#[derive(Clone)]
pub(crate) struct Connections {
    open: Arc<Mutex<HashMap<UserId, usize>>>,
    most: usize,
}

/// An open one; dropping it counts it no longer.
pub(super) struct Open {
    connections: Connections,
    user: UserId,
}

impl Connections {
    /// At most so many of a user.
    pub(crate) fn new(most: usize) -> Self {
        Self { open: Arc::default(), most }
    }

    /// Counts one more; in words why not.
    pub(super) fn open(&self, user: UserId) -> Result<Open, String> {
        let mut open = self.lock();
        let count = open.entry(user).or_default();
        if *count >= self.most {
            return Err(format!("You have {} connections already: close one first.", self.most));
        }
        *count += 1;
        drop(open);
        Ok(Open { connections: self.clone(), user })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        if let Some(count) = open.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

//! What was asked for a moment ago.

use crate::ports::store_error::StoreResult;
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An answer counts for so long.
const FRESH: Millis = Millis::from_seconds(1);

/// So many answers are remembered; whoever asks for more makes us forget them all at times.
const REMEMBERED: usize = 10_000;

/// Answers of a store with the instant of each, so that a thousand requests in a second ask once. Clones share them.
pub(super) struct Remembered<K, V>(Arc<Mutex<HashMap<K, (Instant, V)>>>);

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, V> Clone for Remembered<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    /// The answer for `key`, as of a second ago at most. While the store does not answer, what was last known counts, if
    /// anything is; `what` cannot be asked then, says the log.
    pub(super) async fn or_ask(
        &self,
        key: K,
        now: Instant,
        what: &str,
        ask: impl Future<Output = StoreResult<V>>,
    ) -> Option<V> {
        let known = self.lock().get(&key).cloned();
        if let Some((at, answer)) = &known
            && now >= *at
            && now - *at < FRESH
        {
            return Some(answer.clone());
        }
        match ask.await {
            Ok(answer) => {
                let mut all = self.lock();
                if all.len() >= REMEMBERED {
                    all.clear();
                }
                all.insert(key, (now, answer.clone()));
                Some(answer)
            }
            Err(error) => {
                tracing::warn!(%error, "{what} cannot be asked");
                known.map(|(_, answer)| answer)
            }
        }
    }

    /// Forgets all.
    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, (Instant, V)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

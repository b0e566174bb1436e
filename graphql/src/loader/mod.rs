//! Children, asked for once per level.
//!
//! All items that came out of one list are siblings and share a group. The first sibling whose children are asked for loads
//! those of all; the others wait for it. So the number of statements follows from the document alone, not from the number of
//! rows and not from timing. Groups live as long as the response that is being made (of a subscription, as one event), so
//! nothing they hold is stale. A group only knows groups below it: no cycles.

mod alerts;
mod anomalies;
mod lines;
mod log_files;
mod machines;
mod orders;
mod reasons;
mod sessions;

pub(crate) use alerts::AlertGroup;
pub(crate) use anomalies::AnomalyGroup;
pub(crate) use lines::{LineDetail, Lines};
pub(crate) use log_files::LogFileGroup;
pub(crate) use machines::{MachineGroup, SessionList};
pub(crate) use orders::OrderGroup;
pub(crate) use reasons::{all_reasons, reasons};
pub(crate) use sessions::{JobDetail, PieceDetail, SessionGroup, stop_node};

use crate::error::ApiResult;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Values that siblings share, each loaded once for its key, be it a failure.
pub(crate) struct Shared<K, V>(Mutex<Vec<(K, Slot<V>)>>);

type Slot<V> = Arc<OnceCell<ApiResult<V>>>;

impl<K, V> Default for Shared<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: PartialEq, V: Clone> Shared<K, V> {
    /// The value of `key`, which the first who asks loads.
    pub(crate) async fn get<F>(&self, key: K, load: impl FnOnce() -> F) -> ApiResult<V>
    where
        F: Future<Output = ApiResult<V>>,
    {
        let slot = self.slot(key);
        slot.get_or_init(load).await.clone()
    }

    fn slot(&self, key: K) -> Slot<V> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, slot)) = slots.iter().find(|(known, _)| *known == key) {
            return Arc::clone(slot);
        }
        let slot = Slot::default();
        slots.push((key, Arc::clone(&slot)));
        slot
    }
}

//! What people do with alerts: taking care of them, and hearing of new ones.

use crate::access;
use crate::error::AppError;
use crate::ports::alerts::{AlertStore, StoredAlert};
use crate::ports::clock::Clock;
use crate::ports::identity::Subject;
use crate::ports::sessions::Window;
use crate::ports::users::Role;
use atelier_domain::ids::AlertId;
use futures_util::stream::{BoxStream, StreamExt as _, unfold};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// How often new alerts are looked for.
const EVERY: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 1_000 });

/// So many are read at once.
const AT_ONCE: u32 = 100;

/// Where people take care of alerts.
#[derive(Clone)]
pub struct AlertDesk {
    store: Arc<dyn AlertStore>,
    clock: Arc<dyn Clock>,
}

impl AlertDesk {
    /// Over these ports.
    pub fn new(store: Arc<dyn AlertStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Notes that the subject, an operator, takes care of an alert. One that somebody takes care of stays theirs.
    pub async fn acknowledge(&self, subject: &Subject, id: AlertId) -> Result<StoredAlert, AppError> {
        access::require(subject, Role::Operator)?;
        let alert = self.store.acknowledge(id, subject.user, self.clock.now()).await?;
        alert.ok_or_else(|| AppError::NotFound(format!("There is no alert {id}.")))
    }

    /// The alerts that are raised from now on, each once, in the order in which they were raised.
    pub async fn raised(
        &self,
        subject: &Subject,
    ) -> Result<BoxStream<'static, Result<StoredAlert, AppError>>, AppError> {
        access::require(subject, Role::Viewer)?;
        let newest = Window { limit: 1, after: None, before: None, from_end: false };
        let newest = self.store.alerts(None, &newest).await?.items.pop();
        let position = newest.map_or(AlertId(0), |alert| alert.id);
        let watch = Watch { store: Arc::clone(&self.store), position, waiting: VecDeque::new(), over: false };
        Ok(unfold(watch, Watch::next).boxed())
    }
}

/// A stream of alerts and the last one it has read.
struct Watch {
    store: Arc<dyn AlertStore>,
    position: AlertId,
    waiting: VecDeque<StoredAlert>,
    over: bool,
}

impl Watch {
    async fn next(mut self) -> Option<(Result<StoredAlert, AppError>, Self)> {
        if self.over {
            return None;
        }
        loop {
            if let Some(alert) = self.waiting.pop_front() {
                self.position = alert.id;
                return Some((Ok(alert), self));
            }
            match self.store.raised_since(self.position, AT_ONCE).await {
                Ok(raised) if raised.is_empty() => tokio::time::sleep(EVERY).await,
                Ok(raised) => self.waiting.extend(raised),
                Err(error) => {
                    self.over = true;
                    return Some((Err(error.into()), self));
                }
            }
        }
    }
}

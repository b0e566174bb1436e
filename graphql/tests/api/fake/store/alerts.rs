//! What it knows of alerts.

use super::Store;
use async_trait::async_trait;
use atelier_application::ports::alerts::{AlertReview, AlertStore, StoredAlert};
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_domain::alert::Facts;
use atelier_domain::ids::{AlertId, UserId};
use atelier_domain::time::Instant;

impl Store {
    /// Stores an alert as it stands.
    pub(crate) fn put_alert(&self, alert: StoredAlert) {
        let mut alerts = self.alerts.lock().unwrap();
        alerts.retain(|known| known.id != alert.id);
        alerts.push(alert);
    }
}

#[async_trait]
impl AlertStore for Store {
    async fn facts(&self, _: Instant) -> StoreResult<Facts> {
        Ok(Facts::default())
    }

    async fn begin_review(&self) -> StoreResult<Box<dyn AlertReview>> {
        Err(StoreError::Permanent("the API reviews nothing".to_owned()))
    }

    async fn alerts(&self, open: Option<bool>, window: &Window<AlertId>) -> StoreResult<Slice<StoredAlert>> {
        self.asked("alerts")?;
        let mut all = self.alerts.lock().unwrap().clone();
        all.retain(|alert| open.is_none_or(|open| alert.resolved_at.is_none() == open));
        all.sort_by_key(|alert| std::cmp::Reverse(alert.id));
        let from = window.after.map_or(0, |after| all.iter().filter(|alert| alert.id >= after).count());
        let to = all.len().min(from + window.limit as usize);
        Ok(Slice { items: all[from..to].to_vec(), has_next: to < all.len(), has_previous: from > 0 })
    }

    async fn alerts_by_id(&self, ids: &[AlertId]) -> StoreResult<Vec<StoredAlert>> {
        self.asked("alerts_by_id")?;
        Ok(self.alerts.lock().unwrap().iter().filter(|alert| ids.contains(&alert.id)).cloned().collect())
    }

    async fn raised_since(&self, after: AlertId, limit: u32) -> StoreResult<Vec<StoredAlert>> {
        self.asked("raised_since")?;
        let alerts = self.alerts.lock().unwrap();
        Ok(alerts.iter().filter(|alert| alert.id > after).take(limit as usize).cloned().collect())
    }

    async fn acknowledge(&self, id: AlertId, user: UserId, _: Instant) -> StoreResult<Option<StoredAlert>> {
        self.asked("acknowledge")?;
        let mut alerts = self.alerts.lock().unwrap();
        let alert = alerts.iter_mut().find(|alert| alert.id == id);
        Ok(alert.map(|alert| {
            alert.acknowledged_by.get_or_insert(user);
            alert.clone()
        }))
    }
}

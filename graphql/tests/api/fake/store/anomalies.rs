//! What it knows of anomalies: one of each session, and one of each file.

use super::super::data;
use super::Store;
use async_trait::async_trait;
use atelier_application::ports::anomalies::{AnomalyCursor, AnomalyFilter, AnomalyReader};
use atelier_application::ports::sessions::{Slice, StoredAnomaly, Window};
use atelier_application::ports::store_error::StoreResult;

#[async_trait]
impl AnomalyReader for Store {
    async fn list_anomalies(
        &self,
        filter: &AnomalyFilter,
        window: &Window<AnomalyCursor>,
    ) -> StoreResult<Slice<StoredAnomaly>> {
        self.asked("list_anomalies")?;
        let mut all = Vec::new();
        for session in self.sessions.lock().unwrap().iter() {
            if filter.machines.as_ref().is_none_or(|machines| machines.contains(&session.machine)) {
                all.extend([data::anomaly(session), data::file_anomaly(session)]);
            }
        }
        all.retain(|anomaly| {
            filter.kinds.as_ref().is_none_or(|kinds| kinds.contains(&anomaly.kind))
                && filter.from.is_none_or(|from| anomaly.at >= from)
                && filter.until.is_none_or(|until| anomaly.at < until)
        });
        all.sort_by_key(|anomaly| std::cmp::Reverse((anomaly.at, anomaly.id)));
        let passed = |after: AnomalyCursor| all.iter().filter(|it| (it.at, it.id) >= (after.at, after.id)).count();
        let from = window.after.map_or(0, passed);
        let to = all.len().min(from + window.limit as usize);
        Ok(Slice { items: all[from..to].to_vec(), has_next: to < all.len(), has_previous: from > 0 })
    }
}

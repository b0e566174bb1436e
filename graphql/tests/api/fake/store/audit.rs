//! An audit trail of three entries.

use super::super::{NOW, people};
use super::Store;
use async_trait::async_trait;
use atelier_application::ports::audit::{AuditAction, AuditLog, AuditRecord};
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::AuditId;
use std::collections::BTreeMap;

fn record(id: i64) -> AuditRecord {
    let detail = [("file", "DEM12 (PVC)/20250610.LOG"), ("reason", "a test")];
    AuditRecord {
        id: AuditId(id),
        at: NOW,
        user: (id > 1).then(people::ada),
        actor: if id > 1 { "ada".to_owned() } else { "command line (eve)".to_owned() },
        action: if id % 2 == 0 { AuditAction::VersionIncluded } else { AuditAction::VersionExcluded },
        object: "version 10".to_owned(),
        detail: BTreeMap::from(detail.map(|(name, value)| (name.to_owned(), value.to_owned()))),
    }
}

#[async_trait]
impl AuditLog for Store {
    async fn audit_trail(&self, window: &Window<AuditId>) -> StoreResult<Slice<AuditRecord>> {
        self.asked("audit_trail")?;
        let all: Vec<_> = (1..=3).rev().map(record).collect();
        let from = window.after.map_or(0, |after| all.iter().filter(|record| record.id >= after).count());
        let to = all.len().min(from + window.limit as usize);
        Ok(Slice { items: all[from..to].to_vec(), has_next: to < all.len(), has_previous: from > 0 })
    }
}

//! Reading anomalies of all machines, those of files too.

use super::sessions::{Slice, StoredAnomaly, Window};
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{AnomalyId, MachineId};
use atelier_domain::time::Instant;

/// Which anomalies. A missing value means all, an empty list none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnomalyFilter {
    /// Of these kinds.
    pub kinds: Option<Vec<AnomalyKind>>,
    /// Of these machines.
    pub machines: Option<Vec<MachineId>>,
    /// From this instant on.
    pub from: Option<Instant>,
    /// Before this instant, which is out.
    pub until: Option<Instant>,
}

/// The place of an anomaly in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnomalyCursor {
    /// Its instant.
    pub at: Instant,
    /// The anomaly.
    pub id: AnomalyId,
}

/// Stored anomalies.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AnomalyReader: Send + Sync {
    /// A part of the anomalies that pass the filter, the newest first: by instant, then by id.
    async fn list_anomalies(
        &self,
        filter: &AnomalyFilter,
        window: &Window<AnomalyCursor>,
    ) -> StoreResult<Slice<StoredAnomaly>>;
}

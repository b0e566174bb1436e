//! Anomalies of all machines.

use super::Reader;
use super::cursor;
use super::page::PageArgs;
use crate::error::AppError;
use crate::ports::anomalies::{AnomalyCursor, AnomalyFilter};
use crate::ports::sessions::{Slice, StoredAnomaly, Window};
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::MachineId;
use atelier_domain::time::ProductionDay;

/// Which anomalies are asked for. A missing value means all, an empty list none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnomalyWish {
    /// Of these kinds.
    pub kinds: Option<Vec<AnomalyKind>>,
    /// Of these machines.
    pub machines: Option<Vec<MachineId>>,
    /// From this production day on: the one that holds the anomaly's instant.
    pub from: Option<ProductionDay>,
    /// Up to this production day, which is in.
    pub to: Option<ProductionDay>,
}

impl Reader {
    /// The window that a client asks for.
    pub fn anomaly_window(&self, page: &PageArgs) -> Result<Window<AnomalyCursor>, AppError> {
        page.window(self.max_page, cursor::read_anomaly)
    }

    /// A part of the anomalies that are wished for, the newest first; those of files too.
    pub async fn list_anomalies(
        &self,
        wish: AnomalyWish,
        window: &Window<AnomalyCursor>,
    ) -> Result<Slice<StoredAnomaly>, AppError> {
        let AnomalyWish { kinds, machines, from, to } = wish;
        let from = from.map(|day| self.ports.zone.start_of(day));
        let until = to.map(|day| self.ports.zone.day(day).end());
        let filter = AnomalyFilter { kinds, machines, from, until };
        Ok(self.ports.anomalies.list_anomalies(&filter, window).await?)
    }
}

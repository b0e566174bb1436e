//! What it knows of runs of the synchronisation, and a runner that begins one.

use super::super::data;
use super::Store;
use async_trait::async_trait;
use atelier_application::ingest::{MachineRef, ReplayScope};
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::StoreResult;
use atelier_application::ports::sync_runner::{Start, SyncRunner};
use atelier_application::ports::sync_runs::{SyncRun, SyncRunReader, SyncSource, SyncStatus};
use atelier_domain::ids::{MachineId, SyncRunId};

impl Store {
    /// Stores how a run stands.
    pub(crate) fn put_run(&self, run: SyncRun) {
        let mut runs = self.runs.lock().unwrap();
        runs.retain(|known| known.id != run.id);
        runs.push(run);
    }
}

#[async_trait]
impl SyncRunReader for Store {
    async fn sync_runs(&self, source: Option<SyncSource>, window: &Window<SyncRunId>) -> StoreResult<Slice<SyncRun>> {
        self.asked("sync_runs")?;
        let mut all = self.runs.lock().unwrap().clone();
        all.retain(|run| source.is_none_or(|source| run.source == source));
        all.sort_by_key(|run| std::cmp::Reverse(run.id));
        let from = window.after.map_or(0, |after| all.iter().filter(|run| run.id >= after).count());
        let to = all.len().min(from + window.limit as usize);
        Ok(Slice { items: all[from..to].to_vec(), has_next: to < all.len(), has_previous: from > 0 })
    }
}

#[async_trait]
impl SyncRunner for Store {
    async fn start(&self, source: SyncSource) -> Start {
        self.calls.lock().unwrap().push("start");
        if source == SyncSource::Erp {
            return Start::NotConfigured("No ERP is configured.".to_owned());
        }
        let (next, busy) = {
            let runs = self.runs.lock().unwrap();
            (runs.len() as i64 + 1, runs.iter().any(|run| run.status == SyncStatus::Running))
        };
        if busy {
            return Start::AlreadyRunning;
        }
        let run = data::run(next, SyncStatus::Running);
        self.put_run(run.clone());
        Start::Begun(run)
    }

    async fn replay(&self, scope: ReplayScope) -> Start {
        match scope.machine {
            Some(MachineRef::Id(MachineId(id @ 900..))) => Start::Unknown(format!("There is no machine '{id}'.")),
            _ => self.start(SyncSource::Ftp).await,
        }
    }

    async fn derive_marked(&self) {
        self.calls.lock().unwrap().push("derive_marked");
    }
}

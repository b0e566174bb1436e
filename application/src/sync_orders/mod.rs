//! From the ERP's orders to stored ones.
//!
//! A run reads all wanted orders as they were at one moment, and only then writes: those that are new or changed, some at a
//! time, and what is gone last. Nothing of a reading that broke off is stored; a run that is killed while it writes leaves whole
//! orders, and the next one finds the rest.

mod fingerprint;
#[cfg(all(test, feature = "mocks"))]
mod tests;

pub use fingerprint::fingerprint;

use crate::ingest::{Outcome, Progress, RunError};
use crate::ports::clock::Clock;
use crate::ports::erp::{ErpError, FailedOrder, FetchedOrders, OrderSource};
use crate::ports::orders::{ChangedOrder, Fingerprint, KnownOrder, OrderStore};
use crate::ports::store_error::StoreError;
use crate::ports::sync_runs::{RunKind, SyncRun, SyncRunStore, SyncSource, SyncStatus};
use atelier_domain::order::{OrderKey, Selection};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// So many orders are written in one transaction.
const STEP: usize = 500;

/// While the ERP is read it is looked so often whether the run should stop.
const LOOK: Duration = Duration::from_millis(100);

/// So many orders that cannot be read are told one by one.
const TOLD: usize = 10;

/// What the ERP does not give any more is gone, or it is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Removals {
    /// Where nothing is left, or more than half of what is known is not, that is taken for a fault.
    #[default]
    Plausible,
    /// Whatever is not there is gone.
    All,
}

/// Making the stored orders equal to the ERP's.
#[derive(Clone)]
pub struct OrderSync {
    /// The ERP.
    pub source: Arc<dyn OrderSource>,
    /// Where they are kept.
    pub store: Arc<dyn OrderStore>,
    /// Where runs are recorded.
    pub runs: Arc<dyn SyncRunStore>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Which orders are wanted.
    pub selection: Selection,
    /// Whether the names of customers may be kept, also those of orders that are gone.
    pub customer_names: bool,
}

/// Why a run stopped before its end.
#[derive(Debug, thiserror::Error)]
enum Halt {
    #[error("{0}")]
    Source(#[from] ErpError),
    #[error("The database did not take the orders, and the next run will go on from there: {0}")]
    Store(#[from] StoreError),
}

impl OrderSync {
    /// Finds what is new, changed or gone, and stores that.
    ///
    /// # Errors
    /// When the run itself cannot be recorded; every other failure is in the run's status and text.
    pub async fn run(&self, removals: Removals, progress: &dyn Progress) -> Result<Outcome, RunError> {
        let Some(_lock) = self.runs.try_lock(SyncSource::Erp).await? else { return Ok(Outcome::AlreadyRunning) };
        let mut run = self.runs.start(SyncSource::Erp, RunKind::Sync, self.clock.now()).await?;
        progress.started(&run);
        let mut told = Vec::new();
        let done = self.run_all(&mut run, removals, progress, &mut told).await;
        run.status = match &done {
            Ok(()) if told.is_empty() => SyncStatus::Succeeded,
            Err(_) if run.orders_changed == 0 => SyncStatus::Failed,
            Ok(()) | Err(_) => SyncStatus::Partial,
        };
        if let Err(halt) = done {
            tracing::error!(error = %halt, "the run stopped");
            told.insert(0, halt.to_string());
        } else if !progress.cancelled() {
            run.progress = 1.0;
        }
        run.error = (!told.is_empty()).then(|| told.join("\n"));
        run.finished_at = Some(self.clock.now());
        self.runs.save(&run).await?;
        progress.advanced(&run);
        Ok(Outcome::Ran(run))
    }

    async fn run_all(
        &self,
        run: &mut SyncRun,
        removals: Removals,
        progress: &dyn Progress,
        told: &mut Vec<String>,
    ) -> Result<(), Halt> {
        let interrupted = || "It was interrupted; the next run goes on from here.".to_owned();
        let fetched = tokio::select! {
            biased;
            fetched = self.source.fetch(&self.selection) => Some(fetched?),
            () = cancelled(progress) => None,
        };
        let Some(FetchedOrders { orders, count, failed, left_out }) = fetched else {
            told.push(interrupted());
            return Ok(());
        };
        run.orders_seen = count;
        run.orders_failed = u32::try_from(failed.len()).unwrap_or(u32::MAX);
        for remark in &left_out {
            tracing::info!("{remark}");
            progress.warned(remark);
        }
        tell_failed(&failed, told);
        let known = self.store.known_orders().await?;
        let present = known.iter().filter(|order| !order.removed).count();
        let mut known: HashMap<OrderKey, (Fingerprint, bool)> =
            known.into_iter().map(|KnownOrder { key, fingerprint, removed }| (key, (fingerprint, removed))).collect();
        // What cannot be read is there all the same.
        for order in &failed {
            order.key.as_ref().map(|key| known.remove(key));
        }
        progress.planned(run.orders_seen, 0);
        let mut seen = 0u32;
        let mut step = Vec::new();
        for mut order in orders {
            seen += 1;
            order.sort();
            let fingerprint = fingerprint(&order);
            let before = known.remove(&order.key);
            if before.is_none_or(|(before, removed)| removed || before != fingerprint) {
                step.push(ChangedOrder { order, fingerprint });
            }
            if step.len() >= STEP {
                if progress.cancelled() {
                    told.push(interrupted());
                    return Ok(());
                }
                self.save(run, &mut step, progress).await?;
                run.progress = f64::from(seen) / f64::from(run.orders_seen.max(1));
                self.note(run, progress).await;
            }
        }
        if progress.cancelled() {
            told.push(interrupted());
            return Ok(());
        }
        self.save(run, &mut step, progress).await?;
        let gone: HashSet<OrderKey> =
            known.into_iter().filter(|(_, (_, removed))| !removed).map(|(key, _)| key).collect();
        let implausible = present > 0 && (run.orders_seen + run.orders_failed == 0 || gone.len() * 2 > present);
        if removals == Removals::Plausible && implausible && !gone.is_empty() {
            run.orders_missing = u32::try_from(gone.len()).unwrap_or(u32::MAX);
            told.push(format!(
                "{} of the {present} known orders are not in the ERP any more; that is not believed, and nothing was removed. If it \
                 is right, `atelier sync erp --accept-removals` removes them.",
                gone.len()
            ));
            return Ok(());
        }
        self.remove(run, gone, progress).await?;
        if !self.customer_names {
            self.store.forget_customer_names().await?;
        }
        Ok(())
    }

    async fn save(
        &self,
        run: &mut SyncRun,
        step: &mut Vec<ChangedOrder>,
        progress: &dyn Progress,
    ) -> Result<(), StoreError> {
        if step.is_empty() {
            return Ok(());
        }
        self.store.save_changed(step, self.clock.now()).await?;
        run.orders_changed += u32::try_from(step.len()).unwrap_or(u32::MAX);
        step.clear();
        progress.committed();
        Ok(())
    }

    async fn remove(
        &self,
        run: &mut SyncRun,
        gone: HashSet<OrderKey>,
        progress: &dyn Progress,
    ) -> Result<(), StoreError> {
        let mut gone: Vec<OrderKey> = gone.into_iter().collect();
        gone.sort();
        for step in gone.chunks(STEP) {
            self.store.save_gone(step, self.clock.now()).await?;
            run.orders_changed += u32::try_from(step.len()).unwrap_or(u32::MAX);
            progress.committed();
        }
        Ok(())
    }

    /// For those who watch it; what counts is stored already.
    async fn note(&self, run: &SyncRun, progress: &dyn Progress) {
        progress.advanced(run);
        if let Err(error) = self.runs.save(run).await {
            tracing::warn!(%error, "how far the run is could not be stored");
        }
    }
}

/// Ends soon after the run was told to stop.
async fn cancelled(progress: &dyn Progress) {
    while !progress.cancelled() {
        tokio::time::sleep(LOOK).await;
    }
}

fn tell_failed(failed: &[FailedOrder], told: &mut Vec<String>) {
    for order in failed {
        tracing::warn!(order = order.key.as_ref().map(ToString::to_string), reason = order.reason, "could not be read");
    }
    told.extend(failed.iter().take(TOLD).map(|order| order.reason.clone()));
    if failed.len() > TOLD {
        told.push(format!("{} more orders could not be read; the log names them.", failed.len() - TOLD));
    }
}

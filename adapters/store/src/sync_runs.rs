//! Runs of the synchronisation.

use crate::Store;
use crate::locks;
use crate::rows::Fields;
use crate::value;
use async_trait::async_trait;
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_application::ports::sync_runs::{RunLock, SyncRun, SyncRunStore, SyncSource, SyncStatus};
use atelier_domain::ids::SyncRunId;
use atelier_domain::time::Instant;

/// What is said of a run whose process ended before it.
const INTERRUPTED: &str = "The run was interrupted: its process ended before it did.";

#[async_trait]
impl SyncRunStore for Store {
    async fn try_lock(&self, source: SyncSource) -> StoreResult<Option<Box<dyn RunLock>>> {
        locks::try_lock(self, source).await
    }

    async fn start(&self, source: SyncSource, now: Instant) -> StoreResult<SyncRun> {
        let sql = "UPDATE synchronisation SET statut = $1, fin = $2, erreur = $3 WHERE source = $4 AND statut = $5";
        let (failed, running) = (SyncStatus::Failed.as_str(), SyncStatus::Running.as_str());
        let values = vec![failed.into(), self.at(now), INTERRUPTED.into(), source.as_str().into(), running.into()];
        self.execute(sql, values).await?;
        let sql = "INSERT INTO synchronisation (source, statut, debut) VALUES ($1, $2, $3) RETURNING id";
        let row = self.row(sql, vec![source.as_str().into(), running.into(), self.at(now)]).await?;
        let row = row.ok_or_else(|| StoreError::Permanent("The database did not say which run it added.".into()))?;
        Ok(SyncRun {
            id: SyncRunId(Fields::of(&row, "synchronisation", &["id"], 0).number()?),
            source,
            status: SyncStatus::Running,
            started_at: now,
            finished_at: None,
            files_seen: 0,
            files_read: 0,
            bytes_read: 0,
            files_failed: 0,
            sessions_created: 0,
            sessions_updated: 0,
            orders_changed: 0,
            progress: 0.0,
            error: None,
        })
    }

    async fn save(&self, run: &SyncRun) -> StoreResult<()> {
        let sql = "UPDATE synchronisation SET statut = $1, fin = $2, fichiers_vus = $3, fichiers_lus = $4, octets_lus = $5, \
                   fichiers_en_echec = $6, sessions_creees = $7, sessions_modifiees = $8, commandes_modifiees = $9, \
                   erreur = $10 WHERE id = $11";
        let count = |number: u32| i64::from(number).into();
        let values = vec![
            run.status.as_str().into(),
            value::instant_option(self.backend(), run.finished_at),
            count(run.files_seen),
            count(run.files_read),
            (run.bytes_read as i64).into(),
            count(run.files_failed),
            count(run.sessions_created),
            count(run.sessions_updated),
            count(run.orders_changed),
            run.error.clone().into(),
            run.id.0.into(),
        ];
        self.execute(sql, values).await?;
        Ok(())
    }
}

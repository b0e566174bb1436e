//! Runs of the synchronisation.

use crate::Store;
use crate::locks;
use crate::rows::{Fields, FromRow};
use crate::statement::Values;
use crate::value;
use async_trait::async_trait;
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_application::ports::sync_runs::{
    RunKind, RunLock, SyncRun, SyncRunReader, SyncRunStore, SyncSource, SyncStatus,
};
use atelier_domain::ids::{MachineId, SyncRunId};
use atelier_domain::time::Instant;
use std::collections::BTreeSet;

/// What is said of a run whose process ended before it.
const INTERRUPTED: &str = "The run was interrupted: its process ended before it did.";

impl FromRow for SyncRun {
    const TABLE: &'static str = "synchronisation";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "source",
        "statut",
        "debut",
        "fin",
        "fichiers_vus",
        "fichiers_lus",
        "octets_lus",
        "fichiers_en_echec",
        "sessions_creees",
        "sessions_modifiees",
        "commandes_vues",
        "commandes_en_echec",
        "commandes_modifiees",
        "commandes_manquantes",
        "avancement",
        "erreur",
        "genre",
        "centres_en_echec",
    ];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: SyncRunId(row.number()?),
            source: row.one_of(|text| SyncSource::ALL.into_iter().find(|source| source.as_str() == text))?,
            status: row.one_of(|text| SyncStatus::ALL.into_iter().find(|status| status.as_str() == text))?,
            started_at: row.instant()?,
            finished_at: row.instant_option()?,
            files_seen: row.count()?,
            files_read: row.count()?,
            bytes_read: row.size()?,
            files_failed: row.count()?,
            sessions_created: row.count()?,
            sessions_updated: row.count()?,
            orders_seen: row.count()?,
            orders_failed: row.count()?,
            orders_changed: row.count()?,
            orders_missing: row.count()?,
            progress: row.float_option()?.unwrap_or(0.0),
            error: row.text_option()?.map(str::to_owned),
            kind: row.one_of(|text| RunKind::ALL.into_iter().find(|kind| kind.as_str() == text))?,
            machines_failed: row.one_of(read_machines)?,
        })
    }
}

/// `,3,5,`: a comma on either side of each id, so that one is found with `LIKE`.
fn write_machines(machines: &BTreeSet<MachineId>) -> String {
    let ids: Vec<String> = machines.iter().map(ToString::to_string).collect();
    if ids.is_empty() { String::new() } else { format!(",{},", ids.join(",")) }
}

fn read_machines(text: &str) -> Option<BTreeSet<MachineId>> {
    text.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().ok()).collect()
}

#[async_trait]
impl SyncRunReader for Store {
    async fn sync_runs(&self, source: Option<SyncSource>, window: &Window<SyncRunId>) -> StoreResult<Slice<SyncRun>> {
        let mut values = Values::new(self.backend());
        let conditions = source.map(|source| format!("t.source = {}", values.add(source.as_str().into())));
        self.page_by_id(conditions.into_iter().collect(), values, window, |id| id.0, true).await
    }
}

#[async_trait]
impl SyncRunStore for Store {
    async fn try_lock(&self, source: SyncSource) -> StoreResult<Option<Box<dyn RunLock>>> {
        locks::try_lock(self, source).await
    }

    async fn start(&self, source: SyncSource, kind: RunKind, now: Instant) -> StoreResult<SyncRun> {
        let sql = "UPDATE synchronisation SET statut = $1, fin = $2, erreur = $3 WHERE source = $4 AND statut = $5";
        let (failed, running) = (SyncStatus::Failed.as_str(), SyncStatus::Running.as_str());
        let values = vec![failed.into(), self.at(now), INTERRUPTED.into(), source.as_str().into(), running.into()];
        self.execute(sql, values).await?;
        let sql = "INSERT INTO synchronisation (source, statut, debut, genre) VALUES ($1, $2, $3, $4) RETURNING id";
        let row =
            self.row(sql, vec![source.as_str().into(), running.into(), self.at(now), kind.as_str().into()]).await?;
        let row = row.ok_or_else(|| StoreError::Permanent("The database did not say which run it added.".into()))?;
        let id = SyncRunId(Fields::of(&row, "synchronisation", &["id"], 0).number()?);
        Ok(SyncRun::begun(id, source, kind, now))
    }

    async fn save(&self, run: &SyncRun) -> StoreResult<()> {
        let sql = "UPDATE synchronisation SET statut = $1, fin = $2, fichiers_vus = $3, fichiers_lus = $4, octets_lus = $5, \
                   fichiers_en_echec = $6, sessions_creees = $7, sessions_modifiees = $8, commandes_modifiees = $9, \
                   erreur = $10, avancement = $11, centres_en_echec = $12, commandes_vues = $13, commandes_en_echec = $14, \
                   commandes_manquantes = $15 WHERE id = $16";
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
            run.progress.into(),
            write_machines(&run.machines_failed).into(),
            count(run.orders_seen),
            count(run.orders_failed),
            count(run.orders_missing),
            run.id.0.into(),
        ];
        self.execute(sql, values).await?;
        Ok(())
    }
}

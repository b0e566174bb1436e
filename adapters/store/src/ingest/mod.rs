//! The writing side: what ingest keeps, in one transaction a step.

mod bulk;
mod carry;
mod children;
mod content;
mod files;
mod read;
mod sessions;
mod tx;

pub(crate) use read::contents;

use crate::error::from_db;
use crate::{Store, value};
use async_trait::async_trait;
use atelier_application::ports::ingest_store::{
    FileRecord, IngestStore, IngestUnit, KnownFile, Reach, SessionWritten, StoredVersion,
};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{LogFileId, MachineId, VersionId};
use atelier_domain::session::{Carry, Session};
use atelier_domain::time::{Instant, ProductionDay};
use sea_orm::{DbBackend, DbErr};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use tx::Tx;

/// A transaction on one machine.
struct Unit {
    tx: Tx,
    backend: DbBackend,
    machine: MachineId,
}

#[async_trait]
impl IngestStore for Store {
    async fn known_files(&self, machine: MachineId) -> StoreResult<Vec<KnownFile>> {
        let rows = self.rows(files::KNOWN, vec![machine.0.into()]).await?;
        Ok(rows.iter().map(files::known).collect::<Result<_, _>>().map_err(from_db)?)
    }

    async fn content(&self, version: VersionId) -> StoreResult<Vec<u8>> {
        let rows = self.rows(files::CONTENT, vec![version.0.into()]).await?;
        files::content(version, &rows).map_err(from_db)
    }

    async fn open_days(&self, machine: MachineId) -> StoreResult<Vec<ProductionDay>> {
        let sql = "SELECT date_production FROM session_production WHERE centre_usinage_id = $1 AND statut = 'OPEN'";
        let rows = self.rows(sql, vec![machine.0.into()]).await?;
        Ok(rows.iter().map(|row| value::get_day(row, 0)).collect::<Result<_, _>>().map_err(from_db)?)
    }

    async fn note_failure(&self, machine: MachineId, path: &str, reason: &str, now: Instant) -> StoreResult<u32> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let failures = files::note_failure(&mut tx, machine, path, reason, now).await.map_err(from_db)?;
        tx.commit().await.map_err(from_db)?;
        Ok(failures)
    }

    async fn begin(&self, machine: MachineId) -> StoreResult<Box<dyn IngestUnit>> {
        let tx = Tx::begin(&self.db).await.map_err(from_db)?;
        Ok(Box::new(Unit { tx, backend: self.backend(), machine }))
    }
}

#[async_trait]
impl IngestUnit for Unit {
    async fn versions(&mut self) -> StoreResult<Vec<StoredVersion>> {
        let rows = self.tx.query(files::VERSIONS, vec![self.machine.0.into()]).await.map_err(from_db)?;
        Ok(rows.iter().map(files::version).collect::<Result<_, _>>().map_err(from_db)?)
    }

    async fn content(&mut self, version: VersionId) -> StoreResult<Vec<u8>> {
        let rows = self.tx.query(files::CONTENT, vec![version.0.into()]).await.map_err(from_db)?;
        files::content(version, &rows).map_err(from_db)
    }

    async fn save_file(&mut self, file: &FileRecord) -> StoreResult<LogFileId> {
        Ok(files::save(&mut self.tx, self.machine, file).await.map_err(from_db)?)
    }

    async fn add_version(&mut self, file: LogFileId, bytes: &[u8], reach: &Reach) -> StoreResult<VersionId> {
        Ok(files::add_version(&mut self.tx, file, bytes, reach).await.map_err(from_db)?)
    }

    async fn append(&mut self, version: VersionId, offset: u64, bytes: &[u8], reach: &Reach) -> StoreResult<()> {
        Ok(files::append(&mut self.tx, version, offset, bytes, reach).await.map_err(from_db)?)
    }

    async fn save_file_anomaly(
        &mut self,
        file: LogFileId,
        kind: AnomalyKind,
        at: Instant,
        line: Option<u32>,
        message: &str,
    ) -> StoreResult<()> {
        let sql = "INSERT INTO anomalie (type_anomalie, instant, centre_usinage_id, fichier_id, ligne, message)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (fichier_id, type_anomalie) WHERE session_id IS NULL
             DO UPDATE SET message = excluded.message, ligne = excluded.ligne";
        let values = vec![
            kind.as_str().into(),
            value::instant(self.backend, at),
            self.machine.0.into(),
            file.0.into(),
            line.map(|line| line as i32).into(),
            message.into(),
        ];
        self.tx.execute(sql, values).await.map_err(from_db)?;
        Ok(())
    }

    async fn drop_file_anomaly(&mut self, file: LogFileId, kind: AnomalyKind) -> StoreResult<()> {
        let sql = "DELETE FROM anomalie WHERE fichier_id = $1 AND type_anomalie = $2 AND session_id IS NULL";
        self.tx.execute(sql, vec![file.0.into(), kind.as_str().into()]).await.map_err(from_db)?;
        Ok(())
    }

    async fn carry_before(&mut self, day: ProductionDay) -> StoreResult<Carry> {
        let sql = "SELECT etat FROM etat_flux WHERE centre_usinage_id = $1 AND date_production < $2
             ORDER BY date_production DESC LIMIT 1";
        let rows =
            self.tx.query(sql, vec![self.machine.0.into(), value::day(self.backend, day)]).await.map_err(from_db)?;
        let Some(row) = rows.first() else { return Ok(Carry::default()) };
        let text: String = row.try_get_by_index(0).map_err(from_db)?;
        let unreadable = |error| DbErr::Type(format!("etat_flux (machine {}, before {day}): {error}", self.machine));
        Ok(carry::read(&text).map_err(unreadable).map_err(from_db)?)
    }

    async fn next_day(&mut self, day: ProductionDay) -> StoreResult<Option<ProductionDay>> {
        let sql = "SELECT date_production FROM etat_flux WHERE centre_usinage_id = $1 AND date_production > $2
             ORDER BY date_production LIMIT 1";
        let rows =
            self.tx.query(sql, vec![self.machine.0.into(), value::day(self.backend, day)]).await.map_err(from_db)?;
        Ok(rows.first().map(|row| value::get_day(row, 0)).transpose().map_err(from_db)?)
    }

    async fn save_carries(
        &mut self,
        days: RangeInclusive<ProductionDay>,
        carries: &BTreeMap<ProductionDay, Carry>,
    ) -> StoreResult<()> {
        let (from, to) = (value::day(self.backend, *days.start()), value::day(self.backend, *days.end()));
        let sql = "DELETE FROM etat_flux WHERE centre_usinage_id = $1 AND date_production BETWEEN $2 AND $3";
        self.tx.execute(sql, vec![self.machine.0.into(), from, to]).await.map_err(from_db)?;
        let columns = &["centre_usinage_id", "date_production", "etat"];
        let mut rows = bulk::Bulk::new(self.backend, "etat_flux", columns);
        for (day, carry) in carries {
            let text = carry::write(carry);
            rows.push(&[bulk::Cell::Big(Some(self.machine.0)), bulk::Cell::Day(*day), bulk::Cell::Text(Some(&text))]);
        }
        rows.write(&mut self.tx).await.map_err(from_db)?;
        Ok(())
    }

    async fn save_sessions(
        &mut self,
        days: &[RangeInclusive<ProductionDay>],
        sessions: Vec<Session>,
        now: Instant,
    ) -> StoreResult<Vec<SessionWritten>> {
        Ok(sessions::save(&mut self.tx, self.machine, days, sessions, now).await.map_err(from_db)?)
    }

    async fn commit(self: Box<Self>) -> StoreResult<()> {
        Ok(self.tx.commit().await.map_err(from_db)?)
    }
}

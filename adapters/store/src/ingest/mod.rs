//! The writing side: what ingest keeps, in one transaction a step.

mod assessment;
mod attendance;
mod bulk;
pub(crate) mod carry;
mod children;
mod content;
mod decide;
mod exclusion;
mod files;
mod inputs;
mod notify;
mod presence;
mod read;
mod sessions;
mod tx;

pub(crate) use bulk::{Bulk, Cell};
pub(crate) use files::{VERSION_COLUMNS, version};
pub(crate) use inputs::read_spread;
pub(crate) use read::contents;
pub(crate) use sessions::next_revisions;
pub(crate) use tx::Tx;

use crate::error::from_db;
use crate::{Store, audit, value};
use async_trait::async_trait;
use atelier_application::ports::audit::AuditEntry;
use atelier_application::ports::ingest_store::{
    Attendance, Begun, Exclusion, FileRecord, IngestStore, IngestUnit, KnownFile, Mark, NewQualification, NewScrap,
    Presence, Reach, SessionWritten, StoredVersion,
};
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{LogFileId, MachineId, ScrapId, VersionId};
use atelier_domain::kpi::reference_cycle::CycleSpread;
use atelier_domain::log_file::RejectedLine;
use atelier_domain::session::{Assessment, Carry, Details, Inputs};
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use sea_orm::{DbBackend, DbErr, Value};
use sessions::Saving;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;

/// A transaction on one machine.
struct Unit {
    tx: Tx,
    backend: DbBackend,
    machine: MachineId,
    /// The sessions whose details are still coming.
    saving: Option<Saving>,
}

/// How long somebody who waits for the answer waits for others.
const PATIENCE: Duration = Duration::from_secs(10);

impl Unit {
    /// Units on one machine come one after the other: what one reads, no other changes before it ends. SQLite has one writer
    /// anyway.
    async fn begin(store: &Store, machine: MachineId, patience: Option<Duration>) -> Result<Self, DbErr> {
        let mut tx = Tx::begin(&store.db).await?;
        if let (Tx::Postgres(_), Some(patience)) = (&tx, patience) {
            tx.execute(format!("SET LOCAL lock_timeout = {}", patience.as_millis()), Vec::new()).await?;
        }
        lock_machine(&mut tx, machine).await?;
        Ok(Self { tx, backend: store.backend(), machine, saving: None })
    }
}

/// Waits until no other transaction holds the machine, and holds it until this one ends. SQLite has one writer anyway.
pub(crate) async fn lock_machine(tx: &mut Tx, machine: MachineId) -> Result<(), DbErr> {
    if let Tx::Postgres(_) = tx {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended('atelier.centre_usinage', $1))";
        tx.execute(sql, vec![machine.0.into()]).await?;
    }
    Ok(())
}

fn not_begun() -> StoreError {
    StoreError::Permanent("Details of sessions came before the sessions.".to_owned())
}

/// The values of [`files::PART_OF_CONTENT`].
fn part(version: VersionId, offset: u64, length: usize) -> Vec<Value> {
    let end = offset.saturating_add(length as u64).min(i64::MAX as u64);
    vec![version.0.into(), (offset as i64).into(), (end as i64).into()]
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

    async fn read_content(&self, version: VersionId, offset: u64, length: usize) -> StoreResult<Vec<u8>> {
        let rows = self.rows(files::PART_OF_CONTENT, part(version, offset, length)).await?;
        files::part_of_content(version, &rows, offset, length).map_err(from_db)
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

    async fn note_presence(&self, files: &[LogFileId], presence: Presence) -> StoreResult<()> {
        presence::note(self, files, presence).await
    }

    async fn attendance(&self) -> StoreResult<BTreeMap<MachineId, Attendance>> {
        attendance::read(self).await
    }

    async fn note_use(&self, now: Instant) -> StoreResult<()> {
        attendance::note_use(self, now).await
    }

    async fn marks(&self) -> StoreResult<Vec<Mark>> {
        attendance::marks(self).await
    }

    async fn drop_marks(&self, marks: &[Mark]) -> StoreResult<()> {
        let sql = format!("DELETE FROM a_deriver WHERE {}", self.is_in("id", 1));
        self.execute(sql, vec![self.numbers(marks.iter().map(|mark| mark.id))]).await?;
        Ok(())
    }

    async fn begin(&self, machine: MachineId) -> StoreResult<Box<dyn IngestUnit>> {
        Ok(Box::new(Unit::begin(self, machine, None).await.map_err(from_db)?))
    }

    async fn begin_soon(&self, machine: MachineId) -> StoreResult<Box<dyn IngestUnit>> {
        Ok(Box::new(Unit::begin(self, machine, Some(PATIENCE)).await.map_err(from_db)?))
    }
}

#[async_trait]
impl IngestUnit for Unit {
    async fn versions(&mut self) -> StoreResult<Vec<StoredVersion>> {
        let rows = self.tx.query(files::versions(), vec![self.machine.0.into()]).await.map_err(from_db)?;
        Ok(rows.iter().map(files::version).collect::<Result<_, _>>().map_err(from_db)?)
    }

    async fn content(&mut self, version: VersionId) -> StoreResult<Vec<u8>> {
        let rows = self.tx.query(files::CONTENT, vec![version.0.into()]).await.map_err(from_db)?;
        files::content(version, &rows).map_err(from_db)
    }

    async fn read_content(&mut self, version: VersionId, offset: u64, length: usize) -> StoreResult<Vec<u8>> {
        let rows = self.tx.query(files::PART_OF_CONTENT, part(version, offset, length)).await.map_err(from_db)?;
        files::part_of_content(version, &rows, offset, length).map_err(from_db)
    }

    async fn save_rejects(
        &mut self,
        file: LogFileId,
        lines: RangeInclusive<u32>,
        rejects: &[RejectedLine],
    ) -> StoreResult<()> {
        Ok(files::save_rejects(&mut self.tx, file, lines, rejects).await.map_err(from_db)?)
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

    async fn keep_late(&mut self, version: VersionId) -> StoreResult<()> {
        let sql = "UPDATE version_log SET tardive = true WHERE id = $1";
        self.tx.execute(sql, vec![version.0.into()]).await.map_err(from_db)?;
        Ok(())
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

    async fn note_arrival(&mut self, now: Instant) -> StoreResult<()> {
        let sql = "UPDATE centre_usinage SET derniere_arrivee = $1 WHERE id = $2";
        let values = vec![value::instant(self.backend, now), self.machine.0.into()];
        self.tx.execute(sql, values).await.map_err(from_db)?;
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

    async fn idle_days(&mut self, day: ProductionDay, until: Option<ProductionDay>) -> StoreResult<Vec<ProductionDay>> {
        Ok(attendance::idle_days(&mut self.tx, self.machine, day, until).await.map_err(from_db)?)
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

    async fn inputs(&mut self) -> StoreResult<Inputs> {
        Ok(inputs::read(&mut self.tx, self.machine).await.map_err(from_db)?)
    }

    async fn cycle_spreads(
        &mut self,
        days: RangeInclusive<ProductionDay>,
    ) -> StoreResult<BTreeMap<ProductionDay, CycleSpread>> {
        Ok(inputs::cycle_spreads(&mut self.tx, self.machine, days).await.map_err(from_db)?)
    }

    async fn learned(
        &mut self,
        days: RangeInclusive<ProductionDay>,
    ) -> StoreResult<BTreeMap<ProductionDay, Option<Millis>>> {
        Ok(inputs::learned(&mut self.tx, self.machine, days).await.map_err(from_db)?)
    }

    async fn begin_sessions(
        &mut self,
        days: &[RangeInclusive<ProductionDay>],
        sessions: Vec<Begun>,
        now: Instant,
    ) -> StoreResult<()> {
        let saving = Saving::begin(&mut self.tx, self.machine, days, sessions, now).await.map_err(from_db)?;
        self.saving = Some(saving);
        Ok(())
    }

    async fn add_details(&mut self, details: Vec<(ProductionDay, Details)>) -> StoreResult<()> {
        match &mut self.saving {
            Some(saving) => saving.add(&mut self.tx, details).await.map_err(from_db),
            None => Err(not_begun()),
        }
    }

    async fn end_sessions(
        &mut self,
        assessments: BTreeMap<ProductionDay, Assessment>,
    ) -> StoreResult<Vec<SessionWritten>> {
        let saving = self.saving.take().ok_or_else(not_begun)?;
        saving.end(&mut self.tx, &assessments).await.map_err(from_db)
    }

    async fn set_exclusion(&mut self, version: VersionId, exclusion: Option<&Exclusion>) -> StoreResult<()> {
        Ok(exclusion::set(&mut self.tx, self.machine, version, exclusion).await.map_err(from_db)?)
    }

    async fn declare_scrap(&mut self, day: ProductionDay, scrap: &NewScrap) -> StoreResult<()> {
        Ok(decide::declare_scrap(&mut self.tx, self.machine, day, scrap).await.map_err(from_db)?)
    }

    async fn withdraw_scrap(&mut self, id: ScrapId, now: Instant) -> StoreResult<bool> {
        Ok(decide::withdraw_scrap(&mut self.tx, self.machine, id, now).await.map_err(from_db)?)
    }

    async fn qualify_stop(&mut self, since: Instant, qualification: &NewQualification) -> StoreResult<()> {
        Ok(decide::qualify_stop(&mut self.tx, self.machine, since, qualification).await.map_err(from_db)?)
    }

    async fn days_of_stop(&mut self, since: Instant) -> StoreResult<BTreeSet<ProductionDay>> {
        Ok(decide::days_of_stop(&mut self.tx, self.machine, since).await.map_err(from_db)?)
    }

    async fn pieces_of(&mut self, day: ProductionDay) -> StoreResult<Option<u32>> {
        Ok(decide::pieces_of(&mut self.tx, self.machine, day).await.map_err(from_db)?)
    }

    async fn audit(&mut self, entry: &AuditEntry) -> StoreResult<()> {
        let (sql, values) = audit::insert(self.backend, entry);
        self.tx.execute(sql, values).await.map_err(from_db)?;
        Ok(())
    }

    async fn commit(self: Box<Self>) -> StoreResult<()> {
        Ok(self.tx.commit().await.map_err(from_db)?)
    }
}

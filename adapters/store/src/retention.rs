//! Removing what is old: details of sessions and bytes of contents.

mod rows;

use crate::error::from_db;
use crate::ingest::{Tx, VERSION_COLUMNS, carry, next_revisions, version};
use crate::{Store, value};
use async_trait::async_trait;
use atelier_application::ports::retention::{AgeingContent, DetailCounts, DetailRows, RetentionStore};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::{MachineId, SessionId, VersionId};
use atelier_domain::time::{Instant, ProductionDay};
use sea_orm::{DbErr, QueryResult, Value};
use std::collections::BTreeSet;

/// The states of the stream that name a bar of a day: days that are derived later may point to it.
const CARRIED: &str =
    "SELECT e.etat FROM etat_flux e JOIN session_production s ON s.centre_usinage_id = e.centre_usinage_id
     WHERE s.id = $1 AND e.date_production >= s.date_production AND e.etat LIKE $2";

/// The bars of a session that stay: those, by number, and those that pieces of another session came from.
const KEPT_BARS: &str = "SELECT t.id FROM job_profil t
     WHERE t.session_id = $1 AND ({} OR EXISTS (SELECT 1 FROM report_job r WHERE r.job_id = t.id))";

const TABLES: [&str; 4] = ["piece_production", "job_profil", "periode_attente", "periode_arret"];

#[async_trait]
impl RetentionStore for Store {
    async fn sessions_with_details(
        &self,
        machine: MachineId,
        before: ProductionDay,
        after: Option<ProductionDay>,
        limit: u32,
    ) -> StoreResult<Vec<(SessionId, ProductionDay)>> {
        let backend = self.backend();
        let mut values = vec![machine.0.into(), value::day(backend, before)];
        let from = match after {
            Some(after) => {
                values.push(value::day(backend, after));
                " AND date_production > $3"
            }
            None => "",
        };
        let sql = format!(
            "SELECT id, date_production FROM session_production WHERE centre_usinage_id = $1 AND date_production < $2{from}
             AND statut = 'COMPLETE' AND details_retires_le IS NULL ORDER BY date_production LIMIT {limit}"
        );
        let rows = self.rows(sql, values).await?;
        let read = |row: &QueryResult| Ok((SessionId(row.try_get_by_index(0)?), value::get_day(row, 1)?));
        rows.iter().map(read).collect::<Result<_, DbErr>>().map_err(from_db)
    }

    async fn count_details(&self, session: SessionId) -> StoreResult<DetailCounts> {
        let mut tx = Tx::begin_reading(&self.db).await.map_err(from_db)?;
        count(&mut tx, session).await.map_err(from_db)
    }

    fn details(&self, session: SessionId) -> DetailRows {
        rows::of_session(self.clone(), session)
    }

    async fn remove_details(&self, session: SessionId, now: Instant) -> StoreResult<DetailCounts> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let counts = remove(&mut tx, session, now).await.map_err(from_db)?;
        tx.commit().await.map_err(from_db)?;
        Ok(counts)
    }

    async fn ageing_contents(&self, machine: MachineId) -> StoreResult<Vec<AgeingContent>> {
        let sql = format!(
            "SELECT {VERSION_COLUMNS}, f.lu_le, (f.version_id = v.id AND f.taille < v.longueur), v.tardive
             FROM version_log v JOIN fichier_log f ON f.id = v.fichier_id WHERE f.centre_usinage_id = $1 ORDER BY v.id"
        );
        let rows = self.rows(sql, vec![machine.0.into()]).await?;
        rows.iter().map(ageing).collect::<Result<_, _>>().map_err(from_db)
    }

    async fn remove_bytes(
        &self,
        version: VersionId,
        length: u64,
        digest: &str,
        frozen: Option<(ProductionDay, ProductionDay)>,
        now: Instant,
    ) -> StoreResult<bool> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let removed = remove_bytes(&mut tx, version, length, digest, frozen, now).await.map_err(from_db)?;
        tx.commit().await.map_err(from_db)?;
        Ok(removed)
    }
}

fn ageing(row: &QueryResult) -> Result<AgeingContent, DbErr> {
    Ok(AgeingContent {
        version: version(row)?,
        read_at: value::get_instant(row, 15)?,
        shortened: row.try_get_by_index::<Option<bool>>(16)?.unwrap_or(false),
        late: row.try_get_by_index(17)?,
    })
}

async fn kept_bars(tx: &mut Tx, session: SessionId) -> Result<Vec<i64>, DbErr> {
    let sql = "SELECT date_production FROM session_production WHERE id = $1";
    let Some(row) = tx.query(sql, vec![session.0.into()]).await?.into_iter().next() else { return Ok(Vec::new()) };
    let day = value::get_day(&row, 0)?;
    let states = tx.query(CARRIED, vec![session.0.into(), carry::naming_bar_of(day).into()]).await?;
    let mut numbers = BTreeSet::new();
    for state in &states {
        let text: String = state.try_get_by_index(0)?;
        let state =
            carry::read(&text).map_err(|error| DbErr::Type(format!("etat_flux (session {session}): {error}")))?;
        numbers.extend(state.job.filter(|job| job.key.day == day).map(|job| i64::from(job.key.number)));
    }
    let sql = KEPT_BARS.replace("{}", &value::is_in(tx.backend(), "t.numero", 2));
    let rows = tx.query(sql, vec![session.0.into(), value::numbers(tx.backend(), numbers)]).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

async fn count(tx: &mut Tx, session: SessionId) -> Result<DetailCounts, DbErr> {
    let kept = kept_bars(tx, session).await?.len() as u64;
    let mut counts = [0_u64; TABLES.len()];
    for (table, count) in TABLES.into_iter().zip(&mut counts) {
        let sql = format!("SELECT count(*) FROM {table} WHERE session_id = $1");
        *count = tx.query_one(sql, vec![session.0.into()]).await?.try_get_by_index::<i64>(0)?.unsigned_abs();
    }
    let [pieces, jobs, waits, stops] = counts;
    Ok(DetailCounts { pieces, jobs: jobs.saturating_sub(kept), waits, stops })
}

async fn remove(tx: &mut Tx, session: SessionId, now: Instant) -> Result<DetailCounts, DbErr> {
    // From here on other writers wait: revisions grow in the order of commits.
    let revision = next_revisions(tx, 0).await? + 1;
    let sql = "UPDATE session_production SET details_retires_le = $1, date_modification = $1, revision = $2
         WHERE id = $3 AND statut = 'COMPLETE' AND details_retires_le IS NULL";
    let now = value::instant(tx.backend(), now);
    if tx.execute(sql, vec![now, revision.into(), session.0.into()]).await? == 0 {
        return Ok(DetailCounts::default());
    }
    next_revisions(tx, 1).await?;
    let kept = kept_bars(tx, session).await?;
    let mut counts = [0; TABLES.len()];
    for (table, count) in TABLES.into_iter().zip(&mut counts) {
        let mut values: Vec<Value> = vec![session.0.into()];
        let but = if table == "job_profil" {
            values.push(value::numbers(tx.backend(), kept.iter().copied()));
            format!(" AND NOT ({})", value::is_in(tx.backend(), "id", 2))
        } else {
            String::new()
        };
        *count = tx.execute(format!("DELETE FROM {table} WHERE session_id = $1{but}"), values).await?;
    }
    let [pieces, jobs, waits, stops] = counts;
    Ok(DetailCounts { pieces, jobs, waits, stops })
}

async fn remove_bytes(
    tx: &mut Tx,
    version: VersionId,
    length: u64,
    digest: &str,
    frozen: Option<(ProductionDay, ProductionDay)>,
    now: Instant,
) -> Result<bool, DbErr> {
    let sql = "UPDATE version_log SET retire_le = $1, empreinte = $2, gele_du = $3, gele_au = $4
         WHERE id = $5 AND longueur = $6 AND retire_le IS NULL";
    let backend = tx.backend();
    let (first, last) = frozen.map(|(first, last)| (first.0, last.0)).unzip();
    let values = vec![
        value::instant(backend, now),
        digest.into(),
        value::date_option(backend, first),
        value::date_option(backend, last),
        version.0.into(),
        (length as i64).into(),
    ];
    if tx.execute(sql, values).await? == 0 {
        return Ok(false);
    }
    tx.execute("DELETE FROM contenu_log WHERE version_id = $1", vec![version.0.into()]).await?;
    Ok(true)
}

//! What is known that may be wrong.

use crate::error::from_db;
use crate::rows::{Fields, FromRow};
use crate::{calendars, value};
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_application::ports::sync_runs::{SyncSource, SyncStatus};
use atelier_domain::alert::{
    Arrival, Change, ChangedFile, Facts, QuarantinedFile, RUNS, RejectingFile, RunEnd, SourceFacts,
};
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::MachineId;
use atelier_domain::time::Instant;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

/// All of it; what happened once, since `since`.
pub(super) async fn read(db: &impl ConnectionTrait, since: Instant) -> StoreResult<Facts> {
    let since = || value::instant(db.get_database_backend(), since);
    let quarantined = "SELECT chemin, centre_usinage_id, erreur FROM fichier_log WHERE etat = 'QUARANTINED'";
    let rejected = "SELECT chemin, centre_usinage_id, lignes_rejetees, lu_le FROM fichier_log
         WHERE lignes_rejetees > 0 AND lu_le >= $1";
    let changed = "SELECT f.chemin, f.centre_usinage_id, a.type_anomalie, a.instant
         FROM anomalie a JOIN fichier_log f ON f.id = a.fichier_id
         WHERE a.session_id IS NULL AND a.type_anomalie IN ('FILE_REWRITTEN', 'FILE_TRUNCATED') AND a.instant >= $1";
    let mut sources = Vec::new();
    for source in SyncSource::ALL {
        sources.push(of_source(db, source).await?);
    }
    Ok(Facts {
        quarantined: list(db, quarantined, Vec::new()).await?,
        rejected: list(db, rejected, vec![since()]).await?,
        changed: list(db, changed, vec![since()]).await?,
        sources,
        machines: machines(db).await?,
        known_since: instant(db, "SELECT MIN(date_creation) FROM centre_usinage", Vec::new()).await?,
    })
}

/// The machines that are in use and have a calendar, and from which something ever came.
async fn machines(db: &impl ConnectionTrait) -> StoreResult<Vec<Arrival>> {
    let all = calendars::All::of(&rows(db, calendars::SELECT, Vec::new()).await?).map_err(from_db)?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT c.id, c.nom, coalesce(c.derniere_arrivee,
             (SELECT max(f.lu_le) FROM fichier_log f WHERE f.centre_usinage_id = c.id))
         FROM centre_usinage c WHERE c.actif ORDER BY c.id";
    let mut found = Vec::new();
    for row in &rows(db, sql, Vec::new()).await? {
        let mut fields = Fields::of(row, "centre_usinage", &["id", "nom", "derniere_arrivee"], 0);
        let (machine, name) = (MachineId(fields.number()?), fields.text()?.to_owned());
        let calendars = all.for_machine(machine);
        if let Some(at) = fields.instant_option()?.filter(|_| !calendars.is_empty()) {
            found.push(Arrival { machine, name, calendars, at });
        }
    }
    Ok(found)
}

async fn of_source(db: &impl ConnectionTrait, source: SyncSource) -> StoreResult<SourceFacts> {
    let ended = format!(
        "SELECT statut, erreur, commandes_manquantes FROM synchronisation WHERE source = $1 AND genre = 'SYNC' AND fin IS NOT NULL ORDER BY id DESC LIMIT {RUNS}"
    );
    let good =
        "SELECT fin FROM synchronisation WHERE source = $1 AND genre = 'SYNC' AND statut IN ('SUCCEEDED', 'PARTIAL')
         ORDER BY id DESC LIMIT 1";
    let ended: Vec<Ended> = list(db, &ended, vec![source.as_str().into()]).await?;
    Ok(SourceFacts {
        source: source.as_str(),
        orders_missing: ended.first().map_or(0, |Ended(_, _, missing)| *missing),
        ended: ended.into_iter().map(|Ended(end, error, _)| (end, error)).collect(),
        last_good: instant(db, good, vec![source.as_str().into()]).await?,
    })
}

/// How a run ended, what failed in it, and how many orders it missed.
struct Ended(RunEnd, Option<String>, u32);

impl FromRow for Ended {
    const TABLE: &'static str = "synchronisation";
    const COLUMNS: &'static [&'static str] = &["statut", "erreur", "commandes_manquantes"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let end = |text: &str| match SyncStatus::ALL.into_iter().find(|status| status.as_str() == text)? {
            SyncStatus::Succeeded => Some(RunEnd::Succeeded),
            SyncStatus::Partial => Some(RunEnd::Partial),
            SyncStatus::Failed => Some(RunEnd::Failed),
            SyncStatus::Running => None,
        };
        Ok(Self(row.one_of(end)?, row.text_option()?.map(str::to_owned), row.count()?))
    }
}

impl FromRow for QuarantinedFile {
    const TABLE: &'static str = "fichier_log";
    const COLUMNS: &'static [&'static str] = &["chemin", "centre_usinage_id", "erreur"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let path = row.text()?.to_owned();
        Ok(Self { path, machine: MachineId(row.number()?), error: row.text_option()?.map(str::to_owned) })
    }
}

impl FromRow for RejectingFile {
    const TABLE: &'static str = "fichier_log";
    const COLUMNS: &'static [&'static str] = &["chemin", "centre_usinage_id", "lignes_rejetees", "lu_le"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let path = row.text()?.to_owned();
        Ok(Self { path, machine: MachineId(row.number()?), lines: row.count()?, read_at: row.instant()? })
    }
}

impl FromRow for ChangedFile {
    const TABLE: &'static str = "anomalie";
    const COLUMNS: &'static [&'static str] = &["chemin", "centre_usinage_id", "type_anomalie", "instant"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let path = row.text()?.to_owned();
        let machine = MachineId(row.number()?);
        let change = |text: &str| match AnomalyKind::ALL.into_iter().find(|kind| kind.as_str() == text)? {
            AnomalyKind::FileRewritten => Some(Change::Rewritten),
            AnomalyKind::FileTruncated => Some(Change::Truncated),
            _ => None,
        };
        Ok(Self { path, machine, change: row.one_of(change)?, noted_at: row.instant()? })
    }
}

async fn rows(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> StoreResult<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.query_all_raw(statement).await.map_err(from_db)
}

async fn list<T: FromRow>(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> StoreResult<Vec<T>> {
    crate::rows::all(&rows(db, sql, values).await?)
}

/// The instant in the only row, if there is a row and an instant in it.
async fn instant(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> StoreResult<Option<Instant>> {
    let rows = rows(db, sql, values).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    value::get_instant_option(row, 0).map_err(|error| StoreError::Inconsistent(format!("{error} (in: {sql})")))
}

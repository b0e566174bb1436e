//! Log files, their contents and their rejected lines.

use super::bulk::{Bulk, Cell};
use super::content;
use super::tx::Tx;
use crate::value;
use atelier_application::ports::ingest_store::{FileRecord, KnownFile, Reach, StoredVersion};
use atelier_domain::ids::{LogFileId, MachineId, VersionId};
use atelier_domain::log_file::{LogFileState, RejectedLine, date_in_name};
use atelier_domain::time::{Instant, ProductionDay};
use chrono::NaiveDate;
use sea_orm::{DbErr, QueryResult, Value};
use std::ops::RangeInclusive;

/// A file is quarantined after so many runs in a row that could not read it.
const QUARANTINE_AFTER: u32 = 3;

pub(super) const KNOWN: &str =
    "SELECT f.id, f.chemin, f.etat, f.version_id, f.taille, f.modifie_le, f.lu_le, f.echecs, f.essai_le,
     COALESCE(v.longueur, 0), f.complet_le, f.suppression_prevue_le, f.supprime_le, v.empreinte
     FROM fichier_log f LEFT JOIN version_log v ON v.id = f.version_id WHERE f.centre_usinage_id = $1";

/// The columns of [`version`], of a version `v` and its file `f`.
pub(crate) const VERSION_COLUMNS: &str = "v.id, v.fichier_id, f.chemin, f.date_nom,
     (f.etat = 'COMPLETE' OR (f.etat = 'QUARANTINED' AND f.complet_le IS NOT NULL)),
     v.longueur, v.premier_jour, v.dernier_jour, v.chevauchements, v.jours_rejetes, v.exclue_le IS NOT NULL,
     v.retire_le IS NOT NULL, v.empreinte, v.gele_du, v.gele_au";

/// All versions of a machine.
pub(super) fn versions() -> String {
    format!(
        "SELECT {VERSION_COLUMNS} FROM version_log v JOIN fichier_log f ON f.id = v.fichier_id
         WHERE f.centre_usinage_id = $1 ORDER BY v.id"
    )
}

pub(super) const CONTENT: &str =
    "SELECT position, longueur, octets FROM contenu_log WHERE version_id = $1 ORDER BY position";

pub(super) fn known(row: &QueryResult) -> Result<KnownFile, DbErr> {
    let id: i64 = row.try_get_by_index(0)?;
    let state: String = row.try_get_by_index(2)?;
    let state = LogFileState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(KnownFile {
        id: LogFileId(id),
        path: row.try_get_by_index(1)?,
        state: state.ok_or_else(|| DbErr::Type(format!("fichier_log.etat (id {id}) is no state")))?,
        present: row.try_get_by_index::<Option<i64>>(3)?.map(VersionId),
        size: row.try_get_by_index::<i64>(4)?.unsigned_abs(),
        modified: value::get_instant_option(row, 5)?.map(Instant::to_utc),
        read_at: value::get_instant(row, 6)?,
        failures: row.try_get_by_index::<i32>(7)?.unsigned_abs(),
        tried_at: value::get_instant_option(row, 8)?,
        stored: row.try_get_by_index::<i64>(9)?.unsigned_abs(),
        completed_at: value::get_instant_option(row, 10)?,
        removal_intended_at: value::get_instant_option(row, 11)?,
        removed_at: value::get_instant_option(row, 12)?,
        digest: row.try_get_by_index(13)?,
    })
}

pub(crate) fn version(row: &QueryResult) -> Result<StoredVersion, DbErr> {
    let id: i64 = row.try_get_by_index(0)?;
    let day = |column: usize| Ok::<_, DbErr>(value::get_date_option(row, column)?.map(ProductionDay));
    let wrong = |column: &str, error| DbErr::Type(format!("version_log.{column} (id {id}): {error}"));
    let straddles: Vec<(NaiveDate, NaiveDate)> =
        serde_json::from_str(&row.try_get_by_index::<String>(8)?).map_err(|error| wrong("chevauchements", error))?;
    let rejected: Vec<NaiveDate> =
        serde_json::from_str(&row.try_get_by_index::<String>(9)?).map_err(|error| wrong("jours_rejetes", error))?;
    Ok(StoredVersion {
        id: VersionId(id),
        file: LogFileId(row.try_get_by_index(1)?),
        path: row.try_get_by_index(2)?,
        name_date: value::get_date_option(row, 3)?,
        finished: row.try_get_by_index(4)?,
        length: row.try_get_by_index::<i64>(5)?.unsigned_abs(),
        reach: Reach {
            days: day(6)?.zip(day(7)?),
            straddles: straddles.into_iter().map(|(from, to)| (ProductionDay(from), ProductionDay(to))).collect(),
            rejected: rejected.into_iter().map(ProductionDay).collect(),
        },
        excluded: row.try_get_by_index(10)?,
        removed: row.try_get_by_index(11)?,
        digest: row.try_get_by_index(12)?,
        frozen: day(13)?.zip(day(14)?),
    })
}

pub(super) fn content(version: VersionId, rows: &[QueryResult]) -> Result<Vec<u8>, DbErr> {
    let mut bytes = Vec::new();
    for row in rows {
        let packed: Vec<u8> = row.try_get_by_index(2)?;
        let position: i64 = row.try_get_by_index(0)?;
        content::unpack(version.0, position, position, row.try_get_by_index(1)?, &packed, &mut bytes)?;
    }
    Ok(bytes)
}

/// The rows that hold the bytes from an offset to before another.
pub(super) const PART_OF_CONTENT: &str = "SELECT position, longueur, octets FROM contenu_log
     WHERE version_id = $1 AND position < $3 AND position + longueur > $2 ORDER BY position";

/// What these rows hold of the bytes in a range.
pub(super) fn part_of_content(
    version: VersionId,
    rows: &[QueryResult],
    offset: u64,
    length: usize,
) -> Result<Vec<u8>, DbErr> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let first: i64 = first.try_get_by_index(0)?;
    let mut bytes = Vec::new();
    for row in rows {
        let packed: Vec<u8> = row.try_get_by_index(2)?;
        let position: i64 = row.try_get_by_index(0)?;
        content::unpack(version.0, position, position - first, row.try_get_by_index(1)?, &packed, &mut bytes)?;
    }
    let skipped = usize::try_from(offset as i64 - first).unwrap_or(0).min(bytes.len());
    bytes.drain(..skipped);
    bytes.truncate(length);
    Ok(bytes)
}

pub(super) async fn save(tx: &mut Tx, machine: MachineId, file: &FileRecord) -> Result<LogFileId, DbErr> {
    let backend = tx.backend();
    let completed = (file.state == LogFileState::Complete).then_some(file.read_at);
    let sql = "INSERT INTO fichier_log (centre_usinage_id, chemin, date_nom, etat, version_id, taille, octets_lus, modifie_le,
             vu_le, lu_le, complet_le, lignes, evenements, lignes_ignorees, lignes_rejetees)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (chemin) DO UPDATE SET centre_usinage_id = excluded.centre_usinage_id, date_nom = excluded.date_nom,
             etat = excluded.etat, version_id = COALESCE(excluded.version_id, fichier_log.version_id),
             taille = excluded.taille, octets_lus = excluded.octets_lus, modifie_le = excluded.modifie_le,
             lu_le = excluded.lu_le, complet_le = CASE WHEN excluded.complet_le IS NULL THEN NULL
                 ELSE COALESCE(fichier_log.complet_le, excluded.complet_le) END,
             lignes = excluded.lignes, evenements = excluded.evenements, lignes_ignorees = excluded.lignes_ignorees,
             lignes_rejetees = excluded.lignes_rejetees, erreur = NULL, echecs = 0
         RETURNING id";
    let values = vec![
        machine.0.into(),
        file.path.as_str().into(),
        value::date_option(backend, file.name_date),
        file.state.as_str().into(),
        file.present.map(|version| version.0).into(),
        (file.size as i64).into(),
        (file.consumed as i64).into(),
        value::instant_option(backend, file.modified.map(Instant::from)),
        value::instant(backend, file.read_at),
        value::instant_option(backend, completed),
        (file.counts.lines as i32).into(),
        (file.counts.events as i32).into(),
        (file.counts.ignored as i32).into(),
        (file.counts.rejected as i32).into(),
    ];
    Ok(LogFileId(tx.query_one(sql, values).await?.try_get_by_index(0)?))
}

/// Rejected lines stand in the order of the file: those that were there stay, unless the content changed under them.
pub(super) async fn save_rejects(
    tx: &mut Tx,
    file: LogFileId,
    lines: RangeInclusive<u32>,
    rejects: &[RejectedLine],
) -> Result<(), DbErr> {
    let bound = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let (first, last) = (bound(*lines.start()), bound(*lines.end()));
    let sql = "SELECT numero, position, motif, texte FROM ligne_rejetee
         WHERE fichier_id = $1 AND numero BETWEEN $2 AND $3 ORDER BY numero";
    let rows = tx.query(sql, vec![file.0.into(), first.into(), last.into()]).await?;
    let mut same = 0;
    for (row, reject) in rows.iter().zip(rejects) {
        let stored: (i32, i64, String, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?, row.try_get_by_index(3)?);
        let new = (reject.number as i32, reject.offset as i64, reject.reason.as_str(), reject.text.as_str());
        if (stored.0, stored.1, stored.2.as_str(), stored.3.as_str()) != new {
            break;
        }
        same += 1;
    }
    if same < rows.len() {
        let from = rejects.get(..same).and_then(<[_]>::last).map_or(first, |reject| reject.number as i32 + 1);
        let sql = "DELETE FROM ligne_rejetee WHERE fichier_id = $1 AND numero BETWEEN $2 AND $3";
        tx.execute(sql, vec![file.0.into(), from.into(), last.into()]).await?;
    }
    let columns = &["fichier_id", "numero", "position", "motif", "texte"];
    let mut bulk = Bulk::new(tx.backend(), "ligne_rejetee", columns);
    for reject in rejects.iter().skip(same) {
        bulk.push(&[
            Cell::Big(Some(file.0)),
            Cell::Int(reject.number as i32),
            Cell::Big(Some(reject.offset as i64)),
            Cell::Text(Some(reject.reason.as_str())),
            Cell::Text(Some(&reject.text)),
        ]);
    }
    bulk.write(tx).await
}

fn reach_values(tx: &Tx, reach: &Reach) -> [Value; 4] {
    let (first, last) = reach.days.unzip();
    let straddles: Vec<(NaiveDate, NaiveDate)> = reach.straddles.iter().map(|(from, to)| (from.0, to.0)).collect();
    [
        value::date_option(tx.backend(), first.map(|day| day.0)),
        value::date_option(tx.backend(), last.map(|day| day.0)),
        serde_json::json!(straddles).to_string().into(),
        serde_json::json!(reach.rejected.iter().map(|day| day.0).collect::<Vec<_>>()).to_string().into(),
    ]
}

pub(super) async fn add_version(tx: &mut Tx, file: LogFileId, bytes: &[u8], reach: &Reach) -> Result<VersionId, DbErr> {
    let [first, last, straddles, rejected] = reach_values(tx, reach);
    let sql =
        "INSERT INTO version_log (fichier_id, longueur, premier_jour, dernier_jour, chevauchements, jours_rejetes)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
    let values = vec![file.0.into(), (bytes.len() as i64).into(), first, last, straddles, rejected];
    let row = tx.query_one(sql, values).await?;
    let id: i64 = row.try_get_by_index(0)?;
    tx.execute("UPDATE fichier_log SET version_id = $1 WHERE id = $2", vec![id.into(), file.0.into()]).await?;
    add_content(tx, id, 0, bytes).await?;
    Ok(VersionId(id))
}

pub(super) async fn append(
    tx: &mut Tx,
    version: VersionId,
    offset: u64,
    bytes: &[u8],
    reach: &Reach,
) -> Result<(), DbErr> {
    let [first, last, straddles, rejected] = reach_values(tx, reach);
    let sql = "UPDATE version_log SET longueur = $1, premier_jour = $2, dernier_jour = $3, chevauchements = $4,
         jours_rejetes = $5 WHERE id = $6 AND longueur = $7";
    let length = offset as i64 + bytes.len() as i64;
    let values = vec![length.into(), first, last, straddles, rejected, version.0.into(), (offset as i64).into()];
    if tx.execute(sql, values).await? != 1 {
        return Err(DbErr::Custom(format!(
            "version_log (id {version}) does not have {offset} bytes, so nothing was added"
        )));
    }
    add_content(tx, version.0, offset, bytes).await
}

async fn add_content(tx: &mut Tx, version: i64, offset: u64, bytes: &[u8]) -> Result<(), DbErr> {
    for row in content::rows(version, offset, bytes)? {
        tx.execute("INSERT INTO contenu_log (version_id, position, longueur, octets) VALUES ($1, $2, $3, $4)", row)
            .await?;
    }
    Ok(())
}

pub(super) async fn note_failure(
    tx: &mut Tx,
    machine: MachineId,
    path: &str,
    reason: &str,
    now: Instant,
) -> Result<u32, DbErr> {
    let backend = tx.backend();
    let sql = "INSERT INTO fichier_log (centre_usinage_id, chemin, date_nom, etat, taille, octets_lus, vu_le, lu_le, essai_le, erreur, echecs,
             lignes, evenements, lignes_ignorees, lignes_rejetees)
         VALUES ($1, $2, $3, 'GROWING', 0, 0, $4, $4, $4, $5, 1, 0, 0, 0, 0)
         ON CONFLICT (chemin) DO UPDATE SET erreur = excluded.erreur, echecs = fichier_log.echecs + 1,
             essai_le = excluded.essai_le,
             etat = CASE WHEN fichier_log.echecs + 1 >= $6 THEN 'QUARANTINED' ELSE fichier_log.etat END
         RETURNING echecs";
    let values = vec![
        machine.0.into(),
        path.into(),
        value::date_option(backend, date_in_name(path)),
        value::instant(backend, now),
        reason.into(),
        (QUARANTINE_AFTER as i32).into(),
    ];
    let failures: i32 = tx.query_one(sql, values).await?.try_get_by_index(0)?;
    Ok(failures.unsigned_abs())
}

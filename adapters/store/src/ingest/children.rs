//! What sessions hold: for a new session all of it in bulk, for a stored one only the rows that differ.

use super::bulk::{Bulk, Cell};
use super::sessions::{Writing, carried, reserve};
use super::tx::Tx;
use crate::value;
use atelier_domain::event::Source;
use atelier_domain::ids::MachineId;
use atelier_domain::session::JobKey;
use atelier_domain::time::Instant;
use sea_orm::{DbErr, QueryResult, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The ids of bars, by the day they were loaded on and their number there.
#[derive(Default)]
pub(super) struct JobIds(HashMap<JobKey, i64>);

/// Rows of one table that belong to a session, as they are stored: number, id, and what is compared.
struct Stored<T>(HashMap<i64, BTreeMap<i32, (i64, T)>>);

impl<T> Stored<T> {
    async fn read(tx: &mut Tx, sql: &str, ids: &[i64], row: impl Fn(&QueryResult) -> Result<T, DbErr>) -> Result<Self, DbErr> {
        let mut stored: HashMap<i64, BTreeMap<i32, (i64, T)>> = HashMap::new();
        if !ids.is_empty() {
            let backend = tx.backend();
            let sql = format!("{sql} WHERE {}", value::is_in(backend, "session_id", 1));
            for found in &tx.query(sql, vec![value::numbers(backend, ids.iter().copied())]).await? {
                let (session, number): (i64, i32) = (found.try_get_by_index(0)?, found.try_get_by_index(1)?);
                stored.entry(session).or_default().insert(number, (found.try_get_by_index(2)?, row(found)?));
            }
        }
        Ok(Self(stored))
    }

    fn of(&mut self, session: i64) -> BTreeMap<i32, (i64, T)> {
        self.0.remove(&session).unwrap_or_default()
    }
}

fn known(writing: &[Writing]) -> Vec<i64> {
    writing.iter().filter(|session| !session.is_new).map(|session| session.id).collect()
}

/// What is to be done with a numbered row.
enum Difference {
    Same(i64),
    Update(i64),
    Insert,
}

/// Compares `wanted`, numbered from 1, with what is stored; `leftover` are the ids of rows past the end.
fn compare<T: PartialEq>(mut stored: BTreeMap<i32, (i64, T)>, wanted: &[T]) -> (Vec<Difference>, Vec<i64>) {
    let differences = (1..)
        .zip(wanted)
        .map(|(number, row)| match stored.remove(&number) {
            Some((id, before)) if before == *row => Difference::Same(id),
            Some((id, _)) => Difference::Update(id),
            None => Difference::Insert,
        })
        .collect();
    (differences, stored.into_values().map(|(id, _)| id).collect())
}

async fn drop_rows(tx: &mut Tx, table: &str, ids: &[i64]) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let backend = tx.backend();
    let sql = format!("DELETE FROM {table} WHERE {}", value::is_in(backend, "id", 1));
    tx.execute(sql, vec![value::numbers(backend, ids.iter().copied())]).await?;
    Ok(())
}

#[derive(PartialEq)]
struct JobRow {
    reference: String,
    length: Option<f64>,
    colour: Option<String>,
    at: Instant,
    pieces: i32,
    version: i64,
    line: i32,
}

pub(super) async fn save_jobs(tx: &mut Tx, writing: &mut [Writing], ids: &mut JobIds) -> Result<(), DbErr> {
    let sql = "SELECT session_id, numero, id, reference, longueur, couleur, timestamp_debut, nombre_pieces, version_id, ligne FROM job_profil";
    let mut stored = Stored::read(tx, sql, &known(writing), |row| {
        Ok(JobRow {
            reference: row.try_get_by_index(3)?,
            length: row.try_get_by_index(4)?,
            colour: row.try_get_by_index(5)?,
            at: value::get_instant(row, 6)?,
            pieces: row.try_get_by_index(7)?,
            version: row.try_get_by_index(8)?,
            line: row.try_get_by_index(9)?,
        })
    })
    .await?;
    let mut inserts: Vec<(i64, i32, JobKey, JobRow)> = Vec::new();
    for session in writing.iter_mut() {
        let rows: Vec<JobRow> = session
            .session
            .jobs
            .iter()
            .map(|job| JobRow {
                reference: job.reference.clone(),
                length: job.length_mm,
                colour: job.colour.clone(),
                at: job.started_at,
                pieces: job.pieces as i32,
                version: job.source.version.0,
                line: job.source.line as i32,
            })
            .collect();
        let (differences, leftover) = compare(stored.of(session.id), &rows);
        session.changed |= !leftover.is_empty();
        drop_rows(tx, "job_profil", &leftover).await?;
        for ((number, row), difference) in (1..).zip(rows).zip(differences) {
            let key = JobKey { day: session.session.day, number: number as u32 };
            match difference {
                Difference::Same(id) => drop(ids.0.insert(key, id)),
                Difference::Update(id) => {
                    session.changed = true;
                    ids.0.insert(key, id);
                    let sql = "UPDATE job_profil SET reference = $1, longueur = $2, couleur = $3, timestamp_debut = $4,
                         nombre_pieces = $5, version_id = $6, ligne = $7 WHERE id = $8";
                    let values = vec![
                        row.reference.into(),
                        row.length.into(),
                        row.colour.into(),
                        value::instant(tx.backend(), row.at),
                        row.pieces.into(),
                        row.version.into(),
                        row.line.into(),
                        id.into(),
                    ];
                    tx.execute(sql, values).await?;
                }
                Difference::Insert => {
                    session.changed = true;
                    inserts.push((session.id, number, key, row));
                }
            }
        }
    }
    let mut fresh = reserve(tx, "job_profil", inserts.len()).await?;
    let columns = &["id", "session_id", "numero", "reference", "longueur", "couleur", "timestamp_debut", "nombre_pieces", "version_id", "ligne"];
    let mut bulk = Bulk::new(tx.backend(), "job_profil", columns);
    for (session, number, key, row) in &inserts {
        let id = fresh.next().unwrap_or_default();
        ids.0.insert(*key, id);
        bulk.push(&[
            Cell::Big(Some(id)),
            Cell::Big(Some(*session)),
            Cell::Int(*number),
            Cell::Text(Some(&row.reference)),
            Cell::Float(row.length),
            Cell::Text(row.colour.as_deref()),
            Cell::At(Some(row.at)),
            Cell::Int(row.pieces),
            Cell::Big(Some(row.version)),
            Cell::Int(row.line),
        ]);
    }
    bulk.write(tx).await
}

impl JobIds {
    /// Learns the ids of bars that pieces came from and that belong to sessions of other days.
    pub(super) async fn add_foreign(&mut self, tx: &mut Tx, machine: MachineId, writing: &[Writing]) -> Result<(), DbErr> {
        let jobs = writing.iter().flat_map(|session| session.session.pieces.iter().filter_map(|piece| piece.job));
        let days: BTreeSet<_> = jobs.filter(|job| !self.0.contains_key(job)).map(|job| job.day).collect();
        let backend = tx.backend();
        for day in days {
            let sql = "SELECT j.numero, j.id FROM job_profil j JOIN session_production s ON s.id = j.session_id
                 WHERE s.centre_usinage_id = $1 AND s.date_production = $2";
            for row in &tx.query(sql, vec![machine.0.into(), value::day(backend, day)]).await? {
                let number: i32 = row.try_get_by_index(0)?;
                self.0.insert(JobKey { day, number: number.unsigned_abs() }, row.try_get_by_index(1)?);
            }
        }
        Ok(())
    }

    fn id(&self, key: Option<JobKey>) -> Result<Option<i64>, DbErr> {
        let Some(key) = key else { return Ok(None) };
        let id = self.0.get(&key).copied();
        id.map(Some).ok_or_else(|| DbErr::Custom(format!("job_profil has no bar number {} of {}", key.number, key.day)))
    }
}

#[derive(PartialEq)]
struct PieceRow {
    at: Instant,
    details: Option<String>,
    job: Option<i64>,
    cycle: Option<i64>,
    version: i64,
    line: i32,
}

pub(super) async fn save_pieces(tx: &mut Tx, writing: &mut [Writing], jobs: &JobIds) -> Result<(), DbErr> {
    let sql = "SELECT session_id, numero_piece, id, timestamp_production, details, job_id, cycle_ms, version_id, ligne FROM piece_production";
    let mut stored = Stored::read(tx, sql, &known(writing), |row| {
        Ok(PieceRow {
            at: value::get_instant(row, 3)?,
            details: row.try_get_by_index(4)?,
            job: row.try_get_by_index(5)?,
            cycle: row.try_get_by_index(6)?,
            version: row.try_get_by_index(7)?,
            line: row.try_get_by_index(8)?,
        })
    })
    .await?;
    let columns = &["session_id", "numero_piece", "timestamp_production", "details", "job_id", "cycle_ms", "version_id", "ligne"];
    let mut bulk = Bulk::new(tx.backend(), "piece_production", columns);
    for session in writing.iter_mut() {
        let before = stored.of(session.id);
        let mut rows = Vec::with_capacity(session.session.pieces.len());
        for piece in &session.session.pieces {
            rows.push(PieceRow {
                at: piece.at,
                details: piece.details.clone(),
                job: jobs.id(piece.job)?,
                cycle: piece.cycle.map(|cycle| cycle.0),
                version: piece.source.version.0,
                line: piece.source.line as i32,
            });
        }
        let (differences, leftover) = compare(before, &rows);
        session.changed |= !leftover.is_empty();
        drop_rows(tx, "piece_production", &leftover).await?;
        for ((number, row), difference) in (1..).zip(&rows).zip(differences) {
            match difference {
                Difference::Same(_) => continue,
                Difference::Update(id) => {
                    let sql = "UPDATE piece_production SET timestamp_production = $1, details = $2, job_id = $3, cycle_ms = $4,
                         version_id = $5, ligne = $6 WHERE id = $7";
                    let values = vec![
                        value::instant(tx.backend(), row.at),
                        row.details.clone().into(),
                        row.job.into(),
                        row.cycle.into(),
                        row.version.into(),
                        row.line.into(),
                        id.into(),
                    ];
                    tx.execute(sql, values).await?;
                }
                Difference::Insert => bulk.push(&[
                    Cell::Big(Some(session.id)),
                    Cell::Int(number),
                    Cell::At(Some(row.at)),
                    Cell::Text(row.details.as_deref()),
                    Cell::Big(row.job),
                    Cell::Big(row.cycle),
                    Cell::Big(Some(row.version)),
                    Cell::Int(row.line),
                ]),
            }
            session.changed = true;
        }
    }
    bulk.write(tx).await
}

/// A wait or a stop.
#[derive(PartialEq)]
struct PeriodRow {
    start: Instant,
    end: Option<Instant>,
    length: i64,
    since: Option<Instant>,
    version: i64,
    line: i32,
}

impl PeriodRow {
    fn new(start: Instant, end: Option<Instant>, length: i64, since: Option<Instant>, source: Source) -> Self {
        Self { start, end, length, since, version: source.version.0, line: source.line as i32 }
    }

    /// Whole seconds, rounded half up.
    fn seconds(&self) -> i32 {
        ((self.length + 500) / 1000) as i32
    }
}

pub(super) async fn save_waits(tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
    save_periods(tx, writing, "periode_attente", false, |session| {
        let waits = session.session.waits.iter();
        waits
            .map(|wait| {
                let interval = wait.interval;
                PeriodRow::new(interval.start(), Some(interval.end()), interval.length().0, None, wait.source)
            })
            .collect()
    })
    .await
}

pub(super) async fn save_stops(tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
    save_periods(tx, writing, "periode_arret", true, |session| {
        let stops = session.session.stops.iter();
        stops.map(|stop| PeriodRow::new(stop.start, stop.end, stop.length.0, Some(stop.since), stop.source)).collect()
    })
    .await
}

async fn save_periods(
    tx: &mut Tx,
    writing: &mut [Writing],
    table: &'static str,
    has_since: bool,
    rows_of: impl Fn(&Writing) -> Vec<PeriodRow>,
) -> Result<(), DbErr> {
    let backend = tx.backend();
    let since = if has_since { ", depuis" } else { "" };
    let sql = format!("SELECT session_id, numero, id, timestamp_debut, timestamp_fin, duree_ms, version_id, ligne{since} FROM {table}");
    let mut stored = Stored::read(tx, &sql, &known(writing), |row| {
        Ok(PeriodRow {
            start: value::get_instant(row, 3)?,
            end: value::get_instant_option(row, 4)?,
            length: row.try_get_by_index(5)?,
            version: row.try_get_by_index(6)?,
            line: row.try_get_by_index(7)?,
            since: if has_since { value::get_instant_option(row, 8)? } else { None },
        })
    })
    .await?;
    const WITH_SINCE: &[&str] =
        &["session_id", "numero", "timestamp_debut", "timestamp_fin", "duree_secondes", "duree_ms", "version_id", "ligne", "depuis"];
    let columns = if has_since { WITH_SINCE } else { WITH_SINCE.split_last().map_or(WITH_SINCE, |(_, before)| before) };
    let mut bulk = Bulk::new(backend, table, columns);
    for session in writing.iter_mut() {
        let rows = rows_of(session);
        let (differences, leftover) = compare(stored.of(session.id), &rows);
        session.changed |= !leftover.is_empty();
        drop_rows(tx, table, &leftover).await?;
        for ((number, row), difference) in (1..).zip(&rows).zip(differences) {
            match difference {
                Difference::Same(_) => continue,
                Difference::Update(id) => {
                    let since = if has_since { ", depuis = $8" } else { "" };
                    let sql = format!(
                        "UPDATE {table} SET timestamp_debut = $1, timestamp_fin = $2, duree_secondes = $3, duree_ms = $4,
                         version_id = $5, ligne = $6{since} WHERE id = $7"
                    );
                    let mut values: Vec<Value> = vec![
                        value::instant(backend, row.start),
                        value::instant_option(backend, row.end),
                        row.seconds().into(),
                        row.length.into(),
                        row.version.into(),
                        row.line.into(),
                        id.into(),
                    ];
                    if has_since {
                        values.push(value::instant_option(backend, row.since));
                    }
                    tx.execute(sql, values).await?;
                }
                Difference::Insert => {
                    let cells = [
                        Cell::Big(Some(session.id)),
                        Cell::Int(number),
                        Cell::At(Some(row.start)),
                        Cell::At(row.end),
                        Cell::Int(row.seconds()),
                        Cell::Big(Some(row.length)),
                        Cell::Big(Some(row.version)),
                        Cell::Int(row.line),
                        Cell::At(row.since),
                    ];
                    bulk.push(cells.get(..columns.len()).unwrap_or(&cells));
                }
            }
            session.changed = true;
        }
    }
    bulk.write(tx).await
}

/// What makes two anomalies of a session the same.
type AnomalyRow = (String, i64, Option<i64>, Option<i64>, Option<i32>, String);

pub(super) async fn save_anomalies(tx: &mut Tx, machine: MachineId, writing: &mut [Writing]) -> Result<(), DbErr> {
    let backend = tx.backend();
    let mut stored: HashMap<i64, Vec<(i64, AnomalyRow)>> = HashMap::new();
    let ids = known(writing);
    if !ids.is_empty() {
        let sql = format!(
            "SELECT session_id, id, type_anomalie, instant, fichier_id, version_id, ligne, message FROM anomalie WHERE {}",
            value::is_in(backend, "session_id", 1)
        );
        for row in &tx.query(sql, vec![value::numbers(backend, ids)]).await? {
            let anomaly = (
                row.try_get_by_index(2)?,
                value::get_instant(row, 3)?.0,
                row.try_get_by_index(4)?,
                row.try_get_by_index(5)?,
                row.try_get_by_index(6)?,
                row.try_get_by_index(7)?,
            );
            stored.entry(row.try_get_by_index(0)?).or_default().push((row.try_get_by_index(1)?, anomaly));
        }
    }
    let columns = &["type_anomalie", "instant", "centre_usinage_id", "session_id", "fichier_id", "version_id", "ligne", "message"];
    let mut bulk = Bulk::new(backend, "anomalie", columns);
    let mut obsolete = Vec::new();
    for session in writing.iter_mut() {
        let mut before = stored.remove(&session.id).unwrap_or_default();
        for anomaly in &session.session.anomalies {
            let (file, version, line) = match anomaly.source {
                Some(source) => (Some(source.file.0), Some(source.version.0), Some(source.line as i32)),
                None => (None, None, None),
            };
            let row: AnomalyRow = (anomaly.kind.as_str().to_owned(), anomaly.at.0, file, version, line, anomaly.message.clone());
            if let Some(index) = before.iter().position(|(_, stored)| *stored == row) {
                before.swap_remove(index);
                continue;
            }
            session.changed = true;
            bulk.push(&[
                Cell::Text(Some(anomaly.kind.as_str())),
                Cell::At(Some(anomaly.at)),
                Cell::Big(Some(machine.0)),
                Cell::Big(Some(session.id)),
                Cell::Big(file),
                Cell::Big(version),
                Cell::OptInt(line),
                Cell::Text(Some(&anomaly.message)),
            ]);
        }
        session.changed |= !before.is_empty();
        obsolete.extend(before.into_iter().map(|(id, _)| id));
    }
    drop_rows(tx, "anomalie", &obsolete).await?;
    bulk.write(tx).await
}

pub(super) async fn save_files(tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
    let backend = tx.backend();
    let ids = known(writing);
    let mut stored: HashSet<(i64, i64)> = HashSet::new();
    if !ids.is_empty() {
        let sql = format!("SELECT session_id, fichier_id FROM session_fichier WHERE {}", value::is_in(backend, "session_id", 1));
        for row in &tx.query(sql, vec![value::numbers(backend, ids)]).await? {
            stored.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        }
    }
    let mut bulk = Bulk::new(backend, "session_fichier", &["session_id", "fichier_id"]);
    for session in writing.iter_mut() {
        for file in &session.session.files {
            if !stored.remove(&(session.id, file.0)) {
                session.changed = true;
                bulk.push(&[Cell::Big(Some(session.id)), Cell::Big(Some(file.0))]);
            }
        }
    }
    for (session, file) in stored {
        if let Some(session) = writing.iter_mut().find(|writing| writing.id == session) {
            session.changed = true;
        }
        tx.execute("DELETE FROM session_fichier WHERE session_id = $1 AND fichier_id = $2", vec![session.into(), file.into()]).await?;
    }
    bulk.write(tx).await
}

/// Stores how many pieces of each session came from bars of other days. Gives the sessions of those bars whose count that
/// changes.
pub(super) async fn save_carried(tx: &mut Tx, writing: &mut [Writing], jobs: &JobIds) -> Result<BTreeSet<i64>, DbErr> {
    let backend = tx.backend();
    let ids = known(writing);
    let mut stored: HashMap<(i64, i64), i32> = HashMap::new();
    if !ids.is_empty() {
        let sql = format!("SELECT session_id, job_id, pieces FROM report_job WHERE {}", value::is_in(backend, "session_id", 1));
        for row in &tx.query(sql, vec![value::numbers(backend, ids)]).await? {
            stored.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?), row.try_get_by_index(2)?);
        }
    }
    let mut touched = BTreeSet::new();
    let mut bulk = Bulk::new(backend, "report_job", &["job_id", "session_id", "pieces"]);
    for session in writing.iter() {
        for (key, count) in carried(&session.session) {
            let Some(job) = jobs.id(Some(key))? else { continue };
            match stored.remove(&(session.id, job)) {
                Some(before) if before == count => {}
                Some(_) => {
                    touched.insert(job);
                    let sql = "UPDATE report_job SET pieces = $1 WHERE job_id = $2 AND session_id = $3";
                    tx.execute(sql, vec![count.into(), job.into(), session.id.into()]).await?;
                }
                None => {
                    touched.insert(job);
                    bulk.push(&[Cell::Big(Some(job)), Cell::Big(Some(session.id)), Cell::Int(count)]);
                }
            }
        }
    }
    for (session, job) in stored.into_keys() {
        touched.insert(job);
        tx.execute("DELETE FROM report_job WHERE job_id = $1 AND session_id = $2", vec![job.into(), session.into()]).await?;
    }
    bulk.write(tx).await?;
    if touched.is_empty() {
        return Ok(BTreeSet::new());
    }
    let sql = format!("SELECT DISTINCT session_id FROM job_profil WHERE {}", value::is_in(backend, "id", 1));
    let rows = tx.query(sql, vec![value::numbers(backend, touched)]).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

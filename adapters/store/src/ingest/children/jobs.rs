//! Bars.

use super::{Difference, Stored, compare, drop_rows, known};
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::{Writing, reserve};
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::ids::MachineId;
use atelier_domain::session::JobKey;
use atelier_domain::time::Instant;
use sea_orm::DbErr;
use std::collections::{BTreeSet, HashMap};

/// The ids of bars, by the day they were loaded on and their number there.
#[derive(Default)]
pub(in crate::ingest) struct JobIds(HashMap<JobKey, i64>);

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

pub(in crate::ingest) async fn save_jobs(tx: &mut Tx, writing: &mut [Writing], ids: &mut JobIds) -> Result<(), DbErr> {
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
    let columns = &[
        "id",
        "session_id",
        "numero",
        "reference",
        "longueur",
        "couleur",
        "timestamp_debut",
        "nombre_pieces",
        "version_id",
        "ligne",
    ];
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
    pub(in crate::ingest) async fn add_foreign(
        &mut self,
        tx: &mut Tx,
        machine: MachineId,
        writing: &[Writing],
    ) -> Result<(), DbErr> {
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

    /// A bar's id.
    pub(super) fn id(&self, key: Option<JobKey>) -> Result<Option<i64>, DbErr> {
        let Some(key) = key else { return Ok(None) };
        let id = self.0.get(&key).copied();
        id.map(Some).ok_or_else(|| DbErr::Custom(format!("job_profil has no bar number {} of {}", key.number, key.day)))
    }
}

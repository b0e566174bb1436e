//! Bars.

use super::{Difference, JOBS, Range, Stored};
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::{Writing, reserve};
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::ids::MachineId;
use atelier_domain::session::{Details, Job, JobKey};
use atelier_domain::time::{Instant, ProductionDay};
use sea_orm::DbErr;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The ids of the bars that a part names, by the day they were loaded on and their number there.
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

impl JobRow {
    fn new(job: &Job) -> Self {
        Self {
            reference: job.reference.clone(),
            length: job.length_mm,
            colour: job.colour.clone(),
            at: job.started_at,
            pieces: job.pieces as i32,
            version: job.source.version.0,
            line: job.source.line as i32,
        }
    }
}

/// Stores the next bars of sessions, given by their places in `writing`.
pub(in crate::ingest) async fn save_jobs(
    tx: &mut Tx,
    writing: &mut [Writing],
    parts: &[(usize, &[Job])],
    ids: &JobIds,
) -> Result<(), DbErr> {
    let wanted: Vec<Range> = parts
        .iter()
        .filter_map(|(place, jobs)| {
            let session = writing.get(*place).filter(|session| !session.is_new)?;
            Some((session.id, jobs.first()?.number as i32, jobs.last()?.number as i32))
        })
        .collect();
    let columns = "t.reference, t.longueur, t.couleur, t.timestamp_debut, t.nombre_pieces, t.version_id, t.ligne";
    let mut stored = Stored::read(tx, JOBS, columns, &wanted, |row| {
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
    for (place, jobs) in parts {
        let Some(session) = writing.get_mut(*place) else { continue };
        for job in *jobs {
            let row = JobRow::new(job);
            match stored.compare(session.id, job.number as i32, &row) {
                Difference::Same => continue,
                Difference::Update(id) => {
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
                Difference::Insert => bulk.push(&[
                    Cell::Big(ids.id(Some(JobKey { day: session.session.day, number: job.number }))?),
                    Cell::Big(Some(session.id)),
                    Cell::Int(job.number as i32),
                    Cell::Text(Some(&job.reference)),
                    Cell::Float(job.length_mm),
                    Cell::Text(job.colour.as_deref()),
                    Cell::At(Some(job.started_at)),
                    Cell::Int(row.pieces),
                    Cell::Big(Some(row.version)),
                    Cell::Int(row.line),
                ]),
            }
            session.changed = true;
        }
    }
    bulk.write(tx).await
}

impl JobIds {
    /// Learns the ids of all bars that a part holds or that its pieces came from: of stored ones as they are, of others new
    /// ones.
    pub(in crate::ingest) async fn learn(
        &mut self,
        tx: &mut Tx,
        machine: MachineId,
        writing: &[Writing],
        part: &[(usize, Details)],
    ) -> Result<(), DbErr> {
        let mut missing: BTreeMap<ProductionDay, BTreeSet<u32>> = BTreeMap::new();
        for (place, details) in part {
            let Some(day) = writing.get(*place).map(|session| session.session.day) else { continue };
            let own = details.jobs.iter().map(|job| JobKey { day, number: job.number });
            for key in own.chain(details.pieces.iter().filter_map(|piece| piece.job)) {
                if !self.0.contains_key(&key) {
                    missing.entry(key.day).or_default().insert(key.number);
                }
            }
        }
        let mut fresh = Vec::new();
        let mut wanted: Vec<Range> = Vec::new();
        let mut days = HashMap::new();
        for (day, numbers) in &missing {
            let begun = writing.iter().find(|session| session.session.day == *day);
            let session = match begun {
                Some(session) if session.is_new => None,
                Some(session) => Some(session.id),
                None => session_of(tx, machine, *day).await?,
            };
            if let (Some(session), Some(first), Some(last)) = (session, numbers.first(), numbers.last()) {
                wanted.push((session, *first as i32, *last as i32));
                days.insert(session, *day);
            }
        }
        // A bar of the part has its number in it; of those that its pieces came from before, at most one is missing.
        let found = Stored::read(tx, JOBS, "t.ligne", &wanted, |_| Ok(())).await?;
        for (session, rows) in found.0 {
            let Some(day) = days.get(&session).copied() else { continue };
            for (number, (id, ())) in rows {
                let key = JobKey { day, number: number.unsigned_abs() };
                if missing.get(&day).is_some_and(|numbers| numbers.contains(&key.number)) {
                    self.0.insert(key, id);
                }
            }
        }
        for (day, numbers) in missing {
            if writing.iter().any(|session| session.session.day == day) {
                let keys = numbers.into_iter().map(|number| JobKey { day, number });
                fresh.extend(keys.filter(|key| !self.0.contains_key(key)));
            }
        }
        let ids = reserve(tx, "job_profil", fresh.len()).await?;
        self.0.extend(fresh.into_iter().zip(ids));
        Ok(())
    }

    /// Forgets the bars that no later part names: all but the latest of each day.
    pub(in crate::ingest) fn forget(&mut self) {
        let mut latest: HashMap<ProductionDay, u32> = HashMap::new();
        for key in self.0.keys() {
            let number = latest.entry(key.day).or_insert(key.number);
            *number = key.number.max(*number);
        }
        self.0.retain(|key, _| latest.get(&key.day) == Some(&key.number));
    }

    /// A bar's id.
    pub(super) fn id(&self, key: Option<JobKey>) -> Result<Option<i64>, DbErr> {
        let Some(key) = key else { return Ok(None) };
        let id = self.0.get(&key).copied();
        id.map(Some).ok_or_else(|| DbErr::Custom(format!("job_profil has no bar number {} of {}", key.number, key.day)))
    }
}

async fn session_of(tx: &mut Tx, machine: MachineId, day: ProductionDay) -> Result<Option<i64>, DbErr> {
    let sql = "SELECT id FROM session_production WHERE centre_usinage_id = $1 AND date_production = $2";
    let day = value::day(tx.backend(), day);
    let rows = tx.query(sql, vec![machine.0.into(), day]).await?;
    rows.first().map(|row| row.try_get_by_index(0)).transpose()
}

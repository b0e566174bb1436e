//! Which files a session came from, and which bars of other days its pieces.

use super::known;
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::Writing;
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::session::JobKey;
use sea_orm::DbErr;
use std::collections::{BTreeSet, HashMap, HashSet};

pub(in crate::ingest) async fn save_files(tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
    let backend = tx.backend();
    let ids = known(writing);
    let mut stored: HashSet<(i64, i64)> = HashSet::new();
    if !ids.is_empty() {
        let sql = format!(
            "SELECT session_id, fichier_id FROM session_fichier WHERE {}",
            value::is_in(backend, "session_id", 1)
        );
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
        tx.execute(
            "DELETE FROM session_fichier WHERE session_id = $1 AND fichier_id = $2",
            vec![session.into(), file.into()],
        )
        .await?;
    }
    bulk.write(tx).await
}

/// How many pieces of each session came from each bar of another day, by the ids of both.
#[derive(Default)]
pub(in crate::ingest) struct Carried(HashMap<(i64, i64), i32>);

impl Carried {
    /// Counts a piece.
    pub(super) fn count(&mut self, session: &Writing, bar: Option<JobKey>, id: Option<i64>) {
        if let (Some(_), Some(id)) = (bar.filter(|bar| bar.day != session.session.day), id) {
            *self.0.entry((session.id, id)).or_insert(0) += 1;
        }
    }
}

/// Stores how many pieces of each session came from bars of other days. Gives the sessions of those bars whose count that
/// changes.
pub(in crate::ingest) async fn save_carried(
    tx: &mut Tx,
    writing: &[Writing],
    carried: Carried,
) -> Result<BTreeSet<i64>, DbErr> {
    let backend = tx.backend();
    let ids = known(writing);
    let mut stored: HashMap<(i64, i64), i32> = HashMap::new();
    if !ids.is_empty() {
        let sql = format!(
            "SELECT session_id, job_id, pieces FROM report_job WHERE {}",
            value::is_in(backend, "session_id", 1)
        );
        for row in &tx.query(sql, vec![value::numbers(backend, ids)]).await? {
            stored.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?), row.try_get_by_index(2)?);
        }
    }
    let mut touched = BTreeSet::new();
    let mut bulk = Bulk::new(backend, "report_job", &["job_id", "session_id", "pieces"]);
    for ((session, job), count) in carried.0 {
        match stored.remove(&(session, job)) {
            Some(before) if before == count => {}
            Some(_) => {
                touched.insert(job);
                let sql = "UPDATE report_job SET pieces = $1 WHERE job_id = $2 AND session_id = $3";
                tx.execute(sql, vec![count.into(), job.into(), session.into()]).await?;
            }
            None => {
                touched.insert(job);
                bulk.push(&[Cell::Big(Some(job)), Cell::Big(Some(session)), Cell::Int(count)]);
            }
        }
    }
    for (session, job) in stored.into_keys() {
        touched.insert(job);
        tx.execute("DELETE FROM report_job WHERE job_id = $1 AND session_id = $2", vec![job.into(), session.into()])
            .await?;
    }
    bulk.write(tx).await?;
    if touched.is_empty() {
        return Ok(BTreeSet::new());
    }
    let sql = format!("SELECT DISTINCT session_id FROM job_profil WHERE {}", value::is_in(backend, "id", 1));
    let rows = tx.query(sql, vec![value::numbers(backend, touched)]).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

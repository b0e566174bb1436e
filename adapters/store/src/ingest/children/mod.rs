//! What sessions hold: for a new session all of it in bulk, for a stored one only the rows that differ.
//!
//! Rows are numbered within their session and come in parts, in the order of numbers. Of a stored session the rows of a
//! part's numbers are read and compared; what lies past the last number is removed in the end.

mod anomalies;
mod jobs;
mod links;
mod periods;
mod pieces;

pub(super) use anomalies::StoredAnomalies;
pub(super) use jobs::{JobIds, save_jobs};
pub(super) use links::{Carried, save_carried, save_files};
pub(super) use periods::{save_stops, save_waits};
pub(super) use pieces::save_pieces;

use super::sessions::Writing;
use super::tx::Tx;
use crate::value;
use sea_orm::{DbBackend, DbErr, QueryResult, Value};
use std::collections::{BTreeMap, HashMap};

/// So many rows of one kind are read, compared and written at once.
const PART: usize = 20_000;

/// A table of numbered rows that belong to sessions.
#[derive(Clone, Copy)]
struct Numbered {
    table: &'static str,
    number: &'static str,
}

const PIECES: Numbered = Numbered { table: "piece_production", number: "numero_piece" };
const JOBS: Numbered = Numbered { table: "job_profil", number: "numero" };
const WAITS: Numbered = Numbered { table: "periode_attente", number: "numero" };
const STOPS: Numbered = Numbered { table: "periode_arret", number: "numero" };

/// Numbers of a session's rows: the session's id, the first, the last.
type Range = (i64, i32, i32);

/// A source of rows (session, first, last), called `w`, and its values.
fn ranges(backend: DbBackend, ranges: &[Range]) -> (&'static str, Vec<Value>) {
    if backend == DbBackend::Postgres {
        let values = vec![
            value::numbers(backend, ranges.iter().map(|range| range.0)),
            value::numbers(backend, ranges.iter().map(|range| i64::from(range.1))),
            value::numbers(backend, ranges.iter().map(|range| i64::from(range.2))),
        ];
        return ("unnest($1, $2, $3) AS w (session, first, last)", values);
    }
    let source = "(SELECT json_extract(value, '$[0]') AS session, json_extract(value, '$[1]') AS first, \
         json_extract(value, '$[2]') AS last FROM json_each($1)) w";
    (source, vec![serde_json::json!(ranges).to_string().into()])
}

/// Rows of one table that belong to sessions, as they are stored: number, id, and what is compared.
struct Stored<T>(HashMap<i64, BTreeMap<i32, (i64, T)>>);

impl<T> Stored<T> {
    /// Reads these columns of the rows in these ranges; `row` finds them from the fourth place on.
    async fn read(
        tx: &mut Tx,
        of: Numbered,
        columns: &str,
        wanted: &[Range],
        row: impl Fn(&QueryResult) -> Result<T, DbErr>,
    ) -> Result<Self, DbErr> {
        let mut stored: HashMap<i64, BTreeMap<i32, (i64, T)>> = HashMap::new();
        if !wanted.is_empty() {
            let Numbered { table, number } = of;
            let (source, values) = ranges(tx.backend(), wanted);
            let sql = format!(
                "SELECT t.session_id, t.{number}, t.id, {columns} FROM {source} JOIN {table} t \
                 ON t.session_id = w.session AND t.{number} BETWEEN w.first AND w.last"
            );
            for found in &tx.query(sql, values).await? {
                let (session, number): (i64, i32) = (found.try_get_by_index(0)?, found.try_get_by_index(1)?);
                stored.entry(session).or_default().insert(number, (found.try_get_by_index(2)?, row(found)?));
            }
        }
        Ok(Self(stored))
    }

    /// What is to be done with a row that has to be there.
    fn compare(&mut self, session: i64, number: i32, wanted: &T) -> Difference
    where
        T: PartialEq,
    {
        match self.0.get_mut(&session).and_then(|rows| rows.remove(&number)) {
            Some((_, before)) if before == *wanted => Difference::Same,
            Some((id, _)) => Difference::Update(id),
            None => Difference::Insert,
        }
    }
}

fn known(writing: &[Writing]) -> Vec<i64> {
    writing.iter().filter(|session| !session.is_new).map(|session| session.id).collect()
}

/// What is to be done with a numbered row.
enum Difference {
    Same,
    Update(i64),
    Insert,
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

/// Removes the numbered rows that lie past the last one of their session.
pub(super) async fn drop_rest(tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
    for (of, count) in [
        (PIECES, (|session| session.session.observed.pieces) as fn(&Writing) -> u32),
        (JOBS, |session| session.session.job_count),
        (WAITS, |session| session.session.waits.len() as u32),
        (STOPS, |session| session.session.stops.len() as u32),
    ] {
        let beyond: Vec<Range> = writing
            .iter()
            .filter(|session| !session.is_new)
            .map(|session| (session.id, count(session) as i32 + 1, i32::MAX))
            .collect();
        if beyond.is_empty() {
            return Ok(());
        }
        let Numbered { table, number } = of;
        let (source, values) = ranges(tx.backend(), &beyond);
        let sql = format!(
            "DELETE FROM {table} WHERE id IN (SELECT t.id FROM {source} JOIN {table} t \
             ON t.session_id = w.session AND t.{number} BETWEEN w.first AND w.last) RETURNING session_id"
        );
        for row in &tx.query(sql, values).await? {
            let id: i64 = row.try_get_by_index(0)?;
            if let Some(session) = writing.iter_mut().find(|session| session.id == id) {
                session.changed = true;
            }
        }
    }
    Ok(())
}

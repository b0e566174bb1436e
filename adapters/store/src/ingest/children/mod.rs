//! What sessions hold: for a new session all of it in bulk, for a stored one only the rows that differ.

mod anomalies;
mod jobs;
mod links;
mod periods;
mod pieces;

pub(super) use anomalies::save_anomalies;
pub(super) use jobs::{JobIds, save_jobs};
pub(super) use links::{save_carried, save_files};
pub(super) use periods::{save_stops, save_waits};
pub(super) use pieces::save_pieces;

use super::sessions::Writing;
use super::tx::Tx;
use crate::value;
use sea_orm::{DbErr, QueryResult};
use std::collections::{BTreeMap, HashMap};

/// Rows of one table that belong to a session, as they are stored: number, id, and what is compared.
struct Stored<T>(HashMap<i64, BTreeMap<i32, (i64, T)>>);

impl<T> Stored<T> {
    async fn read(
        tx: &mut Tx,
        sql: &str,
        ids: &[i64],
        row: impl Fn(&QueryResult) -> Result<T, DbErr>,
    ) -> Result<Self, DbErr> {
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

//! Waits and stops.

use super::{Difference, Stored, compare, drop_rows, known};
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::Writing;
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::event::Source;
use atelier_domain::time::Instant;
use sea_orm::{DbErr, Value};

/// The columns of stops; those of waits are the same without the last one.
const WITH_SINCE: &[&str] = &[
    "session_id",
    "numero",
    "timestamp_debut",
    "timestamp_fin",
    "duree_secondes",
    "duree_ms",
    "version_id",
    "ligne",
    "depuis",
];

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

pub(in crate::ingest) async fn save_waits(tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
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

pub(in crate::ingest) async fn save_stops(tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
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
    let sql = format!(
        "SELECT session_id, numero, id, timestamp_debut, timestamp_fin, duree_ms, version_id, ligne{since} FROM {table}"
    );
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

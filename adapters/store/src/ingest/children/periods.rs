//! Waits and stops.

use super::{Difference, Numbered, PART, STOPS, Stored, WAITS};
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::Writing;
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::event::Source;
use atelier_domain::session::{StopPeriod, WaitPeriod};
use atelier_domain::time::Instant;
use sea_orm::{DbErr, Value};

/// The columns of stops; those of waits are the same without the last ones.
const OF_STOPS: &[&str] = &[
    "session_id",
    "numero",
    "timestamp_debut",
    "timestamp_fin",
    "duree_secondes",
    "duree_ms",
    "version_id",
    "ligne",
    "depuis",
    "motif",
    "commentaire",
];

/// So many of them waits have, too.
const OF_WAITS: usize = 8;

/// A wait or a stop.
#[derive(PartialEq)]
struct PeriodRow {
    start: Instant,
    end: Option<Instant>,
    length: i64,
    version: i64,
    line: i32,
    since: Option<Instant>,
    reason: Option<String>,
    comment: Option<String>,
}

impl PeriodRow {
    fn new(start: Instant, end: Option<Instant>, length: i64, source: Source) -> Self {
        let (version, line) = (source.version.0, source.line as i32);
        Self { start, end, length, version, line, since: None, reason: None, comment: None }
    }

    /// Whole seconds, rounded half up.
    fn seconds(&self) -> i32 {
        ((self.length + 500) / 1000) as i32
    }
}

impl From<&WaitPeriod> for PeriodRow {
    fn from(wait: &WaitPeriod) -> Self {
        let interval = wait.interval;
        Self::new(interval.start(), Some(interval.end()), interval.length().0, wait.source)
    }
}

impl From<&StopPeriod> for PeriodRow {
    fn from(stop: &StopPeriod) -> Self {
        let row = Self::new(stop.start, stop.end, stop.length.0, stop.source);
        let qualification = stop.qualification.as_deref();
        Self {
            since: Some(stop.since),
            reason: qualification.map(|qualification| qualification.reason.clone()),
            comment: qualification.and_then(|qualification| qualification.comment.clone()),
            ..row
        }
    }
}

pub(in crate::ingest) async fn save_waits(tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
    save_periods(tx, writing, WAITS, false, |session| &session.session.waits).await
}

pub(in crate::ingest) async fn save_stops(tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
    save_periods(tx, writing, STOPS, true, |session| &session.session.stops).await
}

async fn save_periods<P>(
    tx: &mut Tx,
    writing: &mut [Writing],
    of: Numbered,
    of_stops: bool,
    periods_of: fn(&Writing) -> &[P],
) -> Result<(), DbErr>
where
    for<'a> &'a P: Into<PeriodRow>,
{
    let mut part: Vec<(usize, i32, PeriodRow)> = Vec::new();
    for place in 0..writing.len() {
        let count = writing.get(place).map_or(0, |session| periods_of(session).len());
        let mut done = 0;
        while done < count {
            let Some(session) = writing.get(place) else { break };
            let next = periods_of(session).iter().skip(done).take(PART - part.len());
            let rows = next.zip(done as i32 + 1..).map(|(period, number)| (place, number, period.into()));
            part.extend(rows.collect::<Vec<_>>());
            done = part.last().map_or(count, |(_, number, _)| *number as usize);
            if part.len() >= PART {
                save_part(tx, writing, of, of_stops, &std::mem::take(&mut part)).await?;
            }
        }
    }
    save_part(tx, writing, of, of_stops, &part).await
}

/// Stores some periods, given with the places of their sessions in `writing` and their numbers.
async fn save_part(
    tx: &mut Tx,
    writing: &mut [Writing],
    of: Numbered,
    of_stops: bool,
    part: &[(usize, i32, PeriodRow)],
) -> Result<(), DbErr> {
    let backend = tx.backend();
    let mut wanted: Vec<super::Range> = Vec::new();
    for (place, number, _) in part {
        let Some(session) = writing.get(*place).filter(|session| !session.is_new) else { continue };
        match wanted.last_mut() {
            Some((id, _, last)) if *id == session.id => *last = *number,
            _ => wanted.push((session.id, *number, *number)),
        }
    }
    let since = if of_stops { ", t.depuis, t.motif, t.commentaire" } else { "" };
    let columns = format!("t.timestamp_debut, t.timestamp_fin, t.duree_ms, t.version_id, t.ligne{since}");
    let mut stored = Stored::read(tx, of, &columns, &wanted, |row| {
        Ok(PeriodRow {
            start: value::get_instant(row, 3)?,
            end: value::get_instant_option(row, 4)?,
            length: row.try_get_by_index(5)?,
            version: row.try_get_by_index(6)?,
            line: row.try_get_by_index(7)?,
            since: if of_stops { value::get_instant_option(row, 8)? } else { None },
            reason: if of_stops { row.try_get_by_index(9)? } else { None },
            comment: if of_stops { row.try_get_by_index(10)? } else { None },
        })
    })
    .await?;
    let columns = if of_stops { OF_STOPS } else { OF_STOPS.get(..OF_WAITS).unwrap_or(OF_STOPS) };
    let mut bulk = Bulk::new(backend, of.table, columns);
    for (place, number, row) in part {
        let Some(session) = writing.get_mut(*place) else { continue };
        match stored.compare(session.id, *number, row) {
            Difference::Same => continue,
            Difference::Update(id) => {
                let since = if of_stops { ", depuis = $8, motif = $9, commentaire = $10" } else { "" };
                let sql = format!(
                    "UPDATE {} SET timestamp_debut = $1, timestamp_fin = $2, duree_secondes = $3, duree_ms = $4,
                     version_id = $5, ligne = $6{since} WHERE id = $7",
                    of.table
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
                if of_stops {
                    values.push(value::instant_option(backend, row.since));
                    values.extend([row.reason.clone().into(), row.comment.clone().into()]);
                }
                tx.execute(sql, values).await?;
            }
            Difference::Insert => {
                let cells = [
                    Cell::Big(Some(session.id)),
                    Cell::Int(*number),
                    Cell::At(Some(row.start)),
                    Cell::At(row.end),
                    Cell::Int(row.seconds()),
                    Cell::Big(Some(row.length)),
                    Cell::Big(Some(row.version)),
                    Cell::Int(row.line),
                    Cell::At(row.since),
                    Cell::Text(row.reason.as_deref()),
                    Cell::Text(row.comment.as_deref()),
                ];
                bulk.push(cells.get(..columns.len()).unwrap_or(&cells));
            }
        }
        session.changed = true;
    }
    bulk.write(tx).await
}

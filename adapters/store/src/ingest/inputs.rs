//! What figures follow from beside the log, as people left it.

use super::tx::Tx;
use crate::{calendars, value};
use atelier_domain::ids::MachineId;
use atelier_domain::interval::Interval;
use atelier_domain::kpi::reference_cycle::{CycleSpread, ReferenceCycles};
use atelier_domain::session::{Inputs, Qualification, Scrap, Watched};
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use sea_orm::{DbErr, QueryResult};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// When the last synchronisation began that brought all that a machine, by its id in `c.id`, had written.
pub(super) const LAST_GOOD: &str = "(SELECT s.debut FROM synchronisation s WHERE s.source = 'FTP' AND s.genre = 'SYNC' \
     AND s.statut IN ('SUCCEEDED', 'PARTIAL') AND s.centres_en_echec NOT LIKE '%,' || c.id || ',%' \
     ORDER BY s.id DESC LIMIT 1)";

pub(super) async fn read(tx: &mut Tx, machine: MachineId) -> Result<Inputs, DbErr> {
    let of_machine = || vec![machine.0.into()];
    let rows = tx
        .query(format!("{} WHERE centre_usinage_id = $1 OR centre_usinage_id IS NULL", calendars::SELECT), of_machine())
        .await?;
    let calendars = calendars::All::of(&rows)?.for_machine(machine);
    let sql = "SELECT reference, date_debut, duree_ms FROM cycle_reference WHERE centre_usinage_id = $1";
    let cycles = reference_cycles(&tx.query(sql, of_machine()).await?)?;
    let sql = "SELECT date_production, pieces, reference FROM rebut
         WHERE centre_usinage_id = $1 AND retire_le IS NULL ORDER BY id";
    let mut scrap: BTreeMap<ProductionDay, Vec<Scrap>> = BTreeMap::new();
    for row in &tx.query(sql, of_machine()).await? {
        let (pieces, reference) = (row.try_get_by_index::<i32>(1)?.unsigned_abs(), row.try_get_by_index(2)?);
        scrap.entry(value::get_day(row, 0)?).or_default().push(Scrap { pieces, reference });
    }
    let sql = "SELECT q.depuis, q.motif, m.planifie, q.commentaire FROM qualification_arret q
         JOIN motif_arret m ON m.code = q.motif WHERE q.centre_usinage_id = $1";
    // Nobody changes whether a reason is planned while figures are derived with it; SQLite has one writer anyway.
    let sql = match tx {
        Tx::Postgres(_) => format!("{sql} FOR SHARE OF m"),
        Tx::Sqlite(_) => sql.to_owned(),
    };
    let mut stops = BTreeMap::new();
    for row in &tx.query(sql, of_machine()).await? {
        let (reason, planned) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let qualification = Qualification { reason, planned, comment: row.try_get_by_index(3)? };
        stops.insert(value::get_instant(row, 0)?, Arc::new(qualification));
    }
    let watched = if calendars.is_empty() { None } else { watched(tx, machine).await? };
    Ok(Inputs { calendars, cycles, scrap, stops, watched })
}

/// Reads reference, first day and length.
fn reference_cycles(rows: &[QueryResult]) -> Result<ReferenceCycles, DbErr> {
    let mut cycles = ReferenceCycles::default();
    for row in rows {
        let reference: String = row.try_get_by_index(0)?;
        let length = row.try_get_by_index::<Option<i64>>(2)?.map(Millis);
        cycles.set(Some(reference.as_str()).filter(|reference| !reference.is_empty()), value::get_day(row, 1)?, length);
    }
    Ok(cycles)
}

/// When machines were not in use, and the dates in the names of files that cannot be read: of one machine, by `$1`, or of all.
pub(super) fn unwatched_sql(machine: Option<()>) -> (String, String) {
    let of = |and: &str| machine.map_or_else(String::new, |()| format!("{and} centre_usinage_id = $1"));
    (
        format!("SELECT centre_usinage_id, depuis, jusqu_a FROM hors_service{} ORDER BY depuis", of(" WHERE")),
        format!(
            "SELECT centre_usinage_id, date_nom FROM fichier_log WHERE etat = 'QUARANTINED' AND date_nom IS NOT NULL{} ORDER BY date_nom",
            of(" AND")
        ),
    )
}

/// Reads a machine and when it was not in use.
pub(super) fn out_of_use(row: &QueryResult) -> Result<(MachineId, Interval), DbErr> {
    let (since, until) = (value::get_instant(row, 1)?, value::get_instant_option(row, 2)?);
    Ok((MachineId(row.try_get_by_index(0)?), Interval::new(since, until.unwrap_or(Instant(i64::MAX)))))
}

/// Reads a machine and the days that a file of this date may have lines of: effective times lie up to two days around it.
pub(super) fn unread(row: &QueryResult) -> Result<(MachineId, RangeInclusive<ProductionDay>), DbErr> {
    let day = value::get_day(row, 1)?;
    Ok((MachineId(row.try_get_by_index(0)?), day.previous().previous()..=day.next().next()))
}

async fn watched(tx: &mut Tx, machine: MachineId) -> Result<Option<Watched>, DbErr> {
    let sql = format!(
        "SELECT (SELECT min(date_production) FROM session_production p WHERE p.centre_usinage_id = c.id AND p.evenements > 0), \
         {LAST_GOOD} FROM centre_usinage c WHERE c.id = $1"
    );
    let rows = tx.query(sql, vec![machine.0.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let from = value::get_date_option(row, 0)?.map(ProductionDay);
    // Without a synchronisation nothing is known of days without events.
    let until = value::get_instant_option(row, 1)?.unwrap_or(Instant(i64::MIN));
    let Some(from) = from else { return Ok(None) };
    let (unused, unreadable) = unwatched_sql(Some(()));
    let rows = tx.query(unused, vec![machine.0.into()]).await?;
    let out_of_use = rows.iter().map(|row| Ok(out_of_use(row)?.1)).collect::<Result<_, DbErr>>()?;
    let rows = tx.query(unreadable, vec![machine.0.into()]).await?;
    let unread = rows.iter().map(|row| Ok(unread(row)?.1)).collect::<Result<_, DbErr>>()?;
    Ok(Some(Watched { from, until, out_of_use, unread }))
}

pub(super) async fn cycle_spreads(
    tx: &mut Tx,
    machine: MachineId,
    days: RangeInclusive<ProductionDay>,
) -> Result<BTreeMap<ProductionDay, CycleSpread>, DbErr> {
    let sql =
        "SELECT s.date_production, c.cycles FROM session_production s JOIN cycles_session c ON c.session_id = s.id
         WHERE s.centre_usinage_id = $1 AND s.date_production BETWEEN $2 AND $3";
    let mut spreads = BTreeMap::new();
    for row in &tx.query(sql, in_days(tx, machine, &days)).await? {
        let day = value::get_day(row, 0)?;
        let text: String = row.try_get_by_index(1)?;
        let spread = read_spread(&text).ok_or_else(|| {
            DbErr::Type(format!("cycles_session.cycles (of {day}, machine {machine}) is no list of cycles"))
        })?;
        spreads.insert(day, spread);
    }
    Ok(spreads)
}

pub(super) async fn learned(
    tx: &mut Tx,
    machine: MachineId,
    days: RangeInclusive<ProductionDay>,
) -> Result<BTreeMap<ProductionDay, Option<Millis>>, DbErr> {
    let sql = "SELECT date_production, cycle_appris_ms FROM session_production
         WHERE centre_usinage_id = $1 AND date_production BETWEEN $2 AND $3 AND source_cycle IN ('LEARNED', 'NONE')";
    let rows = tx.query(sql, in_days(tx, machine, &days)).await?;
    let read = |row: &QueryResult| Ok((value::get_day(row, 0)?, row.try_get_by_index::<Option<i64>>(1)?.map(Millis)));
    rows.iter().map(read).collect()
}

fn in_days(tx: &Tx, machine: MachineId, days: &RangeInclusive<ProductionDay>) -> Vec<sea_orm::Value> {
    let backend = tx.backend();
    vec![machine.0.into(), value::day(backend, *days.start()), value::day(backend, *days.end())]
}

/// Cycle times in milliseconds, each followed by how often it occurred.
pub(super) fn write_spread(spread: &CycleSpread) -> String {
    let numbers: Vec<i64> = spread.lengths().flat_map(|(length, count)| [length.0, i64::from(count)]).collect();
    serde_json::to_string(&numbers).unwrap_or_default()
}

pub(crate) fn read_spread(text: &str) -> Option<CycleSpread> {
    let numbers: Vec<i64> = serde_json::from_str(text).ok()?;
    let pairs: Option<Vec<_>> =
        numbers.chunks(2).map(|pair| Some((Millis(*pair.first()?), u32::try_from(*pair.get(1)?).ok()?))).collect();
    Some(CycleSpread::new(pairs?))
}

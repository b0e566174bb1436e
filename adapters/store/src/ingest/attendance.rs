//! On which days machines worked that have a calendar, and what has to be derived again.

use super::inputs::{LAST_GOOD, out_of_use, unread, unwatched_sql};
use super::tx::Tx;
use crate::error::from_db;
use crate::{Store, calendars, value};
use atelier_application::ports::ingest_store::{Attendance, Mark};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::MachineId;
use atelier_domain::time::{Instant, ProductionDay};
use sea_orm::{DbErr, QueryResult};
use std::collections::BTreeMap;

pub(super) async fn read(store: &Store) -> StoreResult<BTreeMap<MachineId, Attendance>> {
    let all = calendars::All::of(&store.rows(calendars::SELECT, Vec::new()).await?).map_err(from_db)?;
    let mut machines = BTreeMap::new();
    if all.is_empty() {
        return Ok(machines);
    }
    let sql = format!("SELECT c.id, {LAST_GOOD} FROM centre_usinage c");
    for row in &store.rows(sql, Vec::new()).await? {
        let machine = MachineId(row.try_get_by_index(0).map_err(from_db)?);
        let good_until = value::get_instant_option(row, 1).map_err(from_db)?;
        let calendars = all.for_machine(machine);
        if !calendars.is_empty() {
            machines.insert(machine, Attendance { calendars, good_until, ..Attendance::default() });
        }
    }
    let (unused, unreadable) = unwatched_sql(None);
    for row in &store.rows(unused, Vec::new()).await? {
        let (machine, interval) = out_of_use(row).map_err(from_db)?;
        if let Some(attendance) = machines.get_mut(&machine) {
            attendance.out_of_use.push(interval);
        }
    }
    for row in &store.rows(unreadable, Vec::new()).await? {
        let (machine, days) = unread(row).map_err(from_db)?;
        if let Some(attendance) = machines.get_mut(&machine) {
            attendance.unread.push(days);
        }
    }
    let sql = format!(
        "SELECT centre_usinage_id, date_production, evenements FROM session_production WHERE {}",
        store.is_in("centre_usinage_id", 1)
    );
    let rows = store.rows(sql, vec![store.numbers(machines.keys().map(|machine| machine.0))]).await?;
    for row in &rows {
        let (machine, day, events) = session(row).map_err(from_db)?;
        let Some(attendance) = machines.get_mut(&machine) else { continue };
        if events > 0 {
            attendance.busy.insert(day)
        } else {
            attendance.idle.insert(day)
        };
    }
    Ok(machines)
}

pub(super) async fn note_use(store: &Store, now: Instant) -> StoreResult<()> {
    let since = format!(
        "INSERT INTO hors_service (centre_usinage_id, depuis) SELECT c.id, coalesce({LAST_GOOD}, $1) FROM centre_usinage c
         WHERE NOT c.actif
           AND NOT EXISTS (SELECT 1 FROM hors_service h WHERE h.centre_usinage_id = c.id AND h.jusqu_a IS NULL)
         ON CONFLICT (centre_usinage_id, depuis) DO UPDATE SET jusqu_a = NULL"
    );
    let until = "UPDATE hors_service SET jusqu_a = $1 WHERE jusqu_a IS NULL
         AND centre_usinage_id IN (SELECT id FROM centre_usinage WHERE actif)";
    store.execute(since, vec![store.at(now)]).await?;
    store.execute(until, vec![store.at(now)]).await?;
    Ok(())
}

fn session(row: &QueryResult) -> Result<(MachineId, ProductionDay, i32), DbErr> {
    Ok((MachineId(row.try_get_by_index(0)?), value::get_day(row, 1)?, row.try_get_by_index(2)?))
}

pub(super) async fn idle_days(
    tx: &mut Tx,
    machine: MachineId,
    day: ProductionDay,
    until: Option<ProductionDay>,
) -> Result<Vec<ProductionDay>, DbErr> {
    let mut sql = "SELECT date_production FROM session_production
         WHERE centre_usinage_id = $1 AND evenements = 0 AND date_production > $2"
        .to_owned();
    let backend = tx.backend();
    let mut values = vec![machine.0.into(), value::day(backend, day)];
    if let Some(until) = until {
        sql.push_str(" AND date_production < $3");
        values.push(value::day(backend, until));
    }
    tx.query(sql, values).await?.iter().map(|row| value::get_day(row, 0)).collect()
}

pub(super) async fn marks(store: &Store) -> StoreResult<Vec<Mark>> {
    let rows = store.rows("SELECT id, centre_usinage_id, du, au FROM a_deriver ORDER BY id", Vec::new()).await?;
    let read = |row: &QueryResult| {
        Ok::<_, DbErr>(Mark {
            id: row.try_get_by_index(0)?,
            machine: MachineId(row.try_get_by_index(1)?),
            from: value::get_day(row, 2)?,
            to: value::get_date_option(row, 3)?.map(ProductionDay),
        })
    };
    rows.iter().map(read).collect::<Result<_, _>>().map_err(from_db)
}

//! Scrap, and why machines stopped, in the transaction that derives the figures again.

use super::tx::Tx;
use crate::value;
use atelier_application::ports::ingest_store::{NewQualification, NewScrap};
use atelier_domain::ids::{MachineId, ScrapId};
use atelier_domain::time::{Instant, ProductionDay};
use sea_orm::DbErr;
use std::collections::BTreeSet;

pub(super) async fn declare_scrap(
    tx: &mut Tx,
    machine: MachineId,
    day: ProductionDay,
    scrap: &NewScrap,
) -> Result<(), DbErr> {
    let backend = tx.backend();
    let sql =
        "INSERT INTO rebut (centre_usinage_id, date_production, pieces, motif, reference, declare_par, date_creation)
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = vec![
        machine.0.into(),
        value::day(backend, day),
        (scrap.pieces as i32).into(),
        scrap.reason.clone().into(),
        scrap.reference.clone().into(),
        scrap.by.0.into(),
        value::instant(backend, scrap.at),
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

pub(super) async fn withdraw_scrap(tx: &mut Tx, machine: MachineId, id: ScrapId, now: Instant) -> Result<bool, DbErr> {
    let sql = "UPDATE rebut SET retire_le = $1 WHERE id = $2 AND centre_usinage_id = $3 AND retire_le IS NULL";
    Ok(tx.execute(sql, vec![value::instant(tx.backend(), now), id.0.into(), machine.0.into()]).await? == 1)
}

pub(super) async fn qualify_stop(
    tx: &mut Tx,
    machine: MachineId,
    since: Instant,
    qualification: &NewQualification,
) -> Result<(), DbErr> {
    let backend = tx.backend();
    let sql = "INSERT INTO qualification_arret (centre_usinage_id, depuis, motif, commentaire, qualifie_par, date_creation)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (centre_usinage_id, depuis) DO UPDATE SET motif = excluded.motif, commentaire = excluded.commentaire,
             qualifie_par = excluded.qualifie_par, date_creation = excluded.date_creation";
    let values = vec![
        machine.0.into(),
        value::instant(backend, since),
        qualification.reason.as_str().into(),
        qualification.comment.clone().into(),
        qualification.by.0.into(),
        value::instant(backend, qualification.at),
    ];
    tx.execute(sql, values).await?;
    Ok(())
}

pub(super) async fn days_of_stop(
    tx: &mut Tx,
    machine: MachineId,
    since: Instant,
) -> Result<BTreeSet<ProductionDay>, DbErr> {
    // Of sessions whose details were removed nobody knows which stops they had: those up to the last one that lists it may.
    let sql = "WITH connus AS (SELECT s.date_production FROM session_production s JOIN periode_arret p ON p.session_id = s.id
           WHERE s.centre_usinage_id = $1 AND p.depuis = $2)
         SELECT date_production FROM connus UNION
         SELECT r.date_production FROM session_production r WHERE r.centre_usinage_id = $1 AND r.details_retires_le IS NOT NULL
           AND (r.dernier_evenement IS NULL OR r.dernier_evenement >= $2)
           AND r.date_production <= (SELECT max(date_production) FROM connus)
           AND r.date_production >= $3";
    let backend = tx.backend();
    let day = ProductionDay(since.to_utc().date_naive()).previous();
    let values = vec![machine.0.into(), value::instant(backend, since), value::day(backend, day)];
    let rows = tx.query(sql, values).await?;
    rows.iter().map(|row| value::get_day(row, 0)).collect()
}

pub(super) async fn pieces_of(tx: &mut Tx, machine: MachineId, day: ProductionDay) -> Result<Option<u32>, DbErr> {
    let sql = "SELECT total_pieces FROM session_production WHERE centre_usinage_id = $1 AND date_production = $2";
    let rows = tx.query(sql, vec![machine.0.into(), value::day(tx.backend(), day)]).await?;
    rows.first().map(|row| row.try_get_by_index::<i32>(0).map(i32::unsigned_abs)).transpose()
}

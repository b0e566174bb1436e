//! Setting a version aside, and taking it back in.

use super::tx::Tx;
use crate::value;
use atelier_application::ports::ingest_store::Exclusion;
use atelier_domain::ids::{MachineId, VersionId};
use sea_orm::DbErr;

pub(super) async fn set(
    tx: &mut Tx,
    machine: MachineId,
    version: VersionId,
    exclusion: Option<&Exclusion>,
) -> Result<(), DbErr> {
    let sql = "UPDATE version_log SET exclue_le = $1, exclue_par = $2, motif_exclusion = $3
         WHERE id = $4 AND fichier_id IN (SELECT id FROM fichier_log WHERE centre_usinage_id = $5)";
    let values = vec![
        value::instant_option(tx.backend(), exclusion.map(|exclusion| exclusion.at)),
        exclusion.and_then(|exclusion| exclusion.by).map(|user| user.0).into(),
        exclusion.map(|exclusion| exclusion.reason.clone()).into(),
        version.0.into(),
        machine.0.into(),
    ];
    if tx.execute(sql, values).await? != 1 {
        return Err(DbErr::Custom(format!("version_log (id {version}) is not of the machine {machine}")));
    }
    Ok(())
}

//! Anomalies of sessions.

use super::{drop_rows, known};
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::Writing;
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::ids::MachineId;
use sea_orm::DbErr;
use std::collections::HashMap;

/// What makes two anomalies of a session the same.
type AnomalyRow = (String, i64, Option<i64>, Option<i64>, Option<i32>, String);

pub(in crate::ingest) async fn save_anomalies(
    tx: &mut Tx,
    machine: MachineId,
    writing: &mut [Writing],
) -> Result<(), DbErr> {
    let backend = tx.backend();
    let mut stored: HashMap<i64, Vec<(i64, AnomalyRow)>> = HashMap::new();
    let ids = known(writing);
    if !ids.is_empty() {
        let sql = format!(
            "SELECT session_id, id, type_anomalie, instant, fichier_id, version_id, ligne, message FROM anomalie WHERE {}",
            value::is_in(backend, "session_id", 1)
        );
        for row in &tx.query(sql, vec![value::numbers(backend, ids)]).await? {
            let anomaly = (
                row.try_get_by_index(2)?,
                value::get_instant(row, 3)?.0,
                row.try_get_by_index(4)?,
                row.try_get_by_index(5)?,
                row.try_get_by_index(6)?,
                row.try_get_by_index(7)?,
            );
            stored.entry(row.try_get_by_index(0)?).or_default().push((row.try_get_by_index(1)?, anomaly));
        }
    }
    let columns = &[
        "type_anomalie",
        "instant",
        "centre_usinage_id",
        "session_id",
        "fichier_id",
        "version_id",
        "ligne",
        "message",
    ];
    let mut bulk = Bulk::new(backend, "anomalie", columns);
    let mut obsolete = Vec::new();
    for session in writing.iter_mut() {
        let mut before = stored.remove(&session.id).unwrap_or_default();
        for anomaly in &session.session.anomalies {
            let (file, version, line) = match anomaly.source {
                Some(source) => (Some(source.file.0), Some(source.version.0), Some(source.line as i32)),
                None => (None, None, None),
            };
            let row: AnomalyRow =
                (anomaly.kind.as_str().to_owned(), anomaly.at.0, file, version, line, anomaly.message.clone());
            if let Some(index) = before.iter().position(|(_, stored)| *stored == row) {
                before.swap_remove(index);
                continue;
            }
            session.changed = true;
            bulk.push(&[
                Cell::Text(Some(anomaly.kind.as_str())),
                Cell::At(Some(anomaly.at)),
                Cell::Big(Some(machine.0)),
                Cell::Big(Some(session.id)),
                Cell::Big(file),
                Cell::Big(version),
                Cell::OptInt(line),
                Cell::Text(Some(&anomaly.message)),
            ]);
        }
        session.changed |= !before.is_empty();
        obsolete.extend(before.into_iter().map(|(id, _)| id));
    }
    drop_rows(tx, "anomalie", &obsolete).await?;
    bulk.write(tx).await
}

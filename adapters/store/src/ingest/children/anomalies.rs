//! Anomalies of sessions.

use super::{drop_rows, known};
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::Writing;
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::anomaly::SessionAnomaly;
use atelier_domain::ids::MachineId;
use sea_orm::DbErr;
use std::collections::HashMap;

/// What makes two anomalies of a session the same.
type AnomalyRow = (String, i64, Option<i64>, Option<i64>, Option<i32>, String);

/// The anomalies that were stored of the sessions that are being written, and did not come again yet.
#[derive(Default)]
pub(in crate::ingest) struct StoredAnomalies(HashMap<i64, HashMap<AnomalyRow, Vec<i64>>>);

impl StoredAnomalies {
    pub(in crate::ingest) async fn read(tx: &mut Tx, writing: &[Writing]) -> Result<Self, DbErr> {
        let mut stored = Self::default();
        let ids = known(writing);
        if ids.is_empty() {
            return Ok(stored);
        }
        let backend = tx.backend();
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
            let of_session = stored.0.entry(row.try_get_by_index(0)?).or_default();
            of_session.entry(anomaly).or_default().push(row.try_get_by_index(1)?);
        }
        Ok(stored)
    }

    /// Stores the next anomalies of sessions, given by their places in `writing`.
    pub(in crate::ingest) async fn save(
        &mut self,
        tx: &mut Tx,
        machine: MachineId,
        writing: &mut [Writing],
        parts: &[(usize, &[SessionAnomaly])],
    ) -> Result<(), DbErr> {
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
        let mut bulk = Bulk::new(tx.backend(), "anomalie", columns);
        for (place, anomalies) in parts {
            let Some(session) = writing.get_mut(*place) else { continue };
            let before = self.0.get_mut(&session.id);
            let mut before = before.filter(|before| !before.is_empty());
            for anomaly in *anomalies {
                let (file, version, line) = match anomaly.source {
                    Some(source) => (Some(source.file.0), Some(source.version.0), Some(source.line as i32)),
                    None => (None, None, None),
                };
                if let Some(before) = before.as_mut() {
                    let row: AnomalyRow =
                        (anomaly.kind.as_str().to_owned(), anomaly.at.0, file, version, line, anomaly.message.clone());
                    if before.get_mut(&row).and_then(Vec::pop).is_some() {
                        continue;
                    }
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
        }
        bulk.write(tx).await
    }

    /// Removes those that did not come again.
    pub(in crate::ingest) async fn drop_rest(self, tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
        let mut obsolete = Vec::new();
        for session in writing.iter_mut() {
            let rest = self.0.get(&session.id).into_iter().flat_map(HashMap::values).flatten();
            let before = obsolete.len();
            obsolete.extend(rest.copied());
            session.changed |= obsolete.len() > before;
        }
        drop_rows(tx, "anomalie", &obsolete).await
    }
}

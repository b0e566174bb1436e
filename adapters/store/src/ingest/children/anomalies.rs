//! Anomalies of sessions.

use super::{PART, drop_rows, known};
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::Writing;
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::anomaly::SessionAnomaly;
use atelier_domain::ids::MachineId;
use roaring::RoaringTreemap;
use sea_orm::{DbErr, QueryResult};
use std::collections::HashMap;

/// What makes two anomalies of a session the same.
type AnomalyRow = (String, i64, Option<i64>, Option<i64>, Option<i32>, String);

/// Of a session with more stored anomalies than this they are looked up part by part.
const MANY: i64 = 10_000;

const COLUMNS: &str = "session_id, id, type_anomalie, instant, fichier_id, version_id, ligne, message";

/// The anomalies that were stored of the sessions that are being written.
#[derive(Default)]
pub(in crate::ingest) struct StoredAnomalies {
    /// Those that did not come again yet, by session.
    waiting: HashMap<i64, HashMap<AnomalyRow, Vec<i64>>>,
    many: HashMap<i64, Many>,
}

/// The anomalies of a session that has many.
struct Many {
    count: usize,
    /// The highest id among them.
    last: i64,
    /// Those that came again. Their ids lie close together, and of a huge day there are millions.
    again: RoaringTreemap,
}

fn read(row: &QueryResult) -> Result<(i64, i64, AnomalyRow), DbErr> {
    let anomaly = (
        row.try_get_by_index(2)?,
        value::get_instant(row, 3)?.0,
        row.try_get_by_index(4)?,
        row.try_get_by_index(5)?,
        row.try_get_by_index(6)?,
        row.try_get_by_index(7)?,
    );
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, anomaly))
}

impl StoredAnomalies {
    pub(in crate::ingest) async fn read(tx: &mut Tx, writing: &[Writing]) -> Result<Self, DbErr> {
        let mut stored = Self::default();
        let ids = known(writing);
        if ids.is_empty() {
            return Ok(stored);
        }
        let backend = tx.backend();
        let is_in = value::is_in(backend, "session_id", 1);
        // Silences are of no line: they stay, whatever is derived.
        let is_in = format!("{is_in} AND type_anomalie <> 'MACHINE_SILENT'");
        let sql = format!("SELECT session_id, count(*), max(id) FROM anomalie WHERE {is_in} GROUP BY session_id");
        let mut few = Vec::new();
        for row in &tx.query(sql, vec![value::numbers(backend, ids)]).await? {
            let (session, count): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            if count > MANY {
                let last = row.try_get_by_index(2)?;
                stored.many.insert(session, Many { count: count as usize, last, again: RoaringTreemap::new() });
            } else {
                few.push(session);
            }
        }
        if few.is_empty() {
            return Ok(stored);
        }
        let sql = format!("SELECT {COLUMNS} FROM anomalie WHERE {is_in}");
        for row in &tx.query(sql, vec![value::numbers(backend, few)]).await? {
            let (session, id, anomaly) = read(row)?;
            stored.waiting.entry(session).or_default().entry(anomaly).or_default().push(id);
        }
        Ok(stored)
    }

    /// Of a session with many, those that stand on the lines of a part.
    async fn look_up(&mut self, tx: &mut Tx, session: i64, part: &[SessionAnomaly]) -> Result<(), DbErr> {
        if !self.many.contains_key(&session) {
            return Ok(());
        }
        let mut lines: HashMap<i64, (i32, i32)> = HashMap::new();
        for source in part.iter().filter_map(|anomaly| anomaly.source) {
            let line = source.line as i32;
            let range = lines.entry(source.version.0).or_insert((line, line));
            *range = (range.0.min(line), range.1.max(line));
        }
        let mut found: HashMap<AnomalyRow, Vec<i64>> = HashMap::new();
        for (version, (first, last)) in lines {
            let sql = format!(
                "SELECT {COLUMNS} FROM anomalie WHERE session_id = $1 AND version_id = $2 AND ligne BETWEEN $3 AND $4"
            );
            for row in &tx.query(sql, vec![session.into(), version.into(), first.into(), last.into()]).await? {
                let (_, id, anomaly) = read(row)?;
                found.entry(anomaly).or_default().push(id);
            }
        }
        if part.iter().any(|anomaly| anomaly.source.is_none()) {
            let sql = format!("SELECT {COLUMNS} FROM anomalie WHERE session_id = $1 AND version_id IS NULL");
            for row in &tx.query(sql, vec![session.into()]).await? {
                let (_, id, anomaly) = read(row)?;
                found.entry(anomaly).or_default().push(id);
            }
        }
        // Two parts may touch the same lines.
        if let Some(Many { again, last, .. }) = self.many.get(&session) {
            for ids in found.values_mut() {
                ids.retain(|id| id <= last && !again.contains(id.unsigned_abs()));
            }
        }
        self.waiting.insert(session, found);
        Ok(())
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
            self.look_up(tx, session.id, anomalies).await?;
            let mut before = self.waiting.get_mut(&session.id).filter(|before| !before.is_empty());
            for anomaly in *anomalies {
                let (file, version, line) = match anomaly.source {
                    Some(source) => (Some(source.file.0), Some(source.version.0), Some(source.line as i32)),
                    None => (None, None, None),
                };
                if let Some(before) = before.as_mut() {
                    let row: AnomalyRow =
                        (anomaly.kind.as_str().to_owned(), anomaly.at.0, file, version, line, anomaly.message.clone());
                    if let Some(id) = before.get_mut(&row).and_then(Vec::pop) {
                        if let Some(many) = self.many.get_mut(&session.id) {
                            many.again.insert(id.unsigned_abs());
                        }
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
    pub(in crate::ingest) async fn drop_rest(mut self, tx: &mut Tx, writing: &mut [Writing]) -> Result<(), DbErr> {
        let mut obsolete = Vec::new();
        for session in writing.iter_mut() {
            let before = obsolete.len();
            match self.many.remove(&session.id) {
                Some(many) if many.again.len() == many.count as u64 => {}
                Some(many) => obsolete.extend(others(tx, session.id, &many).await?),
                None => {
                    let rest = self.waiting.get(&session.id).into_iter().flat_map(HashMap::values).flatten();
                    obsolete.extend(rest.copied());
                }
            }
            session.changed |= obsolete.len() > before;
        }
        for part in obsolete.chunks(PART) {
            drop_rows(tx, "anomalie", part).await?;
        }
        Ok(())
    }
}

/// The anomalies of a session that did not come again.
async fn others(tx: &mut Tx, session: i64, many: &Many) -> Result<Vec<i64>, DbErr> {
    let (mut others, mut after) = (Vec::new(), 0_i64);
    loop {
        let sql =
            format!("SELECT id FROM anomalie WHERE session_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT {PART}");
        let rows = tx.query(sql, vec![session.into(), after.into(), many.last.into()]).await?;
        let Some(last) = rows.last() else { return Ok(others) };
        after = last.try_get_by_index(0)?;
        for row in &rows {
            let id: i64 = row.try_get_by_index(0)?;
            if !many.again.contains(id.unsigned_abs()) {
                others.push(id);
            }
        }
    }
}

//! Pieces.

use super::{Difference, JobIds, Stored, compare, drop_rows, known};
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::Writing;
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::time::Instant;
use sea_orm::DbErr;

#[derive(PartialEq)]
struct PieceRow {
    at: Instant,
    details: Option<String>,
    job: Option<i64>,
    cycle: Option<i64>,
    version: i64,
    line: i32,
}

pub(in crate::ingest) async fn save_pieces(tx: &mut Tx, writing: &mut [Writing], jobs: &JobIds) -> Result<(), DbErr> {
    let sql = "SELECT session_id, numero_piece, id, timestamp_production, details, job_id, cycle_ms, version_id, ligne FROM piece_production";
    let mut stored = Stored::read(tx, sql, &known(writing), |row| {
        Ok(PieceRow {
            at: value::get_instant(row, 3)?,
            details: row.try_get_by_index(4)?,
            job: row.try_get_by_index(5)?,
            cycle: row.try_get_by_index(6)?,
            version: row.try_get_by_index(7)?,
            line: row.try_get_by_index(8)?,
        })
    })
    .await?;
    let columns =
        &["session_id", "numero_piece", "timestamp_production", "details", "job_id", "cycle_ms", "version_id", "ligne"];
    let mut bulk = Bulk::new(tx.backend(), "piece_production", columns);
    for session in writing.iter_mut() {
        let before = stored.of(session.id);
        let mut rows = Vec::with_capacity(session.session.pieces.len());
        for piece in &session.session.pieces {
            rows.push(PieceRow {
                at: piece.at,
                details: piece.details.clone(),
                job: jobs.id(piece.job)?,
                cycle: piece.cycle.map(|cycle| cycle.0),
                version: piece.source.version.0,
                line: piece.source.line as i32,
            });
        }
        let (differences, leftover) = compare(before, &rows);
        session.changed |= !leftover.is_empty();
        drop_rows(tx, "piece_production", &leftover).await?;
        for ((number, row), difference) in (1..).zip(&rows).zip(differences) {
            match difference {
                Difference::Same(_) => continue,
                Difference::Update(id) => {
                    let sql = "UPDATE piece_production SET timestamp_production = $1, details = $2, job_id = $3, cycle_ms = $4,
                         version_id = $5, ligne = $6 WHERE id = $7";
                    let values = vec![
                        value::instant(tx.backend(), row.at),
                        row.details.clone().into(),
                        row.job.into(),
                        row.cycle.into(),
                        row.version.into(),
                        row.line.into(),
                        id.into(),
                    ];
                    tx.execute(sql, values).await?;
                }
                Difference::Insert => bulk.push(&[
                    Cell::Big(Some(session.id)),
                    Cell::Int(number),
                    Cell::At(Some(row.at)),
                    Cell::Text(row.details.as_deref()),
                    Cell::Big(row.job),
                    Cell::Big(row.cycle),
                    Cell::Big(Some(row.version)),
                    Cell::Int(row.line),
                ]),
            }
            session.changed = true;
        }
    }
    bulk.write(tx).await
}

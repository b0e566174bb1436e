//! Pieces.

use super::{Carried, Difference, JobIds, PIECES, Range, Stored};
use crate::ingest::bulk::{Bulk, Cell};
use crate::ingest::sessions::Writing;
use crate::ingest::tx::Tx;
use crate::value;
use atelier_domain::session::Piece;
use atelier_domain::time::Instant;
use sea_orm::DbErr;

#[derive(PartialEq)]
struct PieceRow<'a> {
    at: Instant,
    details: Option<std::borrow::Cow<'a, str>>,
    job: Option<i64>,
    cycle: Option<i64>,
    version: i64,
    line: i32,
}

/// Stores the next pieces of sessions, given by their places in `writing`.
pub(in crate::ingest) async fn save_pieces(
    tx: &mut Tx,
    writing: &mut [Writing],
    parts: &[(usize, &[Piece])],
    jobs: &JobIds,
    carried: &mut Carried,
) -> Result<(), DbErr> {
    let wanted: Vec<Range> = parts
        .iter()
        .filter_map(|(place, pieces)| {
            let session = writing.get(*place).filter(|session| !session.is_new)?;
            Some((session.id, pieces.first()?.number as i32, pieces.last()?.number as i32))
        })
        .collect();
    let columns = "t.timestamp_production, t.details, t.job_id, t.cycle_ms, t.version_id, t.ligne";
    let mut stored = Stored::read(tx, PIECES, columns, &wanted, |row| {
        Ok(PieceRow {
            at: value::get_instant(row, 3)?,
            details: row.try_get_by_index::<Option<String>>(4)?.map(Into::into),
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
    for (place, pieces) in parts {
        let Some(session) = writing.get_mut(*place) else { continue };
        for piece in *pieces {
            let job = jobs.id(piece.job)?;
            carried.count(session, piece.job, job);
            let row = PieceRow {
                at: piece.at,
                details: piece.details.as_deref().map(Into::into),
                job,
                cycle: piece.cycle.map(|cycle| cycle.0),
                version: piece.source.version.0,
                line: piece.source.line as i32,
            };
            let number = piece.number as i32;
            match stored.compare(session.id, number, &row) {
                Difference::Same => continue,
                Difference::Update(id) => {
                    let sql = "UPDATE piece_production SET timestamp_production = $1, details = $2, job_id = $3, cycle_ms = $4,
                         version_id = $5, ligne = $6 WHERE id = $7";
                    let values = vec![
                        value::instant(tx.backend(), row.at),
                        piece.details.clone().into(),
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
                    Cell::Text(piece.details.as_deref()),
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

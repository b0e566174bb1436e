//! What sessions hold, for many sessions in one statement.

use crate::Store;
use crate::rows::{Fields, FromRow, columns};
use crate::statement::Values;
use atelier_application::ports::sessions::{PieceRange, StoredJob, StoredPiece};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::{JobId, SessionId};
use atelier_domain::time::Instant;
use sea_orm::{DbBackend, QueryResult, Value};
use std::collections::HashMap;

fn numbers(store: &Store, sessions: &[SessionId]) -> Value {
    store.numbers(sessions.iter().map(|session| session.0))
}

/// All that sessions hold of a kind, in its order.
pub(super) async fn of_sessions<T: FromRow>(
    store: &Store,
    sessions: &[SessionId],
    order: &str,
) -> StoreResult<HashMap<SessionId, Vec<T>>> {
    let sql = format!(
        "SELECT t.session_id, {} FROM {} t WHERE {} ORDER BY t.session_id, t.{order}",
        columns::<T>("t"),
        T::TABLE,
        store.is_in("t.session_id", 1)
    );
    by_session(&store.rows(sql, vec![numbers(store, sessions)]).await?, sessions.len())
}

/// Groups rows of a session's id and the columns of `T`; those of one session stand together.
fn by_session<T: FromRow>(rows: &[QueryResult], sessions: usize) -> StoreResult<HashMap<SessionId, Vec<T>>> {
    group(rows, sessions, |row| T::from_row(&mut Fields::new::<T>(row, 1)))
}

fn group<T>(
    rows: &[QueryResult],
    sessions: usize,
    decode: impl Fn(&QueryResult) -> StoreResult<T>,
) -> StoreResult<HashMap<SessionId, Vec<T>>> {
    let mut groups: HashMap<SessionId, Vec<T>> = HashMap::with_capacity(sessions);
    let mut current: Option<(SessionId, Vec<T>)> = None;
    for row in rows {
        let session = SessionId(Fields::of(row, "?", &["session_id"], 0).number()?);
        let item = decode(row)?;
        match &mut current {
            Some((of, items)) if *of == session => items.push(item),
            _ => {
                if let Some((of, items)) = current.replace((session, vec![item])) {
                    groups.insert(of, items);
                }
            }
        }
    }
    groups.extend(current);
    Ok(groups)
}

pub(super) async fn jobs_by_id(store: &Store, ids: &[JobId]) -> StoreResult<Vec<StoredJob>> {
    let mut values = Values::new(store.backend());
    let condition = values.one_of_numbers("t.id", ids.iter().map(|id| id.0));
    let sql = format!("SELECT {} FROM job_profil t WHERE {condition}", columns::<StoredJob>("t"));
    store.list(sql, values.into_list()).await
}

pub(super) async fn carried_pieces(store: &Store, jobs: &[JobId]) -> StoreResult<HashMap<JobId, u64>> {
    let mut values = Values::new(store.backend());
    let condition = values.one_of_numbers("job_id", jobs.iter().map(|job| job.0));
    let sql = format!("SELECT job_id, sum(pieces) FROM report_job WHERE {condition} GROUP BY job_id");
    let rows = store.rows(sql, values.into_list()).await?;
    rows.iter()
        .map(|row| {
            let mut fields = Fields::of(row, "report_job", &["job_id", "pieces"], 0);
            Ok((JobId(fields.number()?), fields.size()?))
        })
        .collect()
}

/// The pieces in a range of each session: simpler where it is the same for all.
pub(super) async fn pieces(
    store: &Store,
    wanted: &[(SessionId, PieceRange)],
) -> StoreResult<HashMap<SessionId, Vec<StoredPiece>>> {
    let Some((_, range)) = wanted.first() else { return Ok(HashMap::new()) };
    let columns = columns::<StoredPiece>("t");
    let order = "ORDER BY t.session_id, t.numero_piece";
    let rows = if wanted.iter().all(|(_, other)| other == range) {
        let sql = format!(
            "SELECT t.session_id, {columns} FROM piece_production t WHERE {} AND t.numero_piece BETWEEN $2 AND $3 {order}",
            store.is_in("t.session_id", 1)
        );
        let sessions = store.numbers(wanted.iter().map(|(session, _)| session.0));
        store.rows(sql, vec![sessions, i64::from(range.from).into(), i64::from(range.to).into()]).await?
    } else {
        let (source, values) = if store.backend() == DbBackend::Postgres {
            let values = vec![
                store.numbers(wanted.iter().map(|(session, _)| session.0)),
                store.numbers(wanted.iter().map(|(_, range)| i64::from(range.from))),
                store.numbers(wanted.iter().map(|(_, range)| i64::from(range.to))),
            ];
            ("unnest($1, $2, $3) AS w (session_id, first, last)", values)
        } else {
            let triples: Vec<_> = wanted.iter().map(|(session, range)| (session.0, range.from, range.to)).collect();
            let source = "(SELECT json_extract(value, '$[0]') AS session_id, json_extract(value, '$[1]') AS first, \
                 json_extract(value, '$[2]') AS last FROM json_each($1)) w";
            (source, vec![serde_json::json!(triples).to_string().into()])
        };
        let sql = format!(
            "SELECT t.session_id, {columns} FROM {source} JOIN piece_production t \
             ON t.session_id = w.session_id AND t.numero_piece BETWEEN w.first AND w.last {order}"
        );
        store.rows(sql, values).await?
    };
    by_session(&rows, wanted.len())
}

pub(super) async fn piece_instants(
    store: &Store,
    sessions: &[SessionId],
) -> StoreResult<HashMap<SessionId, Vec<Instant>>> {
    let sql = format!(
        "SELECT t.session_id, t.timestamp_production FROM piece_production t WHERE {} ORDER BY t.session_id, t.numero_piece",
        store.is_in("t.session_id", 1)
    );
    let rows = store.rows(sql, vec![numbers(store, sessions)]).await?;
    group(&rows, sessions.len(), |row| {
        let mut fields = Fields::of(row, "piece_production", &["session_id", "timestamp_production"], 0);
        fields.number()?;
        fields.instant()
    })
}

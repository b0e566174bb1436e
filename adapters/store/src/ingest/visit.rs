//! Contents, one after the other, for those who look up single lines.

use super::content::unpack;
use crate::Store;
use crate::error::from_db;
use atelier_application::ports::log_files::ContentVisitor;
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::VersionId;
use futures_util::TryStreamExt as _;
use sea_orm::{DbErr, QueryResult, Statement, StreamTrait as _};

/// Shows the bytes of each content. Rows come as they are read: one content is in memory at a time.
pub(crate) async fn visit_contents(
    store: &Store,
    versions: &[VersionId],
    visit: &mut ContentVisitor<'_>,
) -> StoreResult<()> {
    let sql = format!(
        "SELECT version_id, position, longueur, octets FROM contenu_log WHERE {} ORDER BY version_id, position",
        store.is_in("version_id", 1)
    );
    let values = vec![store.numbers(versions.iter().map(|version| version.0))];
    let statement = Statement::from_sql_and_values(store.backend(), sql, values);
    let mut rows = store.db.stream_raw(statement).await.map_err(from_db)?;
    let mut current: Option<(i64, Vec<u8>)> = None;
    while let Some(row) = rows.try_next().await.map_err(from_db)? {
        let version: i64 = row.try_get_by_index(0).map_err(from_db)?;
        let mut bytes = match current.take() {
            Some((before, bytes)) if before == version => bytes,
            Some((before, bytes)) => {
                visit(VersionId(before), &bytes);
                Vec::new()
            }
            None => Vec::new(),
        };
        add(version, &row, &mut bytes).map_err(from_db)?;
        current = Some((version, bytes));
    }
    if let Some((version, bytes)) = current {
        visit(VersionId(version), &bytes);
    }
    Ok(())
}

fn add(version: i64, row: &QueryResult, bytes: &mut Vec<u8>) -> Result<(), DbErr> {
    let packed: Vec<u8> = row.try_get_by_index(3)?;
    unpack(version, row.try_get_by_index(1)?, row.try_get_by_index(2)?, &packed, bytes)
}

//! Contents, one after the other, for those who look up single lines.

use super::content::unpack;
use crate::Store;
use crate::error::from_db;
use atelier_application::ports::log_files::Contents;
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::VersionId;
use futures_util::stream::{StreamExt as _, TryStreamExt as _, try_unfold};
use futures_util::{FutureExt as _, TryFutureExt as _};
use sea_orm::{DbErr, QueryResult, QueryStream, Statement, StreamTrait as _};

/// The bytes of each content, unpacked as its rows come from the database.
pub(crate) fn contents(store: Store, versions: &[VersionId]) -> Contents {
    let sql = format!(
        "SELECT version_id, position, longueur, octets FROM contenu_log WHERE {} ORDER BY version_id, position",
        store.is_in("version_id", 1)
    );
    let values = vec![store.numbers(versions.iter().map(|version| version.0))];
    let statement = Statement::from_sql_and_values(store.backend(), sql, values);
    let opened = async move { store.db.stream_raw(statement).await.map_err(from_db) };
    let reading = opened.map_ok(|rows| try_unfold(Reading { rows, begun: None }, Reading::next));
    reading.boxed().try_flatten_stream().boxed()
}

/// Where the reading stands.
struct Reading {
    rows: QueryStream,
    /// The content whose rows are coming.
    begun: Option<(i64, Vec<u8>)>,
}

impl Reading {
    async fn next(mut self) -> StoreResult<Option<((VersionId, Vec<u8>), Self)>> {
        loop {
            let row = self.rows.try_next().await.map_err(from_db)?;
            let version = row.as_ref().map(|row| row.try_get_by_index::<i64>(0)).transpose().map_err(from_db)?;
            let over = self.begun.take_if(|(begun, _)| version != Some(*begun));
            if let (Some(row), Some(version)) = (&row, version) {
                let (_, bytes) = self.begun.get_or_insert_with(|| (version, Vec::new()));
                add(version, row, bytes).map_err(from_db)?;
            }
            match over {
                Some((version, bytes)) => return Ok(Some(((VersionId(version), bytes), self))),
                None if row.is_none() => return Ok(None),
                None => {}
            }
        }
    }
}

fn add(version: i64, row: &QueryResult, bytes: &mut Vec<u8>) -> Result<(), DbErr> {
    let packed: Vec<u8> = row.try_get_by_index(3)?;
    let position: i64 = row.try_get_by_index(1)?;
    unpack(version, position, position, row.try_get_by_index(2)?, &packed, bytes)
}

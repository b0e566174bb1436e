//! The rows of a session's details as text, one after the other.

use crate::error::from_db;
use crate::{Store, value};
use atelier_application::ports::retention::DetailRows;
use atelier_domain::ids::SessionId;
use futures_util::stream::{StreamExt as _, iter};
use futures_util::{FutureExt as _, TryFutureExt as _};
use sea_orm::{DbErr, QueryResult, Statement, StreamTrait as _};
use serde_json::{Map, Value, json};

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Big,
    Int,
    Float,
    Text,
    At,
}

use Kind::{At, Big, Float, Int, Text};

/// A table, the column it is ordered by, and all its columns.
struct Table {
    name: &'static str,
    order: &'static str,
    columns: &'static [(&'static str, Kind)],
}

const TABLES: [Table; 4] = [
    Table {
        name: "job_profil",
        order: "numero",
        columns: &[
            ("id", Big),
            ("session_id", Big),
            ("numero", Int),
            ("reference", Text),
            ("longueur", Float),
            ("couleur", Text),
            ("timestamp_debut", At),
            ("nombre_pieces", Int),
            ("version_id", Big),
            ("ligne", Int),
            ("date_creation", At),
        ],
    },
    Table {
        name: "periode_attente",
        order: "numero",
        columns: &[
            ("id", Big),
            ("session_id", Big),
            ("numero", Int),
            ("timestamp_debut", At),
            ("timestamp_fin", At),
            ("duree_secondes", Int),
            ("duree_ms", Big),
            ("version_id", Big),
            ("ligne", Int),
            ("date_creation", At),
        ],
    },
    Table {
        name: "periode_arret",
        order: "numero",
        columns: &[
            ("id", Big),
            ("session_id", Big),
            ("numero", Int),
            ("timestamp_debut", At),
            ("timestamp_fin", At),
            ("duree_secondes", Int),
            ("duree_ms", Big),
            ("depuis", At),
            ("version_id", Big),
            ("ligne", Int),
            ("motif", Text),
            ("commentaire", Text),
            ("date_creation", At),
        ],
    },
    Table {
        name: "piece_production",
        order: "numero_piece",
        columns: &[
            ("id", Big),
            ("session_id", Big),
            ("numero_piece", Int),
            ("timestamp_production", At),
            ("details", Text),
            ("job_id", Big),
            ("cycle_ms", Big),
            ("version_id", Big),
            ("ligne", Int),
            ("date_creation", At),
        ],
    },
];

/// All of them, as they come from the database.
pub(super) fn of_session(store: Store, session: SessionId) -> DetailRows {
    iter(TABLES).map(move |table| of_table(store.clone(), session, table)).flatten().boxed()
}

fn of_table(store: Store, session: SessionId, table: Table) -> DetailRows {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let sql = format!("SELECT {} FROM {} WHERE session_id = $1 ORDER BY {}", names.join(", "), table.name, table.order);
    let statement = Statement::from_sql_and_values(store.backend(), sql, vec![session.0.into()]);
    let opened = async move { store.db.stream_raw(statement).await.map_err(from_db) };
    let reading =
        opened.map_ok(move |rows| rows.map(move |row| row.and_then(|row| as_json(&table, &row)).map_err(from_db)));
    reading.boxed().try_flatten_stream().boxed()
}

fn as_json(table: &Table, row: &QueryResult) -> Result<String, DbErr> {
    let mut object = Map::new();
    object.insert("table".to_owned(), table.name.into());
    for (index, (name, kind)) in table.columns.iter().enumerate() {
        let value: Value = match kind {
            Big => row.try_get_by_index::<Option<i64>>(index)?.into(),
            Int => row.try_get_by_index::<Option<i32>>(index)?.into(),
            Float => row.try_get_by_index::<Option<f64>>(index)?.into(),
            Text => row.try_get_by_index::<Option<String>>(index)?.into(),
            At => json!(value::get_instant_option(row, index)?.map(value::instant_text)),
        };
        object.insert((*name).to_owned(), value);
    }
    Ok(Value::Object(object).to_string())
}

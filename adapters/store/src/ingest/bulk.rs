//! Many rows of one table at once: binary `COPY` on PostgreSQL, `INSERT` of many rows on SQLite.
//!
//! A `COPY` ends in a write of its own, and sqlx leaves Nagle's algorithm on: over TCP that write waits some 40 ms for the
//! acknowledgement of the one before it. Up to [`FEW`] rows, one `INSERT … SELECT FROM unnest` is quicker.

use super::tx::{Tx, failed};
use crate::value;
use atelier_domain::time::{Instant, ProductionDay};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sqlx::{self, AssertSqlSafe};
use sea_orm::{DbBackend, DbErr, Value};

/// What SQLite takes in one statement.
const SQLITE_BINDS: usize = 32_000;

/// So many rows cost PostgreSQL about as long as the pause at the end of a `COPY`.
const FEW: usize = 2500;

/// From 1970 to 2000, in milliseconds: PostgreSQL counts from there.
const POSTGRES_EPOCH_MS: i64 = 946_684_800_000;

/// A column's value, by the column's type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Big(Option<i64>),
    Int(i32),
    OptInt(Option<i32>),
    Float(Option<f64>),
    Flag(bool),
    Text(Option<&'a str>),
    At(Option<Instant>),
    Day(ProductionDay),
}

/// A column of a few rows, as PostgreSQL takes it.
enum Column {
    Big(Vec<Option<i64>>),
    Int(Vec<Option<i32>>),
    Float(Vec<Option<f64>>),
    Flag(Vec<bool>),
    Text(Vec<Option<String>>),
    At(Vec<Option<DateTime<Utc>>>),
    Day(Vec<NaiveDate>),
}

impl Column {
    fn new(first: Cell<'_>) -> Self {
        match first {
            Cell::Big(_) => Self::Big(Vec::new()),
            Cell::Int(_) | Cell::OptInt(_) => Self::Int(Vec::new()),
            Cell::Float(_) => Self::Float(Vec::new()),
            Cell::Flag(_) => Self::Flag(Vec::new()),
            Cell::Text(_) => Self::Text(Vec::new()),
            Cell::At(_) => Self::At(Vec::new()),
            Cell::Day(_) => Self::Day(Vec::new()),
        }
    }

    /// Adds a cell of the same type as the first.
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Big(column), Cell::Big(number)) => column.push(number),
            (Self::Int(column), Cell::Int(number)) => column.push(Some(number)),
            (Self::Int(column), Cell::OptInt(number)) => column.push(number),
            (Self::Float(column), Cell::Float(number)) => column.push(number),
            (Self::Flag(column), Cell::Flag(flag)) => column.push(flag),
            (Self::Text(column), Cell::Text(text)) => column.push(text.map(str::to_owned)),
            (Self::At(column), Cell::At(at)) => column.push(at.map(Instant::to_utc)),
            (Self::Day(column), Cell::Day(day)) => column.push(day.0),
            _ => debug_assert!(false, "a column has one type"),
        }
    }

    fn sql_type(&self) -> &'static str {
        match self {
            Self::Big(_) => "bigint",
            Self::Int(_) => "integer",
            Self::Float(_) => "double precision",
            Self::Flag(_) => "boolean",
            Self::Text(_) => "text",
            Self::At(_) => "timestamptz",
            Self::Day(_) => "date",
        }
    }
}

/// Rows on their way into a table.
pub(crate) struct Bulk {
    table: &'static str,
    columns: &'static [&'static str],
    rows: Rows,
    /// What becomes of rows that are there already.
    conflict: String,
}

enum Rows {
    /// Encoded for binary `COPY`; and, while they are few, column by column.
    Copy { bytes: Vec<u8>, count: usize, columns: Vec<Column> },
    /// Values for `INSERT`.
    Insert(Vec<Value>),
}

impl Bulk {
    pub(crate) fn new(backend: DbBackend, table: &'static str, columns: &'static [&'static str]) -> Self {
        let rows = match backend {
            DbBackend::Postgres => {
                Rows::Copy { bytes: b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec(), count: 0, columns: Vec::new() }
            }
            _ => Rows::Insert(Vec::new()),
        };
        Self { table, columns, rows, conflict: String::new() }
    }

    /// The same, where rows that are there already become what this `ON CONFLICT` says. A `COPY` knows none.
    pub(crate) fn or(self, conflict: String) -> Self {
        Self { conflict, ..self }
    }

    /// Adds a row; `cells` are in the order of the columns.
    pub(crate) fn push(&mut self, cells: &[Cell<'_>]) {
        debug_assert_eq!(cells.len(), self.columns.len(), "{}", self.table);
        match &mut self.rows {
            Rows::Copy { bytes, count, columns: by_column } => {
                *count += 1;
                bytes.extend_from_slice(&(cells.len() as i16).to_be_bytes());
                for cell in cells {
                    encode(bytes, *cell);
                }
                if *count > FEW && self.conflict.is_empty() {
                    by_column.clear();
                    return;
                }
                if *count == 1 {
                    by_column.extend(cells.iter().map(|cell| Column::new(*cell)));
                }
                for (cell, column) in cells.iter().zip(by_column) {
                    column.push(*cell);
                }
            }
            Rows::Insert(values) => values.extend(cells.iter().map(|cell| as_value(*cell))),
        }
    }

    /// Writes all rows.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<(), DbErr> {
        let conflict = self.conflict;
        match (self.rows, tx) {
            (Rows::Copy { count: 0, .. }, _) => Ok(()),
            (Rows::Copy { count, columns, .. }, Tx::Postgres(tx)) if count <= FEW || !conflict.is_empty() => {
                let types: Vec<String> =
                    (1..).zip(&columns).map(|(number, column)| format!("${number}::{}[]", column.sql_type())).collect();
                let (names, types) = (self.columns.join(", "), types.join(", "));
                let sql = format!("INSERT INTO {} ({names}) SELECT * FROM unnest({types}) {conflict}", self.table);
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for column in columns {
                    query = match column {
                        Column::Big(column) => query.bind(column),
                        Column::Int(column) => query.bind(column),
                        Column::Float(column) => query.bind(column),
                        Column::Flag(column) => query.bind(column),
                        Column::Text(column) => query.bind(column),
                        Column::At(column) => query.bind(column),
                        Column::Day(column) => query.bind(column),
                    };
                }
                query.execute(&mut **tx).await.map_err(failed)?;
                Ok(())
            }
            (Rows::Copy { mut bytes, .. }, Tx::Postgres(tx)) => {
                bytes.extend_from_slice(&(-1i16).to_be_bytes());
                let sql = format!("COPY {} ({}) FROM STDIN (FORMAT binary)", self.table, self.columns.join(", "));
                let mut copy = tx.copy_in_raw(&sql).await.map_err(failed)?;
                copy.send(bytes).await.map_err(failed)?;
                copy.finish().await.map_err(failed)?;
                Ok(())
            }
            (Rows::Insert(values), tx @ Tx::Sqlite(_)) => {
                let width = self.columns.len();
                for chunk in values.chunks(SQLITE_BINDS / width * width) {
                    let row = format!("({})", vec!["?"; width].join(", "));
                    let rows = vec![row.as_str(); chunk.len() / width].join(", ");
                    let sql =
                        format!("INSERT INTO {} ({}) VALUES {rows} {conflict}", self.table, self.columns.join(", "));
                    tx.execute_once(sql, chunk.to_vec()).await?;
                }
                Ok(())
            }
            _ => Err(DbErr::Custom(format!("rows of {} were gathered for another database", self.table))),
        }
    }
}

fn encode(bytes: &mut Vec<u8>, cell: Cell<'_>) {
    let mut put = |field: Option<&[u8]>| match field {
        Some(field) => {
            bytes.extend_from_slice(&(field.len() as i32).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        None => bytes.extend_from_slice(&(-1i32).to_be_bytes()),
    };
    match cell {
        Cell::Big(number) => put(number.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice)),
        Cell::Int(number) => put(Some(&number.to_be_bytes())),
        Cell::OptInt(number) => put(number.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice)),
        Cell::Float(number) => put(number.map(f64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice)),
        Cell::Flag(flag) => put(Some(&[u8::from(flag)])),
        Cell::Text(text) => put(text.map(str::as_bytes)),
        Cell::At(at) => {
            let micros = at.map(|at| ((at.0 - POSTGRES_EPOCH_MS) * 1000).to_be_bytes());
            put(micros.as_ref().map(<[u8; 8]>::as_slice));
        }
        Cell::Day(day) => {
            let epoch = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
            put(Some(&((day.0 - epoch).num_days() as i32).to_be_bytes()));
        }
    }
}

/// A cell as the value of a statement on SQLite, or on PostgreSQL unless it is a time.
pub(super) fn as_value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Big(number) => Value::BigInt(number),
        Cell::Int(number) => Value::Int(Some(number)),
        Cell::OptInt(number) => Value::Int(number),
        Cell::Float(number) => Value::Double(number),
        Cell::Flag(flag) => Value::Bool(Some(flag)),
        Cell::Text(text) => Value::String(text.map(str::to_owned)),
        Cell::At(at) => value::instant_option(DbBackend::Sqlite, at),
        Cell::Day(day) => value::day(DbBackend::Sqlite, day),
    }
}

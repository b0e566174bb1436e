//! Statements with values.

use crate::Store;
use crate::error::from_db;
use crate::rows::{FromRow, all};
use crate::value;
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::time::Instant;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};

/// The values of a statement in the making.
pub(crate) struct Values {
    backend: DbBackend,
    list: Vec<Value>,
}

impl Values {
    pub(crate) fn new(backend: DbBackend) -> Self {
        Self { backend, list: Vec::new() }
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.backend
    }

    /// Adds a value and gives its placeholder.
    pub(crate) fn add(&mut self, value: Value) -> String {
        self.list.push(value);
        format!("${}", self.list.len())
    }

    /// The condition that a column is one of these numbers.
    pub(crate) fn one_of_numbers(&mut self, column: &str, list: impl IntoIterator<Item = i64>) -> String {
        self.list.push(value::numbers(self.backend, list));
        value::is_in(self.backend, column, self.list.len())
    }

    /// The condition that a column is one of these texts.
    pub(crate) fn one_of_texts(&mut self, column: &str, list: impl IntoIterator<Item = impl Into<String>>) -> String {
        self.list.push(value::texts(self.backend, list));
        value::is_in(self.backend, column, self.list.len())
    }

    pub(crate) fn into_list(self) -> Vec<Value> {
        self.list
    }
}

/// The change of a row in the making.
#[derive(Default)]
pub(crate) struct Update {
    set: Vec<String>,
    values: Vec<Value>,
}

impl Update {
    /// Sets a column; without a value it stays as it is.
    pub(crate) fn set(&mut self, column: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.values.push(value);
            self.set.push(format!("{column} = ${}", self.values.len()));
        }
    }

    /// The statement that changes the row with this id and gives it back, and its values. What changes nothing gives it back
    /// too.
    pub(crate) fn of_row<T: FromRow>(mut self, id: i64) -> (String, Vec<Value>) {
        if self.set.is_empty() {
            self.set.push("actif = actif".to_owned());
        }
        self.values.push(id.into());
        let (set, place, columns) = (self.set.join(", "), self.values.len(), T::COLUMNS.join(", "));
        (format!("UPDATE {} SET {set} WHERE id = ${place} RETURNING {columns}", T::TABLE), self.values)
    }
}

/// All conditions; without one, one that holds.
pub(crate) fn all_of(conditions: &[String]) -> String {
    if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") }
}

/// A text column in the order of its bytes, which is the same on every database and in every locale.
pub(crate) fn by_bytes(backend: DbBackend, column: &str) -> String {
    match backend {
        DbBackend::Postgres => format!("{column} COLLATE \"C\""),
        _ => column.to_owned(),
    }
}

impl Store {
    pub(crate) fn at(&self, at: Instant) -> Value {
        value::instant(self.backend(), at)
    }

    pub(crate) fn numbers(&self, list: impl IntoIterator<Item = i64>) -> Value {
        value::numbers(self.backend(), list)
    }

    /// The condition that a column is in the list that is value number `number`.
    pub(crate) fn is_in(&self, column: &str, number: usize) -> String {
        value::is_in(self.backend(), column, number)
    }

    pub(crate) async fn rows(&self, sql: impl Into<String>, values: Vec<Value>) -> StoreResult<Vec<QueryResult>> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        self.db.query_all_raw(statement).await.map_err(from_db)
    }

    pub(crate) async fn row(&self, sql: impl Into<String>, values: Vec<Value>) -> StoreResult<Option<QueryResult>> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        self.db.query_one_raw(statement).await.map_err(from_db)
    }

    /// Rows that hold nothing but the columns of `T`.
    pub(crate) async fn list<T: FromRow>(&self, sql: impl Into<String>, values: Vec<Value>) -> StoreResult<Vec<T>> {
        all(&self.rows(sql, values).await?)
    }

    /// Gives how many rows it changed.
    pub(crate) async fn execute(&self, sql: impl Into<String>, values: Vec<Value>) -> StoreResult<u64> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        Ok(self.db.execute_raw(statement).await.map_err(from_db)?.rows_affected())
    }
}

//! A transaction on either database that can also take rows in bulk.
//!
//! sea-orm's own transaction hides its connection, and `COPY` needs it; so this one is sqlx's, with sea-orm's values and rows.

use sea_orm::sqlx::{self, AssertSqlSafe, Executor as _, Postgres, Sqlite};
use sea_orm::{DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr, Value, Values};
use sea_query_sqlx::SqlxValues;

/// Rolled back when dropped.
pub(crate) enum Tx {
    Postgres(sqlx::Transaction<'static, Postgres>),
    Sqlite(sqlx::Transaction<'static, Sqlite>),
}

pub(super) fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

impl Tx {
    pub(crate) async fn begin(db: &DatabaseConnection) -> Result<Self, DbErr> {
        if db.get_database_backend() == DbBackend::Postgres {
            let tx = db.get_postgres_connection_pool().begin().await.map_err(failed)?;
            return Ok(Self::Postgres(tx));
        }
        // Writing from the start: a reader that becomes a writer half way may find that another was faster.
        let tx = db.get_sqlite_connection_pool().begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        Ok(Self::Sqlite(tx))
    }

    /// Begins one that writes nothing.
    pub(crate) async fn begin_reading(db: &DatabaseConnection) -> Result<Self, DbErr> {
        if db.get_database_backend() == DbBackend::Postgres {
            return Self::begin(db).await;
        }
        let tx = db.get_sqlite_connection_pool().begin().await.map_err(failed)?;
        Ok(Self::Sqlite(tx))
    }

    pub(crate) fn backend(&self) -> DbBackend {
        match self {
            Self::Postgres(_) => DbBackend::Postgres,
            Self::Sqlite(_) => DbBackend::Sqlite,
        }
    }

    /// Runs a statement and gives the number of rows it changed.
    pub(crate) async fn execute(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Result<u64, DbErr> {
        let (sql, values) = (AssertSqlSafe(sql.into()), SqlxValues(Values(values)));
        match self {
            Self::Postgres(tx) => {
                tx.execute(sqlx::query_with(sql, values)).await.map(|done| done.rows_affected()).map_err(failed)
            }
            Self::Sqlite(tx) => {
                tx.execute(sqlx::query_with(sql, values)).await.map(|done| done.rows_affected()).map_err(failed)
            }
        }
    }

    /// Runs a statement that is not kept prepared: one that is long, and seldom the same.
    pub(crate) async fn execute_once(&mut self, sql: String, values: Vec<Value>) -> Result<u64, DbErr> {
        let (sql, values) = (AssertSqlSafe(sql), SqlxValues(Values(values)));
        let done = match self {
            Self::Postgres(tx) => {
                tx.execute(sqlx::query_with(sql, values).persistent(false)).await.map(|done| done.rows_affected())
            }
            Self::Sqlite(tx) => {
                tx.execute(sqlx::query_with(sql, values).persistent(false)).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(failed)
    }

    /// Runs a statement and gives its rows.
    pub(crate) async fn query(
        &mut self,
        sql: impl Into<String>,
        values: Vec<Value>,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let (sql, values) = (AssertSqlSafe(sql.into()), SqlxValues(Values(values)));
        match self {
            Self::Postgres(tx) => {
                let rows = tx.fetch_all(sqlx::query_with(sql, values)).await.map_err(failed)?;
                Ok(rows.into_iter().map(Into::into).collect())
            }
            Self::Sqlite(tx) => {
                let rows = tx.fetch_all(sqlx::query_with(sql, values)).await.map_err(failed)?;
                Ok(rows.into_iter().map(Into::into).collect())
            }
        }
    }

    /// Runs a statement that gives one row.
    pub(crate) async fn query_one(&mut self, sql: impl Into<String>, values: Vec<Value>) -> Result<QueryResult, DbErr> {
        let row = self.query(sql, values).await?.into_iter().next();
        row.ok_or_else(|| DbErr::RecordNotFound("a statement that always gives a row gave none".to_owned()))
    }

    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Postgres(tx) => tx.commit().await.map_err(failed),
            Self::Sqlite(tx) => tx.commit().await.map_err(failed),
        }
    }
}

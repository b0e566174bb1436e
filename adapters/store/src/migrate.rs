//! Bringing the schema up to date, and back.

use crate::Store;
use crate::error::from_db;
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use std::collections::BTreeSet;

/// Held by whoever changes the schema of a PostgreSQL database, until the end of its transaction.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7310868735421)";

/// A step of the schema's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Its name.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

impl Store {
    /// Applies all migrations that the database lacks, all or none, and gives their names. Of two processes that do so at
    /// once one waits for the other.
    ///
    /// # Errors
    /// `Permanent` when the database was written by a newer program.
    pub async fn migrate_up(&self) -> StoreResult<Vec<String>> {
        if self.is_current().await? {
            return Ok(Vec::new());
        }
        let transaction = self.begin_migration().await?;
        let pending = names(states(&transaction).await?, false);
        Migrator::up(&transaction, None).await.map_err(from_db)?;
        transaction.commit().await.map_err(from_db)?;
        Ok(pending)
    }

    /// Takes back the last `steps` migrations, or all of them, with all the data in their tables, and gives their names.
    ///
    /// # Errors
    /// `Permanent` when the database was written by a newer program.
    pub async fn migrate_down(&self, steps: Option<u32>) -> StoreResult<Vec<String>> {
        let transaction = self.begin_migration().await?;
        let mut applied = names(states(&transaction).await?, true);
        applied.reverse();
        applied.truncate(steps.map_or(usize::MAX, |steps| steps as usize));
        if !applied.is_empty() {
            Migrator::down(&transaction, Some(applied.len() as u32)).await.map_err(from_db)?;
        }
        transaction.commit().await.map_err(from_db)?;
        Ok(applied)
    }

    /// All migrations, oldest first. Writes nothing.
    ///
    /// # Errors
    /// `Permanent` when the database was written by a newer program.
    pub async fn migration_status(&self) -> StoreResult<Vec<MigrationState>> {
        states(&self.db).await
    }

    /// Whether the schema is the one this program needs.
    ///
    /// # Errors
    /// `Permanent` when the database was written by a newer program.
    pub async fn is_current(&self) -> StoreResult<bool> {
        Ok(self.migration_status().await?.iter().all(|state| state.applied))
    }

    async fn begin_migration(&self) -> StoreResult<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.db.begin_with_options(options).await.map_err(from_db)?;
        if self.backend() == DbBackend::Postgres {
            transaction.execute_unprepared(LOCK).await.map_err(from_db)?;
        }
        Ok(transaction)
    }
}

fn names(states: Vec<MigrationState>, applied: bool) -> Vec<String> {
    states.into_iter().filter(|state| state.applied == applied).map(|state| state.name).collect()
}

async fn states(db: &impl ConnectionTrait) -> StoreResult<Vec<MigrationState>> {
    let mut applied = applied(db).await?;
    let states = Migrator::migrations()
        .iter()
        .map(|migration| MigrationState {
            name: migration.name().to_owned(),
            applied: applied.remove(migration.name()),
        })
        .collect();
    match applied.pop_last() {
        None => Ok(states),
        Some(unknown) => Err(StoreError::Permanent(format!(
            "The database was written by a newer Atelier (migration {unknown}): install that version."
        ))),
    }
}

/// The names of the migrations that the database has.
async fn applied(db: &impl ConnectionTrait) -> StoreResult<BTreeSet<String>> {
    let backend = db.get_database_backend();
    let known = match backend {
        DbBackend::Postgres => "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL",
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
    };
    if db.query_one_raw(Statement::from_string(backend, known)).await.map_err(from_db)?.is_none() {
        return Ok(BTreeSet::new());
    }
    let rows = db
        .query_all_raw(Statement::from_string(backend, "SELECT version FROM seaql_migrations"))
        .await
        .map_err(from_db)?;
    rows.iter().map(|row| row.try_get_by_index(0).map_err(from_db)).collect()
}

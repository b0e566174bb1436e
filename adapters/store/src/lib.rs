//! The ports of storage on SQLite and PostgreSQL.
//!
//! The SQL is written once for both databases; what differs (instants, dates, lists) is translated in `value`. Rows are
//! private: they are decoded straight into domain values, and a row that makes no sense is an error that names it.
//!
//! To add a statement: write it with `$1` placeholders, list its columns in the `FromRow` of what it gives, and cover it in
//! `tests/contract`, which runs on both databases.

mod accounts;
mod alerts;
mod anomalies;
mod api_tokens;
mod audit;
mod calendars;
mod connect;
mod decisions;
mod error;
mod external;
mod ingest;
mod locks;
mod log_files;
mod machines;
mod migrate;
mod orders;
mod page;
mod registry;
mod retention;
mod rows;
mod sessions;
mod signals;
mod statement;
mod statistics;
mod sync_runs;
mod users;
mod value;
mod versions;

pub use connect::StoreOptions;
pub use migrate::MigrationState;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::{DatabaseConnection, DbBackend};
use std::sync::Arc;

/// The database behind all ports of storage. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    db: DatabaseConnection,
    gates: locks::Gates,
    /// Where a PostgreSQL server is, for connections outside the pool.
    server: Option<Arc<PgConnectOptions>>,
}

impl Store {
    fn backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }
}

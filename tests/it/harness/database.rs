//! Either database a test runs on: what must hold, holds on both.

use tempfile::TempDir;

use super::postgres;

/// A fresh database; gone when dropped.
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite(TempDir),
    Postgres(postgres::Database),
}

impl Database {
    /// A file in a temporary folder.
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// On the shared server; `None` where PostgreSQL is missing.
    pub(crate) fn postgres() -> Option<Self> {
        Some(Self::Postgres(postgres::Server::shared()?.database()))
    }

    /// What `ATELIER_DATABASE_URL` takes.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => {
                format!("sqlite://{}", folder.path().join("atelier.db").display())
            }
            Self::Postgres(database) => database.url(),
        }
    }
}

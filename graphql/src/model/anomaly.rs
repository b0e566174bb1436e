//! What is odd in what was read.

use super::{AnomalyKind, LogFile, Session};
use crate::error::ApiResult;
use crate::scalar::{DateTime, int};
use async_graphql::{ID, Object};
use atelier_application::ports::sessions::StoredAnomaly;

/// Something odd in what a machine wrote, or in what follows from it.
pub(crate) struct Anomaly {
    pub(crate) stored: StoredAnomaly,
    pub(crate) session: Session,
}

/// Something odd in what a machine wrote, or in what follows from it.
#[Object]
impl Anomaly {
    /// Its identifier.
    async fn id(&self) -> ID {
        self.stored.id.into()
    }

    /// What is odd.
    async fn kind(&self) -> AnomalyKind {
        self.stored.kind.into()
    }

    /// When it happened; null when that is not known.
    async fn at(&self) -> Option<DateTime> {
        Some(DateTime(self.stored.at))
    }

    /// The session it happened in; null when it is in none.
    async fn session(&self) -> Option<Session> {
        self.stored.session.map(|_| self.session.clone())
    }

    /// The log file it was found in; null when it is in none.
    async fn log_file(&self) -> ApiResult<Option<LogFile>> {
        let Some(file) = self.stored.file else { return Ok(None) };
        Ok(self.session.group().anomaly_files().await?.get(&file).cloned())
    }

    /// The number of the line it was found on, from 1; null when it is on none.
    async fn line_number(&self) -> Option<i32> {
        self.stored.line.map(int)
    }

    /// One sentence for people.
    async fn message(&self) -> &str {
        &self.stored.message
    }
}

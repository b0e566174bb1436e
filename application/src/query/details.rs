//! What sessions hold.

use super::Reader;
use crate::error::AppError;
use crate::ports::sessions::{PieceRange, StoredAnomaly, StoredJob, StoredPiece, StoredStop, StoredWait};
use atelier_domain::ids::{JobId, SessionId};
use atelier_domain::time::Instant;
use std::collections::HashMap;

impl Reader {
    /// The bars loaded in each session, in order.
    pub async fn jobs(&self, sessions: &[SessionId]) -> Result<HashMap<SessionId, Vec<StoredJob>>, AppError> {
        Ok(self.ports.sessions.jobs(sessions).await?)
    }

    /// Those of these ids that exist.
    pub async fn jobs_by_id(&self, ids: &[JobId]) -> Result<Vec<StoredJob>, AppError> {
        Ok(self.ports.sessions.jobs_by_id(ids).await?)
    }

    /// How many pieces of other sessions came from each bar; a bar without any may be missing.
    pub async fn carried_pieces(&self, jobs: &[JobId]) -> Result<HashMap<JobId, u64>, AppError> {
        Ok(self.ports.sessions.carried_pieces(jobs).await?)
    }

    /// The waits of each session, in order.
    pub async fn waits(&self, sessions: &[SessionId]) -> Result<HashMap<SessionId, Vec<StoredWait>>, AppError> {
        Ok(self.ports.sessions.waits(sessions).await?)
    }

    /// The stops of each session, in order.
    pub async fn stops(&self, sessions: &[SessionId]) -> Result<HashMap<SessionId, Vec<StoredStop>>, AppError> {
        Ok(self.ports.sessions.stops(sessions).await?)
    }

    /// The pieces of each session whose number is in its range, in order.
    pub async fn pieces(
        &self,
        wanted: &[(SessionId, PieceRange)],
    ) -> Result<HashMap<SessionId, Vec<StoredPiece>>, AppError> {
        Ok(self.ports.sessions.pieces(wanted).await?)
    }

    /// The instants of all pieces of each session.
    pub async fn piece_instants(&self, sessions: &[SessionId]) -> Result<HashMap<SessionId, Vec<Instant>>, AppError> {
        Ok(self.ports.sessions.piece_instants(sessions).await?)
    }

    /// The anomalies of each session, by instant.
    pub async fn anomalies(&self, sessions: &[SessionId]) -> Result<HashMap<SessionId, Vec<StoredAnomaly>>, AppError> {
        Ok(self.ports.sessions.anomalies(sessions).await?)
    }
}

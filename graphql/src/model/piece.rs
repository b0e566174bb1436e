//! Finished pieces and pages of them.

use super::{Job, LogLine, PageInfo};
use crate::emit::{Leaves, leaf};
use crate::loader::Lines;
use crate::scalar::{DateTime, int};
use async_graphql::{ID, Object};
use atelier_application::ports::sessions::StoredPiece;
use atelier_application::query::cursor;
use atelier_domain::ids::JobId;
use atelier_domain::units::Millis;
use std::collections::HashMap;
use std::sync::Arc;

/// A piece, and its bar and its line, where those were asked for.
#[derive(Clone)]
pub(crate) struct PieceOfJob {
    piece: StoredPiece,
    job: Option<Job>,
    line: Option<LogLine>,
}

leaf! {
    /// A finished piece.
    Piece as "Piece" (it: PieceOfJob) {
        /// Its identifier.
        id "id": ID = it.piece.id.into();
        /// Its number in the session, from 1, in the order of the machine's log.
        number "number": i32 = int(it.piece.number);
        /// When it was finished.
        produced_at "producedAt": DateTime = DateTime(it.piece.at);
        /// What the machine wrote of it; null when it wrote nothing.
        details "details": Option<String> = it.piece.details.clone();
        /// The bar it came from: the last one loaded before it, be it on an earlier day; null when there was none.
        job "job": Option<Job> = it.job.clone();
        /// Time since the piece before it on that day less stops and waits, in seconds; null for the first piece.
        cycle_seconds "cycleSeconds": Option<f64> = it.piece.cycle.map(Millis::seconds);
        /// The line that it was read from; null when that is not stored any more.
        source "source": Option<LogLine> = it.line.clone();
    }
}

impl Piece {
    /// A piece with its bar, if it is among `jobs`, and its line.
    pub(crate) fn new(piece: StoredPiece, jobs: &HashMap<JobId, Job>, lines: &Lines) -> Self {
        let line = lines.of(piece.source);
        let job = piece.job.and_then(|id| jobs.get(&id)).cloned();
        Self(PieceOfJob { piece, job, line })
    }

    fn cursor(&self) -> String {
        cursor::piece(self.0.piece.number)
    }
}

leaf! {
    /// A piece and its place in the list.
    PieceEdge as "PieceEdge" (piece: Piece) {
        /// Its place, for `after` and `before`.
        cursor "cursor": String = piece.cursor();
        /// The piece.
        node "node": Piece = piece.clone();
    }
}

/// A page of pieces, by number.
pub(crate) struct PieceConnection {
    pub(crate) pieces: Arc<[Piece]>,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
    pub(crate) total: u32,
}

/// A page of pieces, by number.
#[Object]
impl PieceConnection {
    /// The pieces, each with its place.
    async fn edges(&self) -> Leaves<PieceEdge> {
        Leaves(self.pieces.iter().cloned().map(PieceEdge).collect())
    }

    /// The pieces.
    async fn nodes(&self) -> Leaves<Piece> {
        Leaves(Arc::clone(&self.pieces))
    }

    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.pieces.first().map(Piece::cursor),
            end_cursor: self.pieces.last().map(Piece::cursor),
        }
    }

    /// How many pieces the session has.
    async fn total_count(&self) -> i32 {
        int(self.total)
    }
}

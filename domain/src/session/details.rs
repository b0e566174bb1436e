//! What a session holds besides its figures and periods. A day may hold millions of pieces, so they can be handed out in
//! parts, each in the order of numbers.

use super::{Job, Piece, Session, SessionStatus, stop_set, wait_set};
use crate::anomaly::{AnomalyKind, SessionAnomaly};
use crate::interval::{Interval, IntervalSet};
use crate::kpi::reference_cycle::CycleSpread;
use crate::kpi::trs::Trs;
use crate::time::Instant;
use crate::units::Millis;
use std::collections::HashMap;

/// Pieces, bars and anomalies of a session, or a part of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// In stream order.
    pub pieces: Vec<Piece>,
    /// In stream order.
    pub jobs: Vec<Job>,
    /// In stream order.
    pub anomalies: Vec<SessionAnomaly>,
}

impl Details {
    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.jobs.is_empty() && self.anomalies.is_empty()
    }
}

/// Computes the net cycle times of a session's pieces, part after part.
#[derive(Debug, Clone)]
pub struct Cycles {
    lost: IntervalSet,
    before: Option<Instant>,
}

impl Cycles {
    /// Those of a session.
    pub fn new(session: &Session) -> Self {
        Self { lost: stop_set(&session.stops).union(&wait_set(&session.waits)), before: None }
    }

    /// Sets the cycle times of the next pieces: the gap to the piece before less stops and waits in it.
    pub fn set(&mut self, pieces: &mut [Piece]) {
        for piece in pieces {
            piece.cycle = self.before.map(|before| {
                let gap = Interval::new(before, piece.at);
                gap.length() - self.lost.clip(gap).length()
            });
            self.before = Some(piece.at);
        }
    }
}

/// Gathers the net cycle times of a session's pieces, part after part.
#[derive(Debug, Clone, Default)]
pub struct SpreadBuilder(HashMap<Millis, u32>);

impl SpreadBuilder {
    /// Takes the next pieces, whose cycle times are set.
    pub fn add(&mut self, pieces: &[Piece]) {
        for cycle in pieces.iter().filter_map(|piece| piece.cycle) {
            *self.0.entry(cycle).or_default() += 1;
        }
    }

    /// All that were gathered.
    pub fn build(self) -> CycleSpread {
        CycleSpread::new(self.0)
    }
}

/// The anomaly that shows in a session's figures: pieces that took less than their reference cycle times.
pub fn assessment_anomaly(session: &Session, trs: &Trs) -> Option<SessionAnomaly> {
    let performance = trs.performance().filter(|performance| *performance > 1.0)?;
    Some(SessionAnomaly {
        kind: AnomalyKind::ReferenceCycleTooLong,
        at: session.active().start(),
        source: None,
        message: format!(
            "The reference cycle time is too long: performance is {:.1} %, for the pieces took less time than they should.",
            performance * 100.0
        ),
    })
}

/// The anomalies that show only in the session as a whole: waits that overlap a stop, and a complete day without a piece.
pub fn session_anomalies(session: &Session) -> impl Iterator<Item = SessionAnomaly> {
    let stops = stop_set(&session.stops);
    let overlaps = session.waits.iter().filter(move |wait| stops.overlaps(wait.interval)).map(|wait| SessionAnomaly {
        kind: AnomalyKind::WaitOverlapsStop,
        at: wait.interval.start(),
        source: Some(wait.source),
        message: "A wait overlaps a stop; the stop counts.".to_owned(),
    });
    let idle = session.observed.pieces == 0 && session.status == SessionStatus::Complete;
    let idle = idle.then(|| SessionAnomaly {
        kind: AnomalyKind::NoPieces,
        at: session.active().start(),
        source: None,
        message: "No piece was finished on this day.".to_owned(),
    });
    overlaps.chain(idle)
}

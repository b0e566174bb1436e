//! The ledger: where opening time went. Its parts add up to it.

use super::trs::{Lost, Trs};
use crate::units::Millis;

/// What became of a part of opening time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeKind {
    /// Breaks, maintenance windows, and stops qualified with a planned reason.
    PlannedStop,
    /// Unplanned stops in required time.
    Stop,
    /// Waits in required time and outside stops.
    Wait,
    /// At the reference cycle; all of operating time where there is none.
    Running,
    /// Operating time beyond net time.
    SlowRunning,
    /// The reference cycle times of scrap.
    Scrap,
}

/// A part of opening time.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeShare {
    /// What became of it.
    pub kind: TimeKind,
    /// The code of the reason of stops that have one.
    pub reason: Option<String>,
    /// How long, in milliseconds.
    pub time: f64,
    /// Over opening time.
    pub share: f64,
    /// How many planned stops, stops, waits or pieces of scrap; 0 for running, fast or slow, which is not counted.
    pub occurrences: u32,
}

/// Opening time without overlap or gap, in the order of the kinds; nothing when it is 0, and no part of length 0.
pub fn ledger(trs: &Trs) -> Vec<TimeShare> {
    let mut parts = Vec::new();
    let mut add = |kind, reason: Option<&str>, time: f64, occurrences| {
        if time > 0.0 && trs.opening > Millis::ZERO {
            let share = time / trs.opening.0 as f64;
            parts.push(TimeShare { kind, reason: reason.map(str::to_owned), time, share, occurrences });
        }
    };
    let planned = trs.opening - trs.required;
    add(TimeKind::PlannedStop, None, planned.0 as f64, trs.planned_stops);
    let mut unqualified = trs.stops;
    for (code, Lost { time, occurrences }) in &trs.reasons {
        add(TimeKind::Stop, Some(code), time.0 as f64, *occurrences);
        unqualified.time = unqualified.time - *time;
        unqualified.occurrences = unqualified.occurrences.saturating_sub(*occurrences);
    }
    add(TimeKind::Stop, None, unqualified.time.0 as f64, unqualified.occurrences);
    add(TimeKind::Wait, None, trs.waits.time.0 as f64, trs.waits.occurrences);
    let running = (trs.operating - trs.slow).0 as f64 - trs.scrap_loss;
    add(TimeKind::Running, None, running, 0);
    add(TimeKind::SlowRunning, None, trs.slow.0 as f64, 0);
    add(TimeKind::Scrap, None, trs.scrap_loss, trs.scrap_pieces);
    parts
}

/// Where the time went: everything of the ledger but running at the reference cycle, largest first.
pub fn pareto(trs: &Trs) -> Vec<TimeShare> {
    let mut losses = ledger(trs);
    losses.retain(|part| part.kind != TimeKind::Running);
    losses.sort_by(|a, b| b.time.total_cmp(&a.time).then_with(|| (a.kind, &a.reason).cmp(&(b.kind, &b.reason))));
    losses
}

//! The day of a stored session as one strip.

use crate::ports::sessions::{SessionSummary, StoredStop, StoredWait};
use atelier_domain::interval::Interval;
use atelier_domain::session::{self, TimelineInterval};
use atelier_domain::time::Instant;

/// The intervals of a session from its first event to its last, in order, without gap or overlap.
pub fn timeline(
    session: &SessionSummary,
    waits: &[StoredWait],
    stops: &[StoredStop],
    pieces: &[Instant],
) -> Vec<TimelineInterval> {
    let window = Interval::new(session.first_event, session.last_event);
    let stopped = stops.iter().map(|stop| Interval::new(stop.start, stop.start + stop.length)).collect();
    let waiting = waits.iter().map(|wait| wait.interval).collect();
    session::timeline(window, &stopped, &waiting, pieces.iter().copied())
}

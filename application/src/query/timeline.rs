//! The day of a stored session as one strip.

use crate::ports::sessions::SessionSummary;
use atelier_domain::interval::Interval;
use atelier_domain::session::{self, TimelineInterval};
use atelier_domain::time::Instant;

/// The intervals of a session from its first event to its last, in order, without gap or overlap.
pub fn timeline(
    session: &SessionSummary,
    waits: impl IntoIterator<Item = Interval>,
    stops: impl IntoIterator<Item = Interval>,
    pieces: impl IntoIterator<Item = Instant>,
) -> Vec<TimelineInterval> {
    let Some((first, last)) = session.first_event.zip(session.last_event) else { return Vec::new() };
    session::timeline(Interval::new(first, last), &stops.into_iter().collect(), &waits.into_iter().collect(), pieces)
}

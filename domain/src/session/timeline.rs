//! The day as one strip.

use crate::interval::{Interval, IntervalSet};
use crate::machine::MachineState;
use crate::time::Instant;

/// A stretch of a session in which the machine did one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimelineInterval {
    /// What it did.
    pub state: MachineState,
    /// From when to when.
    pub interval: Interval,
    /// How many pieces it finished meanwhile.
    pub pieces: u32,
}

/// The intervals of `window` (first to last event) in order, without gap or overlap. A stop wins over a wait. A piece on a
/// boundary belongs to the interval that begins there, one on the very last instant to the last.
pub fn timeline(
    window: Interval,
    stops: &IntervalSet,
    waits: &IntervalSet,
    pieces: impl IntoIterator<Item = Instant>,
) -> Vec<TimelineInterval> {
    let stopped = stops.clip(window);
    let waiting = waits.clip(window).difference(&stopped);
    let running = IntervalSet::from(window).difference(&stopped).difference(&waiting);
    let states = [(MachineState::Stopped, stopped), (MachineState::Waiting, waiting), (MachineState::Running, running)];
    let mut strip: Vec<TimelineInterval> = states
        .iter()
        .flat_map(|(state, set)| {
            set.parts().iter().map(|part| TimelineInterval { state: *state, interval: *part, pieces: 0 })
        })
        .collect();
    strip.sort_unstable_by_key(|part| part.interval.start());
    for at in pieces {
        let after = strip.partition_point(|part| part.interval.start() <= at);
        if let Some(part) = after.checked_sub(1).and_then(|index| strip.get_mut(index)) {
            part.pieces += 1;
        }
    }
    strip
}

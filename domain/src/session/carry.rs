//! What a stream carries from one day into the next.

use super::JobKey;
use crate::event::Source;
use crate::interval::Interval;
use crate::time::Instant;

/// The state of a machine's stream after its last line of a day.
///
/// Two equal states make everything after them equal: that is how far a late line's effect has to be followed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Carry {
    /// The instant of the line before.
    pub last: Option<Instant>,
    /// The stop that lasts.
    pub stop: Option<OpenStop>,
    /// The bar on the machine.
    pub job: Option<LoadedJob>,
    /// Waits that reach past the day.
    pub waits: Vec<LoggedWait>,
}

/// A bar on the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedJob {
    /// Which.
    pub key: JobKey,
    /// The profile's reference: what the reference cycle time of its pieces may depend on.
    pub reference: String,
}

/// A stop that no start has ended yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenStop {
    /// When the operator stopped the machine.
    pub since: Instant,
    /// Where that was read.
    pub source: Source,
}

/// A wait as it was logged, not clipped to any day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggedWait {
    /// From when to when.
    pub interval: Interval,
    /// Where it was read.
    pub source: Source,
}

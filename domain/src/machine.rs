//! Machining centres.

use crate::calendar::Calendars;
use crate::ids::MachineId;
use crate::interval::Interval;
use crate::time::{Instant, PlantZone};
use crate::units::Millis;
use std::fmt;
use std::str::FromStr;

/// A machining centre (*centre d'usinage*): a folder of the log source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its identifier.
    pub id: MachineId,
    /// What people call it: `DEM12`. Unique.
    pub name: String,
    /// What it cuts.
    pub kind: MachineType,
    /// Free text.
    pub description: Option<String>,
    /// Whether it is in use.
    pub active: bool,
    /// The folder of the log source that holds its files.
    pub folder: Option<String>,
    /// When it was first known.
    pub created_at: Instant,
}

/// What a machine cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MachineType {
    /// PVC profiles.
    Pvc,
    /// Aluminium profiles.
    Alu,
    /// Both.
    Hybride,
}

impl MachineType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pvc, Self::Alu, Self::Hybride];

    /// As configuration, columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pvc => "PVC",
            Self::Alu => "ALU",
            Self::Hybride => "HYBRIDE",
        }
    }
}

impl fmt::Display for MachineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no machine type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no machine type: use PVC, ALU or HYBRIDE")]
pub struct UnknownMachineType(String);

impl FromStr for MachineType {
    type Err = UnknownMachineType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownMachineType(text.to_owned()))
    }
}

/// What a machine does over a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MachineState {
    /// Neither waiting nor stopped.
    Running,
    /// Waiting, and not stopped.
    Waiting,
    /// Stopped by its operator.
    Stopped,
    /// Silent for so long, in time that its calendar requires, that it must be off.
    Offline,
    /// Nothing is known.
    Unknown,
}

/// What a machine did last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Its latest event.
    pub last_event: Instant,
    /// Since when it is stopped, if no start came since.
    pub stopped_since: Option<Instant>,
    /// Of its waits the one that ended, or ends, last.
    pub last_wait: Option<Interval>,
    /// When the last stop before ended.
    pub last_start: Option<Instant>,
}

/// What a machine does, and since when, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateNow {
    /// What it does.
    pub state: MachineState,
    /// Since when.
    pub since: Option<Instant>,
}

/// Without a calendar nobody knows when a machine should write; one that did not for so long may do anything.
const TOO_LONG_AGO: Millis = Millis::DAY;

/// What a machine does `now`. One from which nothing came in at least `silence` of the time that its calendar requires is off,
/// whatever it said last.
pub fn state_now(
    activity: Option<&Activity>,
    calendars: &Calendars,
    zone: PlantZone,
    silence: Millis,
    now: Instant,
) -> StateNow {
    let Some(activity) = activity else { return StateNow { state: MachineState::Unknown, since: None } };
    let last = activity.last_event;
    let told = |state, since| StateNow { state, since: Some(since) };
    if is_silent(calendars, zone, silence, last, now) {
        return told(MachineState::Offline, last);
    }
    if let Some(since) = activity.stopped_since {
        return told(MachineState::Stopped, since);
    }
    if calendars.is_empty() && now - last >= TOO_LONG_AGO {
        return told(MachineState::Unknown, last);
    }
    match activity.last_wait {
        Some(wait) if wait.contains(now) => told(MachineState::Waiting, wait.start()),
        wait => {
            let since = wait.map(Interval::end).filter(|end| *end <= now).max(activity.last_start);
            StateNow { state: MachineState::Running, since }
        }
    }
}

/// Whether at least `silence` of the time between two instants is required.
pub fn is_silent(calendars: &Calendars, zone: PlantZone, silence: Millis, from: Instant, to: Instant) -> bool {
    if calendars.is_empty() || to - from < silence {
        return false;
    }
    // What is longer ago adds nothing that the last days do not have.
    let recent = from.max(Instant(to.0.saturating_sub(31 * Millis::DAY.0)));
    calendars.required(zone, Interval::new(recent, to)).length() >= silence
}

#[cfg(test)]
mod tests;

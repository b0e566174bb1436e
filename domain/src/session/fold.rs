//! From the lines of a stretch of the stream to its sessions, all in memory.

use super::{Carry, Cycles, Day, Details, Inputs, Keep, Session, SessionStatus, Walk, Walked, session_anomalies};
use crate::interval::Interval;
use crate::stream::{self, Version};
use crate::time::{PlantZone, ProductionDay};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What a stretch of the stream gives.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Derived {
    /// One for each production day with an event, by day, with all it holds. Anomalies are by instant.
    pub sessions: Vec<(Session, Details)>,
    /// The state after the last line of each day on which the stream has lines (by effective time).
    pub carries: BTreeMap<ProductionDay, Carry>,
}

/// Derives the sessions of `days` from the versions that have lines on them.
///
/// `days` should be closed: no line has its effective time inside and its own outside, or the other way round. One that has
/// is left out. `carry` is the state before the first of them; `inputs` is what figures follow from beside the log; `goes_on` tells that the stream has lines after the last of them; `status` is
/// asked once a session with the files that hold a line of it.
pub fn fold(
    zone: PlantZone,
    days: RangeInclusive<ProductionDay>,
    carry: Carry,
    versions: &[Version<'_>],
    inputs: &Inputs,
    goes_on: bool,
    status: impl Fn(&Day) -> SessionStatus,
) -> Derived {
    let mut walk = Walk::new(zone, Keep::All, carry, inputs);
    let window = Interval::new(zone.start_of(*days.start()), zone.day(*days.end()).end());
    for placed in stream::merge(versions) {
        if !window.contains(placed.effective) || !window.contains(placed.at) {
            continue;
        }
        let Some(version) = versions.get(placed.version) else { continue };
        let Some(line) = version.lines.get(placed.line) else { continue };
        walk.step(placed, line, stream::source(version, line));
    }
    let Walked { mut sessions, carries, .. } = walk.finish(days, goes_on, status);
    for (session, details) in &mut sessions {
        Cycles::new(session).set(&mut details.pieces);
        details.anomalies.extend(session_anomalies(session));
        details.anomalies.sort_by_key(|anomaly| (anomaly.at, anomaly.kind, anomaly.source));
    }
    Derived { sessions, carries }
}

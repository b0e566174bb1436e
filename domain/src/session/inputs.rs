//! What people decided about a machine, and a session's figures follow from beside its log.

use crate::calendar::Calendars;
use crate::interval::Interval;
use crate::kpi::reference_cycle::ReferenceCycles;
use crate::time::{Instant, PlantZone, ProductionDay};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What a machine's figures follow from beside its log.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inputs {
    /// When it should work.
    pub calendars: Calendars,
    /// How long its pieces should take.
    pub cycles: ReferenceCycles,
    /// What was declared as scrap and not withdrawn, by day.
    pub scrap: BTreeMap<ProductionDay, Vec<Scrap>>,
    /// What is known of its stops, each told by the instant at which the operator stopped the machine.
    pub stops: BTreeMap<Instant, Arc<Qualification>>,
    /// While it is expected to work.
    pub watched: Option<Watched>,
}

/// Pieces that people declared as scrap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrap {
    /// How many.
    pub pieces: u32,
    /// The reference of the profile they were made of, if that was said.
    pub reference: Option<String>,
}

/// Why the machine was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualification {
    /// The code of the reason.
    pub reason: String,
    /// Whether such stops are planned: they are no part of required time.
    pub planned: bool,
    /// What was said about it.
    pub comment: Option<String>,
}

/// While a machine is expected to work as its calendar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// From the day of its first event on.
    pub from: ProductionDay,
    /// Up to here it is known that nothing more came: a synchronisation began then that succeeded.
    pub until: Instant,
    /// When it was not in use. The last of these may have no end.
    pub out_of_use: Vec<Interval>,
    /// Days of which something may have come that could not be read, each from the first to the last one.
    pub unread: Vec<RangeInclusive<ProductionDay>>,
}

impl Watched {
    /// Whether the machine was in use on all of a day, and it is known that no more will come of it.
    fn knows(&self, zone: PlantZone, day: ProductionDay) -> bool {
        let bounds = zone.day(day);
        self.from <= day
            && bounds.end() <= self.until
            && !self.out_of_use.iter().any(|unused| unused.clip(bounds).is_some())
            && !self.unread.iter().any(|days| days.contains(&day))
    }
}

impl Inputs {
    /// What was said about a stop, as the day in `bounds` shows it; `begun` is when all stops of that day did.
    ///
    /// A stop may turn out to have begun earlier than it did when somebody said why it was: what was said of a stop that is none
    /// any more holds for the one that its beginning lies in, on the day of that beginning. (A later day cannot tell whether
    /// that is still one.)
    pub(super) fn reason_of(
        &self,
        stop: Interval,
        bounds: Interval,
        begun: &BTreeSet<Instant>,
    ) -> Option<Arc<Qualification>> {
        let said = self.stops.get(&stop.start()).or_else(|| {
            let inside = stop.clip(bounds)?;
            let mut later = self.stops.range(inside.start()..inside.end());
            later.find(|(since, _)| !begun.contains(since)).map(|(_, said)| said)
        });
        said.map(Arc::clone)
    }

    /// Whether a day without any event is a session all the same: the calendar required time on it, and nothing came.
    pub fn expects(&self, zone: PlantZone, day: ProductionDay) -> bool {
        self.watched.as_ref().is_some_and(|watched| watched.knows(zone, day))
            && self.calendars.hours(zone, day).is_some_and(|hours| !hours.required().is_empty())
    }
}

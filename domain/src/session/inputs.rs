//! What people decided about a machine, and a session's figures follow from beside its log.

use crate::calendar::Calendars;
use crate::kpi::reference_cycle::ReferenceCycles;
use crate::time::{Instant, PlantZone, ProductionDay};
use std::collections::BTreeMap;
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
    /// While it is expected to work; never while it is not in use.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// From the day of its first event on.
    pub from: ProductionDay,
    /// Up to here it is known that nothing more came: a synchronisation began then that succeeded.
    pub until: Instant,
}

impl Inputs {
    /// Whether a day without any event is a session all the same: the calendar required time on it, and nothing came.
    pub fn expects(&self, zone: PlantZone, day: ProductionDay) -> bool {
        let watched = |watched: Watched| watched.from <= day && zone.day(day).end() <= watched.until;
        self.watched.is_some_and(watched)
            && self.calendars.hours(zone, day).is_some_and(|hours| !hours.required().is_empty())
    }
}

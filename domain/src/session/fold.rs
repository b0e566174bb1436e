//! From the lines of a stretch of the stream to its sessions.

use super::day::Day;
use super::{Carry, JobKey, LoggedWait, OpenStop, Session, SessionStatus};
use crate::event::{Event, Line, Source};
use crate::interval::Interval;
use crate::stream::{self, Placed, Version};
use crate::time::{Instant, PlantZone, ProductionDay};
use crate::units::Millis;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What a stretch of the stream gives.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Derived {
    /// One for each production day with an event, by day.
    pub sessions: Vec<Session>,
    /// The state after the last line of each day on which the stream has lines (by effective time).
    pub carries: BTreeMap<ProductionDay, Carry>,
}

/// Derives the sessions of `days` from the versions that have lines on them.
///
/// `days` must be closed: no line may have its effective time inside and its own outside, or the other way round. `carry`
/// is the state before the first of them; `goes_on` tells that the stream has lines after the last of them; `status` is
/// asked once a session with the files that hold a line of it.
pub fn fold(
    zone: PlantZone,
    days: RangeInclusive<ProductionDay>,
    carry: Carry,
    versions: &[Version<'_>],
    goes_on: bool,
    status: impl Fn(&Day) -> SessionStatus,
) -> Derived {
    let mut walk = Walk::new(zone, carry);
    let window = Interval::new(zone.start_of(*days.start()), zone.day(*days.end()).end());
    for placed in stream::merge(versions) {
        if !window.contains(placed.effective) {
            continue;
        }
        let Some(version) = versions.get(placed.version) else { continue };
        let Some(line) = version.lines.get(placed.line) else { continue };
        walk.step(placed, line, stream::source(version, line));
    }
    walk.finish(goes_on, status)
}

/// The days found so far and the state after the line before.
struct Walk {
    zone: PlantZone,
    carry: Carry,
    days: BTreeMap<ProductionDay, Day>,
    carries: BTreeMap<ProductionDay, Carry>,
    stops: Vec<(Interval, OpenStop)>,
    waits: Vec<LoggedWait>,
    /// The day of the line before and its bounds: nearly every line lies in the same one.
    here: (ProductionDay, Interval),
    /// The same for its effective time.
    effective: Option<(ProductionDay, Interval)>,
}

impl Walk {
    fn new(zone: PlantZone, carry: Carry) -> Self {
        let nowhere = (ProductionDay(chrono::NaiveDate::MIN), Interval::new(Instant(0), Instant(0)));
        let waits = carry.waits.clone();
        Self {
            zone,
            carry,
            days: BTreeMap::new(),
            carries: BTreeMap::new(),
            stops: Vec::new(),
            waits,
            here: nowhere,
            effective: None,
        }
    }

    fn step(&mut self, placed: Placed, line: &Line<'_>, source: Source) {
        if !self.here.1.contains(placed.at) {
            let day = self.zone.day_of(placed.at);
            self.here = (day, self.zone.day(day));
        }
        let day = self.days.entry(self.here.0).or_insert_with(|| Day::new(self.here.0, self.here.1));
        day.files.insert(source.file);
        if !placed.kept {
            return;
        }
        if !self.effective.is_some_and(|(_, bounds)| bounds.contains(placed.effective)) {
            self.close_effective_day();
            let day = self.zone.day_of(placed.effective);
            self.effective = Some((day, self.zone.day(day)));
        }
        let Some(day) = self.days.get_mut(&self.here.0) else { return };
        day.see(line, source, self.carry.last);
        self.carry.last = Some(line.at);
        match &line.event {
            Event::PieceFinished { details } => {
                day.piece(line.at, details.as_deref(), self.carry.job, self.carry.stop.is_some(), source);
            }
            Event::Wait { duration } if *duration > Millis::ZERO => {
                self.waits.push(LoggedWait { interval: Interval::new(line.at, line.at + *duration), source });
            }
            Event::Stop if self.carry.stop.is_none() => self.carry.stop = Some(OpenStop { since: line.at, source }),
            Event::Start => {
                if let Some(stop) = self.carry.stop.take() {
                    self.stops.push((Interval::new(stop.since, line.at), stop));
                }
            }
            Event::JobLoaded(profile) => {
                let number = day.job(profile, line.at, source);
                self.carry.job = Some(JobKey { day: self.here.0, number });
            }
            Event::Wait { .. } | Event::Stop | Event::Other { .. } => {}
        }
    }

    fn close_effective_day(&mut self) {
        if let Some((day, bounds)) = self.effective {
            self.carry.waits = self.waits.iter().filter(|wait| wait.interval.end() > bounds.end()).copied().collect();
            self.carries.insert(day, self.carry.clone());
        }
    }

    fn finish(mut self, goes_on: bool, status: impl Fn(&Day) -> SessionStatus) -> Derived {
        self.close_effective_day();
        let Self { days, carries, stops, waits, carry, .. } = self;
        let mut sessions = Vec::with_capacity(days.len());
        let last_day = days.keys().next_back().copied();
        for (date, day) in days {
            let ongoing = carry.stop.filter(|_| !goes_on && Some(date) == last_day);
            let unended = carry.stop.map(|stop| (Interval::new(stop.since, Instant(i64::MAX)), stop));
            let stops = stops.iter().copied().chain(unended);
            let status = status(&day);
            if let Some(session) = day.finish(status, stops, &waits, ongoing) {
                sessions.push(session);
            }
        }
        Derived { sessions, carries }
    }
}

//! Walking along a stretch of the stream, line by line.
//!
//! A stretch that fits into memory is walked once, keeping everything. One that does not is walked twice: first for figures
//! and periods alone, then, knowing these, for the details, which are handed out as they come.

use super::day::Day;
use super::{Carry, Details, Inputs, JobKey, LoadedJob, LoggedWait, OpenStop, Session, SessionStatus, WaitPeriod};
use crate::event::{Event, Line, Source};
use crate::interval::Interval;
use crate::stream::Placed;
use crate::time::{Instant, PlantZone, ProductionDay};
use crate::units::Millis;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What a walk keeps of what it meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Figures, periods and details.
    All,
    /// Figures and periods; details are only counted.
    Figures,
    /// Details, until they are taken.
    Details,
}

/// What a walk gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Walked {
    /// One for each production day with an event, by day, with the details that were kept and not taken.
    pub sessions: Vec<(Session, Details)>,
    /// The state after the last line of each day on which the stream has lines (by effective time).
    pub carries: BTreeMap<ProductionDay, Carry>,
    /// The state after the last line of all.
    pub last: Carry,
}

/// The days found so far and the state after the line before.
#[derive(Debug)]
pub struct Walk<'i> {
    zone: PlantZone,
    inputs: &'i Inputs,
    keep: Keep,
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

impl<'i> Walk<'i> {
    /// Begins with the state that the stream carries into the stretch.
    pub fn new(zone: PlantZone, keep: Keep, carry: Carry, inputs: &'i Inputs) -> Self {
        let nowhere = (ProductionDay(chrono::NaiveDate::MIN), Interval::new(Instant(0), Instant(0)));
        let waits = carry.waits.clone();
        Self {
            zone,
            inputs,
            keep,
            carry,
            days: BTreeMap::new(),
            carries: BTreeMap::new(),
            stops: Vec::new(),
            waits,
            here: nowhere,
            effective: None,
        }
    }

    /// Takes the next line of the stretch, in the stream's order.
    pub fn step(&mut self, placed: Placed, line: &Line<'_>, source: Source) {
        if !self.here.1.contains(placed.at) {
            let day = self.zone.day_of(placed.at);
            self.here = (day, self.zone.day(day));
        }
        let day = self.days.entry(self.here.0).or_insert_with(|| Day::new(self.here.0, self.here.1, self.keep));
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
                let (job, stopped) = (self.carry.job.as_ref(), self.carry.stop.is_some());
                let given = self.inputs.cycles.on(self.here.0, job.map(|job| job.reference.as_str()));
                day.piece(line.at, details.as_deref(), job.map(|job| job.key), given, stopped, source);
            }
            Event::Wait { duration } if *duration > Millis::ZERO && self.keep != Keep::Details => {
                self.waits.push(LoggedWait { interval: Interval::new(line.at, line.at + *duration), source });
            }
            Event::Stop if self.carry.stop.is_none() => self.carry.stop = Some(OpenStop { since: line.at, source }),
            Event::Start => {
                if let Some(stop) = self.carry.stop.take()
                    && self.keep != Keep::Details
                {
                    self.stops.push((Interval::new(stop.since, line.at), stop));
                }
            }
            Event::JobLoaded(profile) => {
                let number = day.job(profile, line.at, source);
                let key = JobKey { day: self.here.0, number };
                self.carry.job = Some(LoadedJob { key, reference: profile.reference.clone().into_owned() });
            }
            Event::Wait { .. } | Event::Stop | Event::Other { .. } => {}
        }
    }

    /// Takes the details kept so far, by day; a bar that more pieces may still come from stays.
    pub fn take(&mut self) -> Vec<(ProductionDay, Details)> {
        let job = self.carry.job.as_ref();
        let taken = self.days.iter_mut().map(|(date, day)| (*date, day.take(job)));
        taken.filter(|(_, details)| !details.is_empty()).collect()
    }

    /// Ends a walk that keeps details alone: those that were not taken.
    pub fn rest(self) -> Vec<(ProductionDay, Details)> {
        let rest = self.days.into_iter().map(|(date, mut day)| (date, day.take(None)));
        rest.filter(|(_, details)| !details.is_empty()).collect()
    }

    fn close_effective_day(&mut self) {
        if let Some((day, bounds)) = self.effective {
            self.carry.waits = self.waits.iter().filter(|wait| wait.interval.end() > bounds.end()).copied().collect();
            self.carries.insert(day, self.carry.clone());
        }
    }

    /// Ends the stretch, which is of `stretch`. `goes_on` tells that the stream has lines after it; `status` is asked once a
    /// session.
    pub fn finish(
        mut self,
        stretch: RangeInclusive<ProductionDay>,
        goes_on: bool,
        status: impl Fn(&Day) -> SessionStatus,
    ) -> Walked {
        self.close_effective_day();
        let last_day = self.days.keys().next_back().copied();
        self.expect(stretch);
        let Self { zone, inputs, days, carries, stops, mut waits, carry, .. } = self;
        waits.sort_by_key(|wait| wait.interval.start());
        let mut sessions = Vec::with_capacity(days.len());
        for (date, day) in days {
            let ongoing = carry.stop.filter(|_| !goes_on && Some(date) == last_day);
            let unended = carry.stop.map(|stop| (Interval::new(stop.since, Instant(i64::MAX)), stop));
            let stops = stops.iter().copied().chain(unended);
            let status = status(&day);
            let bounds = day.bounds;
            let clip =
                |wait: LoggedWait| Some(WaitPeriod { interval: wait.interval.clip(bounds)?, source: wait.source });
            let waits = if Some(date) == last_day {
                // There may be millions of them: the last day with lines has no copy. Those that reach past it are few.
                let later = waits.iter().filter(|wait| wait.interval.end() > bounds.end()).copied().collect();
                std::mem::replace(&mut waits, later).into_iter().filter_map(clip).collect()
            } else {
                waits.iter().copied().filter_map(clip).collect()
            };
            sessions.extend(day.finish((zone, inputs), status, stops, waits, ongoing));
        }
        Walked { sessions, carries, last: carry }
    }

    /// Adds the days on which something was expected.
    fn expect(&mut self, stretch: RangeInclusive<ProductionDay>) {
        if self.inputs.watched.is_none() {
            return;
        }
        let (from, to) = stretch.into_inner();
        let days = std::iter::successors(Some(from), |day| Some(day.next()).filter(|next| next > day));
        for date in days.take_while(|day| *day <= to) {
            if self.inputs.expects(self.zone, date) {
                let bounds = self.zone.day(date);
                self.days.entry(date).or_insert_with(|| Day::new(date, bounds, self.keep)).expected = true;
            }
        }
    }
}

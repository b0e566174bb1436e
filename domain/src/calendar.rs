//! Shift calendars: when the plant means its machines to run.

use crate::interval::{Interval, IntervalSet};
use crate::time::{PlantZone, ProductionDay};
use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// How many production days after the one it starts on a shift may still reach: the next one, and where the clock
/// changes the one after that.
const REACH: Days = Days::new(2);

/// One calendar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// The normal shifts of a week; those that overlap are a union.
    pub shifts: Vec<Shift>,
    /// Breaks and maintenance windows of a week.
    pub planned_stops: Vec<PlannedStop>,
    /// Dates that are not as their weekday is.
    pub exceptions: Vec<CalendarException>,
}

/// A shift of each week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// That of the local date it starts on.
    pub weekday: Weekday,
    /// What the plant calls it.
    pub name: Option<String>,
    /// When.
    pub times: Times,
}

/// A break or a maintenance window of each week, on exceptional dates too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStop {
    /// That of the local date it starts on.
    pub weekday: Weekday,
    /// What it is for.
    pub label: String,
    /// When.
    pub times: Times,
}

/// From a local time of day to another, the next day's when not after the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Times {
    /// From when on.
    pub start: NaiveTime,
    /// Until when.
    pub end: NaiveTime,
}

impl Times {
    /// These times where they start on the local date `date`.
    fn on(self, date: NaiveDate, zone: PlantZone) -> Interval {
        let last = if self.end > self.start { date } else { date.succ_opt().unwrap_or(date) };
        let at = |date: NaiveDate, time| zone.candidates(date.and_time(time)).0;
        Interval::new(at(date, self.start), at(last, self.end))
    }
}

/// What replaces all shifts that start on a date. Several on one date are a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarException {
    /// The local date.
    pub date: NaiveDate,
    /// Why.
    pub label: Option<String>,
    /// What holds instead.
    pub opening: ExceptionalOpening,
}

/// What holds on an exceptional date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExceptionalOpening {
    /// No shift starts.
    Closed,
    /// The normal shifts of its weekday.
    Normal,
    /// These times.
    Times(Times),
}

impl Calendar {
    /// The normal shifts of a weekday.
    fn normal(&self, weekday: Weekday) -> impl Iterator<Item = Times> {
        self.shifts.iter().filter(move |shift| shift.weekday == weekday).map(|shift| shift.times)
    }

    /// What opens on `date`, which has `exceptions`, if any.
    fn openings(&self, date: NaiveDate, exceptions: Option<&Vec<ExceptionalOpening>>) -> Vec<Times> {
        let Some(exceptions) = exceptions else { return self.normal(date.weekday()).collect() };
        let mut openings = Vec::new();
        for exception in exceptions {
            match exception {
                ExceptionalOpening::Closed => {}
                ExceptionalOpening::Normal => openings.extend(self.normal(date.weekday())),
                ExceptionalOpening::Times(times) => openings.push(*times),
            }
        }
        openings
    }

    /// The planned stops that start on `date`.
    fn stops(&self, date: NaiveDate) -> impl Iterator<Item = Times> {
        self.planned_stops.iter().filter(move |stop| stop.weekday == date.weekday()).map(|stop| stop.times)
    }

    /// The exceptions of some dates.
    fn exceptions(&self, first: NaiveDate, last: NaiveDate) -> BTreeMap<NaiveDate, Vec<ExceptionalOpening>> {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for exception in self.exceptions.iter().filter(|exception| (first..=last).contains(&exception.date)) {
            found.entry(exception.date).or_default().push(exception.opening);
        }
        found
    }
}

/// Calendars by the production day they hold from on: those of the machine itself, and the plant's, which serve on days
/// before the machine has one of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendars {
    own: BTreeMap<ProductionDay, Calendar>,
    plant: BTreeMap<ProductionDay, Calendar>,
}

impl Calendars {
    /// From the machine's own calendars and the plant's.
    pub fn new(own: BTreeMap<ProductionDay, Calendar>, plant: BTreeMap<ProductionDay, Calendar>) -> Self {
        Self { own, plant }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.plant.is_empty()
    }

    /// The one in force on a day: the machine's own latest, else the plant's.
    pub fn in_force(&self, day: ProductionDay) -> Option<&Calendar> {
        latest(&self.own, day).or_else(|| latest(&self.plant, day))
    }

    /// The opening hours of a production day; nothing when no calendar is in force on it.
    pub fn hours(&self, zone: PlantZone, day: ProductionDay) -> Option<Hours> {
        self.in_force(day)?;
        let spans = self.spans(zone, day, day);
        let opening = spans.openings.into_iter().collect::<IntervalSet>().clip(zone.day(day));
        let inside = |stop: &Interval| opening.clip(*stop).parts().to_vec();
        let mut planned: Vec<_> = spans.stops.iter().flat_map(inside).collect();
        planned.sort_by_key(|stop| (stop.start(), stop.end()));
        Some(Hours { opening, planned })
    }

    /// The time that the calendars require inside `window`: opening hours less planned stops, nothing where no calendar
    /// is in force. Its cost grows with the window's length.
    pub fn required(&self, zone: PlantZone, window: Interval) -> IntervalSet {
        let firsts = [self.own.keys().next(), self.plant.keys().next()];
        let Some(first) = firsts.into_iter().flatten().min() else { return IntervalSet::default() };
        let Some(window) = window.clip(Interval::new(zone.start_of(*first), window.end())) else {
            return IntervalSet::default();
        };
        let spans = self.spans(zone, zone.day_of(window.start()), zone.day_of(window.end()));
        Hours { opening: spans.openings.into_iter().collect(), planned: spans.stops }.required().clip(window)
    }

    /// All that may have a part in the production days `first` to `last`.
    fn spans(&self, zone: PlantZone, first: ProductionDay, last: ProductionDay) -> Spans {
        let days = first.0.checked_sub_days(REACH).map_or(first, ProductionDay)..last.next();
        let changes = self.own.keys().chain(self.plant.keys()).copied().filter(|day| days.contains(day));
        let starts: BTreeSet<_> = std::iter::once(days.start).chain(changes).collect();
        let ends = starts.iter().copied().skip(1).chain(std::iter::once(days.end));
        let mut spans = Spans::default();
        for (from, to) in starts.iter().copied().zip(ends) {
            if let Some(calendar) = self.in_force(from) {
                spans.add(zone, calendar, from, to);
            }
        }
        spans
    }
}

fn latest(calendars: &BTreeMap<ProductionDay, Calendar>, day: ProductionDay) -> Option<&Calendar> {
    calendars.range(..=day).next_back().map(|(_, calendar)| calendar)
}

/// Shifts and planned stops as they lie in time, whole.
#[derive(Debug, Default)]
struct Spans {
    openings: Vec<Interval>,
    stops: Vec<Interval>,
}

impl Spans {
    /// Adds what `calendar` starts on the production days from `from` to the one before `to`.
    fn add(&mut self, zone: PlantZone, calendar: &Calendar, from: ProductionDay, to: ProductionDay) {
        let reign = Interval::new(zone.start_of(from), zone.start_of(to));
        // A date more at either end: where a clock leaves out midnight or a whole date, days start on another date.
        let (first, last) = (from.previous().0, to.next().0);
        let exceptions = calendar.exceptions(first, last);
        for date in first.iter_days().take_while(|date| *date <= last) {
            let lies = |times: Times| Some(times.on(date, zone)).filter(|span| reign.contains(span.start()));
            let openings = calendar.openings(date, exceptions.get(&date));
            self.openings.extend(openings.into_iter().filter_map(lies));
            self.stops.extend(calendar.stops(date).filter_map(lies));
        }
    }
}

/// What a calendar says of a production day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hours {
    /// When the plant is open.
    pub opening: IntervalSet,
    /// The parts of each planned stop inside opening, each stop by itself, by start; none is empty.
    pub planned: Vec<Interval>,
}

impl Hours {
    /// Opening less planned stops.
    pub fn required(&self) -> IntervalSet {
        self.opening.difference(&self.planned.iter().copied().collect())
    }
}

#[cfg(test)]
mod tests;

//! The figures once more, by looking at each second of a day.

use super::random::{Case, Clock, cases};
use super::{days, derive, near};
use crate::event::Event;
use crate::interval::Interval;
use crate::kpi::losses::{TimeKind, ledger};
use crate::kpi::reference_cycle::CycleSource;
use crate::kpi::trs::{Lost, Trs};
use crate::session::{Qualification, SessionStatus, Watched};
use crate::time::{Instant, ProductionDay};
use crate::units::Millis;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// What is so in one second.
#[derive(Debug, Clone, Copy, Default)]
struct Second {
    open: bool,
    planned: bool,
    /// The stop that counts, planned or not, by its place.
    stop: Option<u8>,
    wait: bool,
}

impl Second {
    fn required(self) -> bool {
        self.open && !self.planned
    }

    fn working(self) -> bool {
        self.required() && self.stop.is_none()
    }
}

struct Grid {
    start: Instant,
    seconds: Vec<Second>,
}

impl Grid {
    fn places(&self, (from, to): (Instant, Instant)) -> Range<usize> {
        let place = |at: Instant| ((at.0 - self.start.0) / 1000).clamp(0, self.seconds.len() as i64) as usize;
        place(from)..place(to).max(place(from))
    }

    fn part(&self, part: (Instant, Instant)) -> &[Second] {
        &self.seconds[self.places(part)]
    }

    fn any(&self, part: (Instant, Instant), what: impl Fn(Second) -> bool) -> bool {
        self.part(part).iter().any(|second| what(*second))
    }

    fn paint(&mut self, parts: &[(Instant, Instant)], how: impl Fn(&mut Second)) {
        for part in parts {
            let places = self.places(*part);
            self.seconds[places].iter_mut().for_each(&how);
        }
    }

    fn count(&self, what: impl Fn(Second) -> bool) -> Millis {
        Millis::from_seconds(self.seconds.iter().filter(|second| what(**second)).count() as i64)
    }

    /// Whether the second that begins at `at` or the one that ends there is required.
    fn counts(&self, at: Instant) -> bool {
        let after = ((at - self.start).0 / 1000) as usize;
        let required = |place: usize| self.seconds.get(place).is_some_and(|second| second.required());
        required(after) || after.checked_sub(1).is_some_and(required)
    }
}

/// What a day's figures should be.
#[derive(Debug, Clone, PartialEq, Default)]
struct Counted {
    total: Millis,
    opening: Millis,
    required: Millis,
    operating: Millis,
    net: Option<Millis>,
    planned_stops: usize,
    stops: (Millis, usize),
    reasons: BTreeMap<String, (Millis, usize)>,
    waits: (Millis, usize),
}

impl From<&Trs> for Counted {
    fn from(trs: &Trs) -> Self {
        let lost = |lost: &Lost| (lost.time, lost.occurrences as usize);
        Self {
            total: trs.total,
            opening: trs.opening,
            required: trs.required,
            operating: trs.operating,
            net: trs.net_time().map(|net| Millis(net as i64)),
            planned_stops: trs.planned_stops as usize,
            stops: lost(&trs.stops),
            reasons: trs.reasons.iter().map(|(code, one)| (code.clone(), lost(one))).collect(),
            waits: lost(&trs.waits),
        }
    }
}

/// A stop inside the session's window, with the instant that tells which it is.
type Stop = (Instant, Instant, Instant);

/// From each stop to the next start.
fn all_stops(case: &Case) -> Vec<(Instant, Instant)> {
    let (mut stops, mut since) = (Vec::new(), None);
    for line in &case.lines {
        match line.event {
            Event::Stop => since = since.or(Some(line.at)),
            Event::Start => stops.extend(since.take().map(|since| (since, line.at))),
            _ => {}
        }
    }
    stops.extend(since.map(|since| (since, Instant(i64::MAX))));
    stops
}

/// The part of each stop inside the window, by start.
fn stops_of(case: &Case, (from, to): (Instant, Instant)) -> Vec<Stop> {
    let clipped = all_stops(case).into_iter().map(|(since, end)| (since.max(from), end.min(to), since));
    let mut clipped: Vec<_> = clipped.filter(|(start, end, _)| start < end).collect();
    clipped.sort_by_key(|(start, ..)| *start);
    clipped
}

/// What was said of a stop; else the first that was said on the day, while it lasted, of what is no stop now.
fn said<'c>(case: &'c Case, (_, _, since): &Stop, bounds: Interval) -> Option<&'c Qualification> {
    let stops = all_stops(case);
    let end = stops.iter().filter(|(begin, _)| begin == since).map(|(_, end)| *end).max()?;
    let inside = |at: Instant| *since < at && at < end && bounds.contains(at);
    let orphan = |at: Instant| inside(at) && !stops.iter().any(|(begin, _)| *begin == at);
    let said = &case.inputs.stops;
    let later = || said.iter().find(|(at, _)| orphan(**at)).map(|(_, known)| known);
    said.get(since).or_else(later).map(AsRef::as_ref)
}

/// The latest that began to hold by the day.
fn held(case: &Case, reference: Option<&str>, day: ProductionDay) -> Option<Millis> {
    let begun = case.given.iter().filter(|(of, from, _)| *of == reference && *from <= day);
    begun.max_by_key(|(_, from, _)| *from)?.2
}

fn cycle(case: &Case, reference: Option<&str>, day: ProductionDay) -> (Option<Millis>, CycleSource) {
    let profile = reference.and_then(|reference| held(case, Some(reference), day));
    let choices = [
        (profile, CycleSource::Profile),
        (held(case, None, day), CycleSource::Machine),
        (case.learned.map(|learned| learned.cycle), CycleSource::Learned),
    ];
    choices.into_iter().find(|(cycle, _)| cycle.is_some()).unwrap_or((None, CycleSource::None))
}

/// The pieces of a day with the bar they are of.
fn pieces(case: &Case, bounds: Interval) -> Vec<(Instant, Option<&str>)> {
    let (mut pieces, mut job) = (Vec::new(), None);
    for line in &case.lines {
        match &line.event {
            Event::JobLoaded(loaded) => job = Some(loaded.reference.as_ref()),
            Event::PieceFinished { .. } if bounds.contains(line.at) => pieces.push((line.at, job)),
            _ => {}
        }
    }
    pieces
}

/// A day that is a session, second by second.
struct Painted {
    grid: Grid,
    window: Interval,
    planned: Vec<(Instant, Instant)>,
    stops: Vec<Stop>,
    waits: Vec<(Instant, Instant)>,
}

fn paint(case: &Case, bounds: Interval, day: ProductionDay) -> Option<Painted> {
    let events: Vec<Instant> = case.lines.iter().map(|line| line.at).filter(|at| bounds.contains(*at)).collect();
    let (first, last) = (events.iter().min().copied(), events.iter().max().copied());
    let is_open = case.status(day, events.is_empty()) == SessionStatus::Open;
    let end = last.filter(|_| is_open).unwrap_or(bounds.end());
    let length = ((end - bounds.start()).0 / 1000) as usize;
    let mut grid = Grid { start: bounds.start(), seconds: vec![Second::default(); length] };

    let hours = case.inputs.calendars.hours(case.zone, day);
    let opening = match &hours {
        Some(hours) => hours.opening.parts().iter().map(|part| (part.start(), part.end())).collect(),
        None => Vec::from_iter(first.zip(last)),
    };
    grid.paint(&opening, |second| second.open = true);
    let mut planned: Vec<(Instant, Instant)> =
        hours.iter().flat_map(|hours| &hours.planned).map(|part| (part.start(), part.end())).collect();
    grid.paint(&planned, |second| second.planned = true);
    if events.is_empty() {
        let watched =
            case.inputs.watched.as_ref().filter(|watched| watched.from <= day && bounds.end() <= watched.until);
        let unused = |watched: &&Watched| {
            watched.out_of_use.iter().any(|time| time.start() < bounds.end() && bounds.start() < time.end())
        };
        let unread = |watched: &&Watched| watched.unread.iter().any(|days| *days.start() <= day && day <= *days.end());
        watched
            .filter(|watched| !unused(watched) && !unread(watched))
            .filter(|_| hours.is_some() && grid.seconds.iter().any(|second| second.required()))?;
    }

    let opens = grid.seconds.iter().position(|second| second.open && hours.is_some());
    let closes = grid.seconds.iter().rposition(|second| second.open && hours.is_some());
    let place = |seconds: usize| Instant(grid.start.0 + 1000 * seconds as i64);
    let from = opens.map(place).into_iter().chain(first).min()?;
    let to = closes.map(|last| place(last + 1)).into_iter().chain(last).max()?;
    let stops = stops_of(case, (from, to));
    planned.extend(
        stops
            .iter()
            .filter(|stop| said(case, stop, bounds).is_some_and(|known| known.planned))
            .map(|stop| (stop.0, stop.1)),
    );
    grid.paint(&planned, |second| second.planned = true);
    for (stop, number) in stops.iter().zip(0..) {
        grid.paint(&[(stop.0, stop.1)], |second| second.stop = second.stop.or(Some(number)));
    }
    let waits = case.lines.iter().filter_map(|line| match line.event {
        Event::Wait { duration } => Some((line.at, line.at + duration)),
        _ => None,
    });
    let waits: Vec<_> = waits.collect();
    grid.paint(&waits, |second| second.wait = true);
    Some(Painted { grid, window: Interval::new(from, to), planned, stops, waits })
}

/// What a session should be.
struct Expected {
    window: Interval,
    stops: Vec<Stop>,
    cycles: Vec<Option<Millis>>,
    figures: Counted,
    useful: Option<f64>,
    /// If a piece counted.
    source: Option<CycleSource>,
}

fn count(case: &Case, day: ProductionDay) -> Option<Expected> {
    let bounds = case.zone.day(day);
    let Painted { grid, window, planned, stops, waits } = paint(case, bounds, day)?;
    let (mut stopped, mut reasons) = ((Millis::ZERO, 0), BTreeMap::<String, (Millis, usize)>::new());
    for (stop, number) in stops.iter().zip(0..) {
        let said = said(case, stop, bounds);
        if said.is_some_and(|known| known.planned) {
            continue;
        }
        if grid.any((stop.0, stop.1), Second::required) {
            let length = grid.count(|second| second.required() && second.stop == Some(number));
            let reason = said.map(|known| reasons.entry(known.reason.clone()).or_default());
            for (time, count) in reason.into_iter().chain([&mut stopped]) {
                (*time, *count) = (*time + length, *count + 1);
            }
        }
    }
    let finished = pieces(case, bounds);
    let gap = |pair: &[(Instant, Option<&str>)]| {
        let gap =
            grid.part((pair[0].0, pair[1].0)).iter().filter(|second| second.stop.is_none() && !second.wait).count();
        Some(Millis::from_seconds(gap as i64))
    };
    let cycles = finished.first().map(|_| None).into_iter().chain(finished.windows(2).map(gap)).collect();

    let counted: Vec<_> = finished.iter().filter(|(at, _)| grid.counts(*at)).collect();
    let mut used: Vec<_> = counted.iter().map(|(_, reference)| cycle(case, *reference, day)).collect();
    let net: Option<Millis> = used.iter().map(|(cycle, _)| *cycle).sum();
    let scrap = case.inputs.scrap.get(&day).into_iter().flatten().map(|scrap| {
        let each = match &scrap.reference {
            Some(reference) => {
                used.push(cycle(case, Some(reference), day));
                used.last()?.0?.0 as f64
            }
            None => net?.0 as f64 / counted.len().max(1) as f64,
        };
        Some(each * f64::from(scrap.pieces))
    });
    let scrap: Option<f64> = scrap.sum();
    let planned_stops = planned.iter().filter(|part| grid.any(**part, |second| second.open)).count();
    let wait_count = waits.iter().filter(|part| grid.any(**part, Second::working)).count();
    let figures = Counted {
        total: Millis::from_seconds(grid.seconds.len() as i64),
        opening: grid.count(|second| second.open),
        required: grid.count(Second::required),
        operating: grid.count(|second| second.working() && !second.wait),
        net,
        planned_stops,
        stops: stopped,
        reasons,
        waits: (grid.count(|second| second.working() && second.wait), wait_count),
    };
    let useful = net.zip(scrap).map(|(net, scrap)| (net.0 as f64 - scrap).max(0.0));
    let source = used.iter().map(|(_, source)| *source).max().filter(|_| !counted.is_empty());
    Some(Expected { window, stops, cycles, figures, useful, source })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn figures_are_what_looking_at_each_second_gives(case in cases(Clock::Wild)) {
        let mut sessions = derive(&case).into_iter();
        for day in days(case.days()) {
            let Some(expected) = count(&case, day) else { continue };
            let (session, details, trs) = sessions.next().unwrap();
            prop_assert_eq!((session.day, session.window), (day, expected.window));
            let stops = session.stops.iter().filter(|stop| stop.length > Millis::ZERO);
            let stops: Vec<Stop> = stops.map(|stop| (stop.start, stop.interval().end(), stop.since)).collect();
            prop_assert_eq!(stops, expected.stops);
            let cycles: Vec<_> = details.pieces.iter().map(|piece| piece.cycle).collect();
            prop_assert_eq!(cycles, expected.cycles);
            prop_assert_eq!(Counted::from(&trs), expected.figures);
            prop_assert_eq!(trs.useful_time().is_some(), expected.useful.is_some());
            prop_assert!(near(trs.useful_time().unwrap_or_default(), expected.useful.unwrap_or_default()));
            prop_assert!(expected.source.is_none_or(|source| source == trs.cycle_source));
            let operating = |kind| matches!(kind, TimeKind::Running | TimeKind::SlowRunning | TimeKind::Scrap);
            let worked: f64 = ledger(&trs).iter().filter(|part| operating(part.kind)).map(|part| part.time).sum();
            prop_assert!(near(worked, trs.operating.0 as f64));
            let lost: f64 = ledger(&trs).iter().filter(|part| part.kind == TimeKind::Stop).map(|part| part.time).sum();
            prop_assert!(near(lost, trs.stops.time.0 as f64));
        }
        prop_assert!(sessions.next().is_none());
    }
}

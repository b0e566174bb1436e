//! Random streams of a machine with random inputs, around days on which the clock changes and others.

use crate::calendar::{Calendar, CalendarException, Calendars, ExceptionalOpening, PlannedStop, Shift, Times};
use crate::event::{Event, JobProfile, Line};
use crate::interval::Interval;
use crate::kpi::reference_cycle::{Learned, ReferenceCycles};
use crate::session::{Inputs, Qualification, Scrap, SessionStatus, Watched};
use crate::time::{Instant, PlantZone, ProductionDay};
use crate::units::Millis;
use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
use chrono::{NaiveTime, TimeDelta, Weekday};
use proptest::prelude::*;
use proptest::sample::select;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// A reference cycle time that somebody gave: of a profile's reference or for the machine, from when on, and how long.
pub(super) type GivenCycle = (Option<&'static str>, ProductionDay, Option<Millis>);

/// How clocks go in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// Never back over the start of a production day: each day can be derived by itself.
    WithinDays,
    /// Back however it likes.
    Wild,
}

/// A stream and all that its figures follow from.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) zone: PlantZone,
    pub(super) first: ProductionDay,
    pub(super) lines: Vec<Line<'static>>,
    /// What `inputs.cycles` was made of.
    pub(super) given: Vec<GivenCycle>,
    pub(super) inputs: Inputs,
    pub(super) learned: Option<Learned>,
    /// From here on sessions are open.
    pub(super) open_from: Option<ProductionDay>,
}

impl Case {
    /// All days that its lines may lie on, and two on which nothing may have come.
    pub(super) fn days(&self) -> RangeInclusive<ProductionDay> {
        shift(self.first, -2)..=shift(self.first, 6)
    }

    /// A day on which nothing came is over.
    pub(super) fn status(&self, day: ProductionDay, silent: bool) -> SessionStatus {
        match self.open_from {
            Some(from) if from <= day && !silent => SessionStatus::Open,
            _ => SessionStatus::Complete,
        }
    }
}

pub(super) fn shift(day: ProductionDay, days: i64) -> ProductionDay {
    ProductionDay(day.0 + TimeDelta::days(days))
}

pub(super) fn cycles(given: &[GivenCycle]) -> ReferenceCycles {
    let mut cycles = ReferenceCycles::default();
    for (reference, from, cycle) in given {
        cycles.set(*reference, *from, *cycle);
    }
    cycles
}

/// Streams of up to three days, with inputs.
pub(super) fn cases(clock: Clock) -> impl Strategy<Value = Case> {
    let dates = select(vec!["2025-03-29", "2025-03-30", "2025-06-16", "2025-10-25", "2025-10-26"]);
    let plant = (dates, select(vec![0, 5])).prop_map(|(date, hour)| {
        let zone = PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::from_hms_opt(hour, 0, 0).unwrap());
        (zone, ProductionDay(date.parse().unwrap()))
    });
    plant.prop_flat_map(move |(zone, first)| {
        let decided = (calendars(first), given(first), scrap(first), watched(zone, first));
        (
            stream(zone, first, clock),
            decided,
            learned(),
            prop::option::of((0i64..4).prop_map(move |days| shift(first, days))),
        )
            .prop_map(move |((lines, stops), (calendars, given, scrap, watched), learned, open_from)| {
                let inputs = Inputs { calendars, cycles: cycles(&given), scrap, stops, watched };
                Case { zone, first, lines, given, inputs, learned, open_from }
            })
    })
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Piece,
    Wait(i64),
    Stop(Option<&'static str>),
    Start,
    Job(&'static str),
    Other,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    By(i64),
    /// To the next full quarter of an hour, where shifts and breaks begin and end.
    ToQuarter,
}

type Stops = BTreeMap<Instant, Arc<Qualification>>;

fn stream(zone: PlantZone, first: ProductionDay, clock: Clock) -> impl Strategy<Value = (Vec<Line<'static>>, Stops)> {
    let step = prop_oneof![
        8 => (0i64..400).prop_map(Step::By),
        4 => (400i64..9_000).prop_map(Step::By),
        1 => (20_000i64..70_000).prop_map(Step::By),
        2 => (-9_000i64..0).prop_map(Step::By),
        2 => Just(Step::ToQuarter),
    ];
    let kind = prop_oneof![
        6 => Just(Kind::Piece),
        2 => prop_oneof![4 => 0i64..1_000, 1 => 1_000i64..=86_400].prop_map(Kind::Wait),
        2 => select(vec![None, Some("PANNE"), Some("OUTIL"), Some("PAUSE")]).prop_map(Kind::Stop),
        2 => Just(Kind::Start),
        2 => select(vec!["A", "B", "C"]).prop_map(Kind::Job),
        1 => Just(Kind::Other),
    ];
    (0i64..90_000, prop::collection::vec((step, kind), 0..60)).prop_map(move |(begin, steps)| {
        let start = zone.start_of(first);
        let (mut at, mut latest, end) = (start + Millis::from_seconds(begin), start, zone.day(shift(first, 3)).end());
        let (mut lines, mut stops) = (Vec::new(), Stops::new());
        for ((step, kind), number) in steps.into_iter().zip(1..) {
            at = match step {
                Step::By(seconds) => at + Millis::from_seconds(seconds),
                Step::ToQuarter => Instant(at.0 + (-at.0).rem_euclid(900_000)),
            };
            let earliest = if clock == Clock::Wild { start } else { zone.start_of(zone.day_of(latest)) };
            at = at.max(earliest);
            if at >= end {
                break;
            }
            latest = latest.max(at);
            if let Kind::Stop(Some(reason)) = kind {
                let (reason, planned) = (reason.to_owned(), reason == "PAUSE");
                stops.insert(at, Arc::new(Qualification { reason, planned, comment: None }));
            }
            lines.push(Line { at, latest: at, number, text: Cow::Owned(number.to_string()), event: event(kind) });
        }
        (lines, stops)
    })
}

fn event(kind: Kind) -> Event<'static> {
    let job = |reference| JobProfile { reference: Cow::Borrowed(reference), length_mm: None, colour: None };
    match kind {
        Kind::Piece => Event::PieceFinished { details: None },
        Kind::Wait(seconds) => Event::Wait { duration: Millis::from_seconds(seconds) },
        Kind::Stop(_) => Event::Stop,
        Kind::Start => Event::Start,
        Kind::Job(reference) => Event::JobLoaded(Box::new(job(reference))),
        Kind::Other => Event::Other { name: Cow::Borrowed("Alarm") },
    }
}

fn quarter(quarter: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(quarter / 4 % 24, quarter % 4 * 15, 0).unwrap()
}

/// From a quarter of an hour on for up to `longest` of them, maybe past midnight.
fn times(longest: u32) -> impl Strategy<Value = Times> {
    (0u32..96, 1..=longest).prop_map(|(from, length)| Times { start: quarter(from), end: quarter(from + length) })
}

fn calendar(first: ProductionDay) -> impl Strategy<Value = Calendar> {
    let weekdays = || prop::sample::subsequence(vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun], 1..=7);
    let day_or_night = prop_oneof![
        select(vec![(24, 56), (56, 88), (88, 24), (20, 20)])
            .prop_map(|(start, end)| Times { start: quarter(start), end: quarter(end) }),
        times(60),
    ];
    let shifts = (weekdays(), day_or_night).prop_map(|(weekdays, times)| {
        let of = |weekday: Weekday| Shift { weekday, name: None, times };
        weekdays.into_iter().map(of).collect::<Vec<_>>()
    });
    let breaks = (weekdays(), times(16)).prop_map(|(weekdays, times)| {
        let of = |weekday: Weekday| PlannedStop { weekday, label: String::new(), times };
        weekdays.into_iter().map(of).collect::<Vec<_>>()
    });
    let opening = prop_oneof![
        Just(ExceptionalOpening::Closed),
        Just(ExceptionalOpening::Normal),
        times(60).prop_map(ExceptionalOpening::Times),
    ];
    let exception = (-1i64..4, opening).prop_map(move |(days, opening)| CalendarException {
        date: shift(first, days).0,
        label: None,
        opening,
    });
    (prop::collection::vec(shifts, 1..4), prop::collection::vec(breaks, 0..3), prop::collection::vec(exception, 0..2))
        .prop_map(|(shifts, breaks, exceptions)| Calendar {
            shifts: shifts.concat(),
            planned_stops: breaks.concat(),
            exceptions,
        })
}

fn calendars(first: ProductionDay) -> impl Strategy<Value = Calendars> {
    let from = move || (-9i64..3).prop_map(move |days| shift(first, days));
    let held = move || prop::collection::btree_map(from(), calendar(first), 0..2);
    (held(), held()).prop_map(|(own, plant)| Calendars::new(own, plant))
}

fn given(first: ProductionDay) -> impl Strategy<Value = Vec<GivenCycle>> {
    let reference = select(vec![None, Some("A"), Some("B")]);
    let cycle = prop_oneof![4 => (1i64..500_000).prop_map(|length| Some(Millis(length))), 1 => Just(None)];
    let from = prop_oneof![2 => Just(-9i64), 1 => -1i64..4].prop_map(move |days| shift(first, days));
    prop::collection::vec((reference, from, cycle), 0..6).prop_map(|mut given| {
        // One a reference and day, as they are kept.
        given.sort_by_key(|(reference, from, _)| (*reference, *from));
        given.dedup_by_key(|(reference, from, _)| (*reference, *from));
        given
    })
}

fn scrap(first: ProductionDay) -> impl Strategy<Value = BTreeMap<ProductionDay, Vec<Scrap>>> {
    let reference = select(vec![None, None, Some("A"), Some("C")]);
    let one =
        (1u32..5, reference).prop_map(|(pieces, reference)| Scrap { pieces, reference: reference.map(str::to_owned) });
    let day = (-1i64..4).prop_map(move |days| shift(first, days));
    prop::collection::btree_map(day, prop::collection::vec(one, 1..3), 0..4)
}

fn watched(zone: PlantZone, first: ProductionDay) -> impl Strategy<Value = Option<Watched>> {
    let at = move |step: i64| zone.start_of(first) + Millis::from_seconds(step * 21_600);
    let out_of_use = prop_oneof![
        3 => Just(Vec::new()),
        1 => (-8i64..24, 1i64..9).prop_map(move |(from, steps)| vec![Interval::new(at(from), at(from + steps))]),
        1 => (0i64..24).prop_map(move |from| vec![Interval::new(at(from), Instant(i64::MAX))]),
    ];
    let unread = prop_oneof![
        3 => Just(Vec::new()),
        1 => (-3i64..6, 0i64..5).prop_map(move |(from, more)| vec![shift(first, from)..=shift(first, from + more)]),
    ];
    let watched = (0i64..3, 0i64..10, out_of_use, unread).prop_map(move |(from, until, out_of_use, unread)| Watched {
        from: shift(first, from),
        until: zone.start_of(first) + Millis::from_seconds(until * 50_000),
        out_of_use,
        unread,
    });
    prop::option::of(watched)
}

fn learned() -> impl Strategy<Value = Option<Learned>> {
    prop::option::of((1i64..200_000).prop_map(|cycle| Learned { cycle: Millis(cycle), sample: 100 }))
}

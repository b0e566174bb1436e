//! From the events of one machine-day to its figures, in memory.
//!
//! The limit is 2 ms for a day of 2,500 lines.
#![allow(missing_docs, reason = "criterion's macros make an undocumented function")]

use atelier_domain::calendar::{Calendar, CalendarException, Calendars, ExceptionalOpening, PlannedStop, Shift, Times};
use atelier_domain::event::{Event, JobProfile, Line};
use atelier_domain::ids::{LogFileId, VersionId};
use atelier_domain::kpi::losses::{TimeShare, ledger};
use atelier_domain::kpi::reference_cycle::{CycleSpread, LEARNED_OVER_DAYS, Learned};
use atelier_domain::kpi::trs::Trs;
use atelier_domain::session::{
    Carry, Inputs, Qualification, Scrap, SessionStatus, SpreadBuilder, assess, assessment_anomaly, fold,
};
use atelier_domain::stream::Version;
use atelier_domain::time::{PlantZone, ProductionDay};
use atelier_domain::units::Millis;
use chrono::{NaiveDate, NaiveTime, Weekday};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

const LINES: u32 = 2_500;
/// Two shifts of eight hours.
const WORKED: i64 = 16 * 3_600;

fn zone() -> PlantZone {
    PlantZone::new(chrono_tz::Europe::Paris, time(5, 0))
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}

/// A Monday.
fn today() -> ProductionDay {
    ProductionDay(NaiveDate::from_ymd_opt(2025, 6, 16).unwrap_or_default())
}

fn days_before(day: ProductionDay, days: u64) -> ProductionDay {
    (0..days).fold(day, |day, _| day.previous())
}

/// 900 pieces, 120 waits, 60 bars, 8 stops with their starts, and other events.
fn lines() -> Vec<Line<'static>> {
    let morning = zone().start_of(today()) + Millis::from_seconds(1_800);
    let line = |number: u32| {
        let at = morning + Millis::from_seconds(i64::from(number) * WORKED / i64::from(LINES));
        let event = event(number);
        let text = Cow::Owned(format!("20250616 {number:06}|@Line"));
        Line { at, latest: at, number: number + 1, text, event }
    };
    (0..LINES).map(line).collect()
}

fn event(number: u32) -> Event<'static> {
    match (number % 312, number % 125, number % 25) {
        (250, ..) => Event::Stop,
        (270, ..) => Event::Start,
        (_, 1 | 42 | 84, _) => Event::JobLoaded(Box::new(JobProfile {
            reference: Cow::Owned(format!("P{}", number / 42 % 40)),
            length_mm: Some(3_359.0),
            colour: Some(Cow::Borrowed("7016 G ALU")),
        })),
        (_, 5 | 26 | 47 | 68 | 89 | 110, _) => {
            Event::Wait { duration: Millis::from_seconds(i64::from(5 + number % 90)) }
        }
        (.., place) if place % 3 == 0 || number % 50 == 7 => {
            Event::PieceFinished { details: Some(Cow::Owned(format!("{}/{number}", 215_000 + number / 42))) }
        }
        _ => Event::Other { name: Cow::Borrowed(if number.is_multiple_of(2) { "GereedschapWissel" } else { "Alarm" }) },
    }
}

/// A calendar of two shifts with breaks and twelve days off, cycles of 30 profiles, scrap, and reasons of most stops. The
/// other pieces have no cycle but the one that is learned.
fn inputs(lines: &[Line<'_>]) -> Inputs {
    let week = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let times = |from, to| Times { start: from, end: to };
    let shift = |times: Times| week.map(|weekday| Shift { weekday, name: None, times });
    let pause = |times: Times| week.map(|weekday| PlannedStop { weekday, label: String::new(), times });
    let calendar = Calendar {
        shifts: [times(time(5, 30), time(13, 30)), times(time(13, 30), time(21, 30))].map(shift).concat(),
        planned_stops: [times(time(10, 0), time(10, 15)), times(time(18, 0), time(18, 30))].map(pause).concat(),
        exceptions: (0..12)
            .map(|month| CalendarException {
                date: days_before(today(), 30 * month + 1).0,
                label: None,
                opening: ExceptionalOpening::Closed,
            })
            .collect(),
    };
    let since = days_before(today(), 100);
    let mut inputs =
        Inputs { calendars: Calendars::new(BTreeMap::new(), [(since, calendar)].into()), ..Inputs::default() };
    for profile in 0..30 {
        inputs.cycles.set(Some(&format!("P{profile}")), since, Some(Millis(20_000 + 500 * profile)));
    }
    let scrap = |pieces, reference: Option<&str>| Scrap { pieces, reference: reference.map(str::to_owned) };
    inputs.scrap.insert(today(), vec![scrap(3, Some("P7")), scrap(2, None)]);
    let stops = lines.iter().filter(|line| line.event == Event::Stop).zip(0..);
    for (stop, number) in stops.filter(|(_, number)| number % 4 < 3) {
        let reason = format!("REASON{}", number % 4);
        let qualification = Qualification { reason, planned: number % 4 == 0, comment: None };
        inputs.stops.insert(stop.at, Arc::new(qualification));
    }
    inputs
}

/// What 30 days left to learn from, with 800 pieces of 200 lengths each.
fn spreads() -> Vec<CycleSpread> {
    let length = |day: u64, place: i64| Millis(1000 * (15 + (place * 7 + day as i64) % 200));
    let day = |day| CycleSpread::new((0..200).map(|place| (length(day, place), 4)));
    (0..LEARNED_OVER_DAYS).map(day).collect()
}

/// As a visit does it, all but reading and writing.
fn derive(lines: &[Line<'_>], inputs: &Inputs, before: &[CycleSpread]) -> Vec<(Trs, Vec<TimeShare>, CycleSpread)> {
    let (id, file) = (VersionId(1), LogFileId(1));
    let version = Version { id, file, name_date: None, path: "a", bytes: b"", lines, half_line: None, rejects: &[] };
    let day = today()..=today();
    let derived = fold(zone(), day, Carry::default(), &[version], inputs, false, |_| SessionStatus::Complete);
    let figures = derived.sessions.into_iter().map(|(session, details)| {
        let mut spread = SpreadBuilder::default();
        spread.add(&details.pieces);
        let trs = assess(&session, zone(), inputs, Learned::from_spreads(before.iter()));
        black_box(assessment_anomaly(&session, &trs));
        black_box(details);
        let ledger = ledger(&trs);
        (trs, ledger, spread.build())
    });
    figures.collect()
}

fn machine_day(criterion: &mut Criterion) {
    let lines = lines();
    let (inputs, before) = (inputs(&lines), spreads());
    let derived = derive(&lines, &inputs, &before);
    assert!(matches!(&derived[..], [(trs, ledger, _)] if trs.trs().is_some() && ledger.len() == 8), "{derived:?}");
    let mut group = criterion.benchmark_group("machine-day");
    group.throughput(Throughput::Elements(u64::from(LINES)));
    group.bench_function("events to figures", |bench| {
        bench.iter(|| derive(black_box(&lines), black_box(&inputs), black_box(&before)));
    });
    group.bench_function("of it: learning from 30 days", |bench| {
        bench.iter(|| Learned::from_spreads(black_box(&before).iter()));
    });
    group.finish();
}

criterion_group!(benches, machine_day);
criterion_main!(benches);

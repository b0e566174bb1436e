use super::*;
use crate::anomaly::AnomalyKind;
use crate::event::{Event, JobProfile, Line};
use crate::ids::VersionId;
use crate::machine::MachineState::{Running, Stopped, Waiting};
use crate::stream::Version;
use crate::time::PlantZone;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use proptest::prelude::*;
use std::borrow::Cow;

pub(super) fn paris() -> PlantZone {
    PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN)
}

/// Reads `HH:MM event` of 16 June 2025, or `+1 HH:MM event` of a later day.
pub(super) fn day_of(lines: &[&str]) -> Vec<Line<'static>> {
    let mut before = None;
    let parse = |(text, number): (&&str, u32)| {
        let (days, rest) = text.strip_prefix('+').map_or((0, *text), |rest| {
            let (days, rest) = rest.split_once(' ').unwrap();
            (days.parse().unwrap(), rest)
        });
        let (time, event) = rest.split_once(' ').unwrap();
        let date = NaiveDate::from_ymd_opt(2025, 6, 16 + days).unwrap();
        let at = paris().resolve(NaiveDateTime::new(date, NaiveTime::parse_from_str(time, "%H:%M").unwrap()), before);
        before = Some(at);
        let event = match event.split_once(' ').unwrap_or((event, "")) {
            ("piece", _) => Event::PieceFinished { details: None },
            ("wait", minutes) => Event::Wait { duration: Millis::from_seconds(minutes.parse::<i64>().unwrap() * 60) },
            ("stop", _) => Event::Stop,
            ("start", _) => Event::Start,
            ("job", reference) => Event::JobLoaded(Box::new(JobProfile {
                reference: Cow::Owned(reference.to_owned()),
                length_mm: None,
                colour: None,
            })),
            (name, _) => Event::Other { name: Cow::Owned(name.to_owned()) },
        };
        Line { at, latest: at, number, text: Cow::Owned((*text).to_owned()), event }
    };
    lines.iter().zip(1..).map(parse).collect()
}

pub(super) fn version<'a>(lines: &'a [Line<'a>]) -> Version<'a> {
    let (id, file) = (VersionId(1), LogFileId(1));
    Version { id, file, name_date: None, path: "a", bytes: b"", lines, half_line: None, rejects: &[] }
}

pub(super) fn production_day(after: u32) -> ProductionDay {
    ProductionDay(NaiveDate::from_ymd_opt(2025, 6, 16 + after).unwrap())
}

fn derive(lines: &[&str], status: SessionStatus) -> Vec<(Session, Details)> {
    let lines = day_of(lines);
    fold(
        paris(),
        production_day(0)..=production_day(9),
        Carry::default(),
        &[version(&lines)],
        &Inputs::default(),
        false,
        |_| status,
    )
    .sessions
}

fn minutes(length: Millis) -> i64 {
    length.0 / 60_000
}

#[test]
fn a_normal_day_by_hand() {
    let lines = [
        "06:00 start",
        "06:01 job 215023",
        "06:10 piece",
        "06:12 wait 3",
        "06:20 piece",
        "06:30 stop",
        "06:50 start",
        "07:10 piece",
        "07:30 stop",
    ];
    let [(session, details)] = &derive(&lines, SessionStatus::Complete)[..] else { panic!() };
    assert_eq!(
        details.pieces.iter().map(|piece| piece.cycle.map(minutes)).collect::<Vec<_>>(),
        [None, Some(7), Some(30)]
    );
    let observed = session.observed;
    assert_eq!([observed.span, observed.wait, observed.stop, observed.effective()].map(minutes), [60, 3, 20, 37]);
    assert_eq!((details.jobs[0].pieces, session.job_count), (3, 1));
    assert_eq!(session.stops.len(), 1, "the stop that ends the day has no length");
    assert_eq!(details.anomalies, []);
}

#[test]
fn a_stop_over_night_is_cut_to_both_windows() {
    let lines = ["06:00 piece", "20:00 stop", "20:30 piece", "+1 06:00 piece", "+1 06:15 start", "+1 07:00 piece"];
    let sessions = derive(&lines, SessionStatus::Complete);
    let stops: Vec<Vec<i64>> =
        sessions.iter().map(|(session, _)| session.stops.iter().map(|stop| minutes(stop.length)).collect()).collect();
    assert_eq!(stops, [vec![30], vec![15]]);
    assert_eq!(sessions[1].0.stops[0].since, sessions[0].0.stops[0].start);
    let kinds =
        |(_, details): &(Session, Details)| details.anomalies.iter().map(|anomaly| anomaly.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&sessions[0]), [AnomalyKind::PieceWhileStopped]);
    assert_eq!(kinds(&sessions[1]), [AnomalyKind::PieceWhileStopped]);
}

#[test]
fn only_the_last_stop_of_an_open_session_has_no_end() {
    let lines = ["06:00 piece", "06:10 stop", "06:20 start", "06:30 piece", "06:40 stop"];
    let [(session, _)] = &derive(&lines, SessionStatus::Open)[..] else { panic!() };
    assert_eq!(session.stops.iter().map(StopPeriod::is_ongoing).collect::<Vec<_>>(), [false, true]);
    assert_eq!(session.stops[1].length, Millis::ZERO);
    let [(session, _)] = &derive(&lines, SessionStatus::Complete)[..] else { panic!() };
    assert_eq!(session.stops.len(), 1);
}

#[test]
fn a_wait_over_midnight_is_listed_on_both_days_and_a_job_is_carried() {
    let lines = ["22:00 job 7", "23:50 wait 20", "+1 00:30 piece", "+1 00:40 piece"];
    let sessions = derive(&lines, SessionStatus::Complete);
    assert_eq!(
        sessions.iter().map(|(session, _)| minutes(session.waits[0].interval.length())).collect::<Vec<_>>(),
        [10, 10]
    );
    assert_eq!(sessions[1].1.pieces[0].job, Some(JobKey { day: production_day(0), number: 1 }));
    assert_eq!(sessions[0].1.jobs[0].pieces, 0);
    let kinds: Vec<_> = sessions[0].1.anomalies.iter().map(|anomaly| anomaly.kind).collect();
    assert_eq!(kinds, [AnomalyKind::NoPieces]);
}

#[test]
fn a_clock_that_goes_back_keeps_its_line_and_makes_no_negative_length() {
    let lines = ["06:00 piece", "07:00 stop", "06:30 start", "08:00 piece"];
    let [(session, details)] = &derive(&lines, SessionStatus::Complete)[..] else { panic!() };
    assert_eq!(session.stops, []);
    assert_eq!(details.anomalies[0].kind, AnomalyKind::ClockWentBack);
    assert_eq!(minutes(session.observed.effective()), 120);
}

#[test]
fn the_timeline_has_no_gap_and_a_piece_on_a_boundary_begins_the_next_interval() {
    let lines = ["06:00 piece", "06:10 wait 10", "06:15 stop", "06:20 piece", "06:30 start", "06:40 piece"];
    let [(session, details)] = &derive(&lines, SessionStatus::Complete)[..] else { panic!() };
    let window = session.active();
    let strip = timeline(
        window,
        &stop_set(&session.stops),
        &wait_set(&session.waits),
        details.pieces.iter().map(|piece| piece.at),
    );
    let shape: Vec<_> = strip.iter().map(|part| (part.state, minutes(part.interval.length()), part.pieces)).collect();
    assert_eq!(shape, [(Running, 10, 1), (Waiting, 5, 0), (Stopped, 15, 1), (Running, 10, 1)]);
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Piece,
    Wait(i64),
    Stop,
    Start,
    Job,
}

fn streams() -> impl Strategy<Value = Vec<Line<'static>>> {
    let kind = prop_oneof![
        4 => Just(Kind::Piece),
        2 => (0i64..90_000).prop_map(Kind::Wait),
        1 => Just(Kind::Stop),
        1 => Just(Kind::Start),
        1 => Just(Kind::Job),
    ];
    prop::collection::vec((0i64..30_000, kind), 0..60).prop_map(|steps| {
        let mut at = paris().start_of(production_day(0));
        let step = |((seconds, kind), number): ((i64, Kind), u32)| {
            at = at + Millis::from_seconds(seconds);
            let event = match kind {
                Kind::Piece => Event::PieceFinished { details: None },
                Kind::Wait(seconds) => Event::Wait { duration: Millis::from_seconds(seconds.min(86_400)) },
                Kind::Stop => Event::Stop,
                Kind::Start => Event::Start,
                Kind::Job => Event::JobLoaded(Box::new(JobProfile {
                    reference: Cow::Borrowed("7"),
                    length_mm: None,
                    colour: None,
                })),
            };
            Line { at, latest: at, number, text: Cow::Owned(number.to_string()), event }
        };
        steps.into_iter().zip(1..).map(step).collect()
    })
}

proptest! {
    #[test]
    fn a_day_at_a_time_gives_the_same_sessions(lines in streams()) {
        let last = ProductionDay("2025-12-31".parse().unwrap());
        let version = [version(&lines)];
        let whole = fold(paris(), production_day(0)..=last, Carry::default(), &version, &Inputs::default(), false, |_| SessionStatus::Complete);
        let (mut carry, mut sessions, mut day) = (Carry::default(), Vec::new(), production_day(0));
        while day <= last {
            let step = fold(paris(), day..=day, carry.clone(), &version, &Inputs::default(), true, |_| SessionStatus::Complete);
            carry = step.carries.values().next_back().cloned().unwrap_or(carry);
            sessions.extend(step.sessions);
            day = day.next();
        }
        prop_assert_eq!(&sessions, &whole.sessions);
        prop_assert_eq!(whole.carries.values().next_back().cloned().unwrap_or_default(), carry);
    }

    #[test]
    fn figures_add_up_and_nothing_is_negative(lines in streams()) {
        let last = ProductionDay("2025-12-31".parse().unwrap());
        for (session, details) in fold(paris(), production_day(0)..=last, Carry::default(), &[version(&lines)], &Inputs::default(), false, |_| SessionStatus::Complete).sessions {
            let observed = session.observed;
            prop_assert!(observed.effective() >= Millis::ZERO && observed.wait >= Millis::ZERO && observed.stop >= Millis::ZERO);
            if let (Some(occupancy), Some(wait), Some(stop)) = (observed.occupancy_rate(), observed.wait_rate(), observed.stop_rate()) {
                prop_assert!((occupancy + wait + stop - 1.0).abs() < 1e-9);
            }
            let window = session.active();
            let strip = timeline(window, &stop_set(&session.stops), &wait_set(&session.waits), details.pieces.iter().map(|piece| piece.at));
            prop_assert_eq!(strip.iter().map(|part| part.interval.length()).sum::<Millis>(), window.length());
            prop_assert!(strip.windows(2).all(|pair| pair[0].interval.end() == pair[1].interval.start()));
            if !window.is_empty() {
                prop_assert_eq!(strip.iter().map(|part| part.pieces as usize).sum::<usize>(), details.pieces.len());
            }
            prop_assert!(details.pieces.iter().all(|piece| piece.cycle.is_none_or(|cycle| cycle >= Millis::ZERO)));
            let bounds = paris().day(session.day);
            prop_assert!(session.waits.iter().all(|wait| wait.interval.clip(bounds) == Some(wait.interval)));
        }
    }
}

/// Walks twice, first for the figures, then for the details, and takes these in parts of `size` lines.
fn walk_in_parts(lines: &[Line<'_>], size: usize) -> Vec<(Session, Details)> {
    let versions = [version(lines)];
    let none = Inputs::default();
    let walk = |keep, take: &mut dyn FnMut(&mut Walk<'_>, usize)| {
        let mut walk = Walk::new(paris(), keep, Carry::default(), &none);
        for (index, placed) in crate::stream::merge(&versions).into_iter().enumerate() {
            let line = &lines[placed.line];
            walk.step(placed, line, crate::stream::source(&versions[0], line));
            take(&mut walk, index);
        }
        walk
    };
    let figures = walk(Keep::Figures, &mut |_, _| {})
        .finish(production_day(0)..=production_day(9), false, |_| SessionStatus::Complete)
        .sessions;
    let mut whole: std::collections::BTreeMap<ProductionDay, (Session, Cycles, Details)> = figures
        .into_iter()
        .map(|(session, nothing)| {
            assert!(nothing.is_empty());
            (session.day, (session.clone(), Cycles::new(&session), Details::default()))
        })
        .collect();
    let mut add = |day: ProductionDay, mut part: Details| {
        let (_, cycles, details) = whole.get_mut(&day).unwrap();
        cycles.set(&mut part.pieces);
        details.pieces.extend(part.pieces);
        details.jobs.extend(part.jobs);
        details.anomalies.extend(part.anomalies);
    };
    let rest = walk(Keep::Details, &mut |walk, index| {
        if index % size == 0 {
            walk.take().into_iter().for_each(|(day, part)| add(day, part));
        }
    });
    rest.rest().into_iter().for_each(|(day, part)| add(day, part));
    let finish = |(session, _, mut details): (Session, Cycles, Details)| {
        details.anomalies.extend(session_anomalies(&session));
        details.anomalies.sort_by_key(|anomaly| (anomaly.at, anomaly.kind, anomaly.source));
        (session, details)
    };
    whole.into_values().map(finish).collect()
}

proptest! {
    #[test]
    fn walking_twice_in_parts_gives_the_same_as_once_in_memory(lines in streams(), size in 1usize..9) {
        let last = ProductionDay("2025-12-31".parse().unwrap());
        let once = fold(paris(), production_day(0)..=last, Carry::default(), &[version(&lines)], &Inputs::default(), false, |_| SessionStatus::Complete);
        prop_assert_eq!(walk_in_parts(&lines, size), once.sessions);
    }
}

//! Days small enough to be reckoned by hand. All are 16 June 2025, a Monday.

use super::*;
use crate::calendar::{Calendar, Calendars, PlannedStop, Shift, Times};
use crate::kpi::losses::{TimeKind, ledger};
use crate::session::tests::{day_of, paris, production_day};
use crate::session::{Qualification, Scrap, Watched};
use crate::time::Instant;
use chrono::{NaiveTime, Weekday};
use std::sync::Arc;

/// From "06:00-14:00".
fn times(text: &str) -> Times {
    let time = |text| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    let (start, end) = text.split_once('-').unwrap();
    Times { start: time(start), end: time(end) }
}

/// A plant that opens at these times, but for these breaks; pieces take a minute.
fn plant(opening: &[&str], breaks: &[&str]) -> Inputs {
    let both = [Weekday::Mon, Weekday::Tue];
    let shift = |text| both.map(|weekday| Shift { weekday, name: None, times: times(text) });
    let stop = |text| both.map(|weekday| PlannedStop { weekday, label: String::new(), times: times(text) });
    let calendar = Calendar {
        shifts: opening.iter().copied().flat_map(shift).collect(),
        planned_stops: breaks.iter().copied().flat_map(stop).collect(),
        exceptions: Vec::new(),
    };
    let calendars = Calendars::new(BTreeMap::new(), BTreeMap::from([(production_day(0), calendar)]));
    let mut inputs = Inputs { calendars, ..Inputs::default() };
    inputs.cycles.set(None, production_day(0), Some(Millis::from_seconds(60)));
    inputs
}

fn watched_until(until: Instant) -> Watched {
    Watched { from: production_day(0), until, out_of_use: Vec::new(), unread: Vec::new() }
}

/// Says why the machine was stopped at a time of that day.
fn qualify(inputs: &mut Inputs, lines: &[&str], at: &str, reason: &str, planned: bool) {
    let place = lines.iter().position(|line| *line == format!("{at} stop")).unwrap();
    let qualification = Qualification { reason: reason.to_owned(), planned, comment: None };
    inputs.stops.insert(day_of(lines)[place].at, Arc::new(qualification));
}

fn sessions(lines: &[&str], inputs: &Inputs, status: SessionStatus) -> Vec<(Session, Trs)> {
    let lines = day_of(lines);
    let all = production_day(0)..=production_day(1);
    let derived =
        fold(paris(), all, Carry::default(), &[version(&lines)], inputs, false, |day| match day.files().len() {
            0 => SessionStatus::Complete,
            _ => status,
        });
    let assessed = |(session, _): (Session, _)| {
        let trs = assess(&session, paris(), inputs, None);
        (session, trs)
    };
    derived.sessions.into_iter().map(assessed).collect()
}

fn only(lines: &[&str], inputs: &Inputs) -> Trs {
    let [(_, trs)] = &sessions(lines, inputs, SessionStatus::Complete)[..] else { panic!() };
    trs.clone()
}

/// TT, TO, TR, TF, TN in minutes.
fn minutes(trs: &Trs) -> [i64; 5] {
    [trs.total, trs.opening, trs.required, trs.operating, trs.net].map(|time| time.0 / 60_000)
}

/// The ledger in minutes.
fn parts(trs: &Trs) -> Vec<(TimeKind, Option<String>, i64, u32)> {
    let part = |part: crate::kpi::losses::TimeShare| {
        (part.kind, part.reason, (part.time / 60_000.0).round() as i64, part.occurrences)
    };
    ledger(trs).into_iter().map(part).collect()
}

#[test]
fn a_normal_day() {
    let lines = [
        "05:50 start",
        "06:10 piece",
        "06:30 wait 20",
        "07:00 stop",
        "07:30 start",
        "08:00 stop",
        "08:15 start",
        "09:30 stop",
        "10:30 start",
        "11:00 piece",
        "11:59 stop",
    ];
    let mut inputs = plant(&["06:00-12:00"], &["09:00-09:15"]);
    qualify(&mut inputs, &lines, "07:00", "PANNE", false);
    qualify(&mut inputs, &lines, "09:30", "MAINTENANCE", true);
    inputs.scrap.insert(production_day(0), vec![Scrap { pieces: 1, reference: None }]);
    let trs = only(&lines, &inputs);
    assert_eq!(minutes(&trs), [1440, 360, 285, 219, 2], "TF is 285 less stops of 30, 15 and 1 and a wait of 20");
    assert_eq!(
        parts(&trs),
        [
            (TimeKind::PlannedStop, None, 75, 2),
            (TimeKind::Stop, Some("PANNE".to_owned()), 30, 1),
            (TimeKind::Stop, None, 16, 2),
            (TimeKind::Wait, None, 20, 1),
            (TimeKind::Running, None, 1, 0),
            (TimeKind::SlowRunning, None, 217, 0),
            (TimeKind::Scrap, None, 1, 1),
        ]
    );
    assert_eq!([trs.availability(), trs.performance(), trs.quality()], [219.0 / 285.0, 2.0 / 219.0, 0.5].map(Some));
    assert_eq!([trs.trs(), trs.trg(), trs.tre()], [1.0 / 285.0, 1.0 / 360.0, 1.0 / 1440.0].map(Some));
    assert_eq!([trs.mtbf(), trs.mttr()], [219.0, 46.0].map(|minutes| Some(minutes * 60_000.0 / 3.0)));
}

#[test]
fn a_machine_that_is_stopped_all_day_and_one_of_which_nothing_is_known() {
    let mut inputs = plant(&["06:00-12:00"], &["09:00-09:15"]);
    let until = paris().day(production_day(1)).end();
    inputs.watched = Some(watched_until(until));
    let second = |lines: &[&str], inputs: &Inputs| {
        let [_, (session, trs)] = &sessions(lines, inputs, SessionStatus::Complete)[..] else { panic!() };
        assert_eq!((session.first_event, session.status), (None, SessionStatus::Complete));
        assert_eq!(
            (trs.trs(), trs.quality(), trs.missing()),
            (Some(0.0), Some(1.0), None),
            "a dead day lowers the week"
        );
        assert_eq!((trs.cycle_source, trs.calendar_source), (CycleSource::Machine, CalendarSource::Configured));
        trs.clone()
    };
    let stopped = ["06:00 piece", "11:00 stop"];
    let trs = second(&stopped, &inputs);
    assert_eq!(minutes(&trs), [1440, 360, 345, 0, 0]);
    assert_eq!(parts(&trs), [(TimeKind::PlannedStop, None, 15, 1), (TimeKind::Stop, None, 345, 1)]);
    assert_eq!([trs.mtbf(), trs.mttr()], [Some(0.0), Some(345.0 * 60_000.0)]);

    qualify(&mut inputs, &stopped, "11:00", "PANNE", false);
    let trs = second(&stopped, &inputs);
    assert_eq!(
        parts(&trs)[1],
        (TimeKind::Stop, Some("PANNE".to_owned()), 345, 1),
        "a reason holds on each day a stop spans"
    );

    let trs = second(&["06:00 piece", "11:00 stop", "11:30 start", "23:50 wait 400"], &inputs);
    assert_eq!(minutes(&trs), [1440, 360, 345, 345 - 30, 0], "it is slow, but for the wait that reaches to 06:30");
    assert_eq!(parts(&trs)[1], (TimeKind::Wait, None, 30, 1));
    assert_eq!(parts(&trs)[2], (TimeKind::SlowRunning, None, 315, 0));
    assert_eq!((trs.availability(), trs.performance(), trs.mtbf()), (Some(315.0 / 345.0), Some(0.0), None));

    inputs.watched = Some(watched_until(until + Millis(-1)));
    assert_eq!(sessions(&stopped, &inputs, SessionStatus::Complete).len(), 1, "more may still come");
    let mut inputs = plant(&["06:00-12:00"], &["05:00-12:00"]);
    inputs.watched = Some(watched_until(until));
    assert_eq!(sessions(&stopped, &inputs, SessionStatus::Complete).len(), 1, "no time was required");
}

#[test]
fn a_day_on_which_a_machine_was_out_of_use_or_a_file_could_not_be_read_is_not_told_as_lost() {
    let mut inputs = plant(&["06:00-12:00"], &[]);
    let tuesday = paris().day(production_day(1));
    let mut days_with = |out_of_use: Vec<Interval>, unread: Vec<_>| {
        inputs.watched = Some(Watched { out_of_use, unread, ..watched_until(tuesday.end()) });
        sessions(&["06:00 piece"], &inputs, SessionStatus::Complete).len()
    };
    assert_eq!(days_with(Vec::new(), Vec::new()), 2);
    let before = Interval::new(paris().start_of(production_day(0)), tuesday.start());
    let after = Interval::new(tuesday.end(), Instant(i64::MAX));
    assert_eq!(days_with(vec![before, after], Vec::new()), 2, "it was in use all day");
    for moment in [tuesday.start(), tuesday.end() + Millis(-1)] {
        assert_eq!(days_with(vec![Interval::new(moment, moment + Millis(1))], Vec::new()), 1);
    }
    assert_eq!(days_with(Vec::new(), vec![production_day(1)..=production_day(1)]), 1);
    assert_eq!(days_with(Vec::new(), vec![production_day(2)..=production_day(9)]), 2);
}

#[test]
fn a_stop_that_turns_out_to_have_begun_earlier_keeps_its_reason() {
    let mut inputs = plant(&["06:00-12:00"], &[]);
    let known = ["06:00 piece", "08:00 stop", "09:00 start", "10:00 piece"];
    qualify(&mut inputs, &known, "08:00", "PANNE", false);
    let broken = |trs: &Trs| parts(trs).into_iter().find(|part| part.0 == TimeKind::Stop);
    assert_eq!(broken(&only(&known, &inputs)), Some((TimeKind::Stop, Some("PANNE".to_owned()), 60, 1)));
    let late = ["06:00 piece", "07:30 stop", "08:00 stop", "09:00 start", "10:00 piece"];
    assert_eq!(broken(&only(&late, &inputs)), Some((TimeKind::Stop, Some("PANNE".to_owned()), 90, 1)));
    // What is said of it as it is now comes first.
    qualify(&mut inputs, &late, "07:30", "REGLAGE", false);
    assert_eq!(broken(&only(&late, &inputs)), Some((TimeKind::Stop, Some("REGLAGE".to_owned()), 90, 1)));
    // A stop that had ended before has no part in it.
    let two = ["06:00 piece", "07:00 stop", "08:00 start", "08:00 stop", "09:00 start", "10:00 piece"];
    let mut inputs = plant(&["06:00-12:00"], &[]);
    qualify(&mut inputs, &two, "08:00", "PANNE", false);
    let parts = parts(&only(&two, &inputs));
    let stops: Vec<_> = parts.into_iter().filter(|part| part.0 == TimeKind::Stop).collect();
    assert_eq!(stops, [(TimeKind::Stop, Some("PANNE".to_owned()), 60, 1), (TimeKind::Stop, None, 60, 1)]);
}

#[test]
fn an_open_session_is_cut_at_its_last_event() {
    let lines = ["06:10 piece", "07:00 wait 90", "08:00 stop", "08:30 start", "08:40 stop", "08:50 piece"];
    let mut inputs = plant(&["06:00-14:00", "20:00-22:00"], &["08:45-09:15", "12:00-12:30"]);
    let open = |inputs: &Inputs| {
        let [(session, trs)] = &sessions(&lines, inputs, SessionStatus::Open)[..] else { panic!() };
        (session.clone(), trs.clone())
    };
    let (session, trs) = open(&inputs);
    assert_eq!(session.stops.iter().map(StopPeriod::is_ongoing).collect::<Vec<_>>(), [false, true]);
    assert_eq!(minutes(&trs), [530, 170, 165, 70, 1], "the piece in the break does not count");
    assert_eq!(
        parts(&trs)[..3],
        [(TimeKind::PlannedStop, None, 5, 1), (TimeKind::Stop, None, 35, 2), (TimeKind::Wait, None, 60, 1)]
    );
    qualify(&mut inputs, &lines, "08:40", "PAUSE", true);
    let (_, trs) = open(&inputs);
    assert_eq!((minutes(&trs), trs.planned_stops), ([530, 170, 160, 70, 1], 2));

    let closed = only(&lines, &inputs);
    assert_eq!(
        minutes(&closed),
        [1440, 600, 160, 70, 1],
        "once it is complete, the planned stop goes on to the end of the day's opening"
    );
}

#[test]
fn a_planned_stop_that_covers_all_of_the_day_leaves_nothing_to_rate() {
    let lines = ["05:00 stop", "07:00 piece", "13:00 start"];
    let mut inputs = plant(&["06:00-12:00"], &[]);
    qualify(&mut inputs, &lines, "05:00", "MAINTENANCE", true);
    let trs = only(&lines, &inputs);
    assert_eq!(minutes(&trs), [1440, 360, 0, 0, 0]);
    assert_eq!([trs.availability(), trs.performance(), trs.trs()], [None; 3]);
    assert_eq!([trs.trg(), trs.tre(), trs.quality()], [Some(0.0), Some(0.0), Some(1.0)]);
    assert_eq!(trs.missing().as_deref(), Some("no required time"));
    assert_eq!(parts(&trs), [(TimeKind::PlannedStop, None, 360, 1)]);
    assert_eq!([trs.mtbf(), trs.mttr()], [None; 2]);
}

#[test]
fn of_two_stops_that_overlap_the_earlier_one_counts() {
    let lines = ["06:00 stop", "07:00 start", "06:30 stop", "07:15 start", "06:40 stop", "06:50 start", "08:00 piece"];
    let mut inputs = plant(&["05:00-09:00"], &[]);
    qualify(&mut inputs, &lines, "06:00", "PANNE", false);
    qualify(&mut inputs, &lines, "06:30", "OUTIL", false);
    let trs = only(&lines, &inputs);
    assert_eq!(minutes(&trs), [1440, 240, 240, 165, 1]);
    assert_eq!(
        parts(&trs)[..2],
        [(TimeKind::Stop, Some("OUTIL".to_owned()), 15, 1), (TimeKind::Stop, Some("PANNE".to_owned()), 60, 1)],
        "the third takes no time of its own"
    );
    assert_eq!((trs.stops.time.0 / 60_000, trs.stops.occurrences), (75, 3));
    qualify(&mut inputs, &lines, "06:00", "PAUSE", true);
    let trs = only(&lines, &inputs);
    assert_eq!(minutes(&trs), [1440, 240, 180, 165, 1], "where a planned one overlaps, no time is required");
    assert_eq!(trs.stops, Lost { time: Millis::from_seconds(15 * 60), occurrences: 1 });

    let lines = ["06:30 stop", "07:00 start", "06:00 stop", "06:40 start", "08:00 piece"];
    let mut inputs = plant(&["05:00-09:00"], &[]);
    qualify(&mut inputs, &lines, "06:30", "PANNE", false);
    let trs = only(&lines, &inputs);
    let stops = [(TimeKind::Stop, Some("PANNE".to_owned()), 20, 1), (TimeKind::Stop, None, 40, 1)];
    assert_eq!(parts(&trs)[..2], stops, "the earlier one, not the one that was read first");
}

#[test]
fn of_no_session_at_all_there_is_no_figure() {
    let trs = Trs::default();
    assert_eq!([trs.availability(), trs.performance(), trs.quality()], [None; 3]);
    assert_eq!([trs.trs(), trs.trg(), trs.tre(), trs.mtbf(), trs.mttr()], [None; 5]);
    assert_eq!((trs.missing().as_deref(), parts(&trs)), (Some("no session"), Vec::new()));
}

#[test]
fn a_wait_inside_a_planned_stop_is_no_loss() {
    let lines = ["06:00 start", "09:00 wait 10", "09:10 wait 10", "10:00 stop", "10:10 wait 10", "10:30 start"];
    let mut inputs = plant(&["06:00-12:00"], &["09:00-09:15"]);
    let trs = only(&lines, &inputs);
    assert_eq!(trs.waits, Lost { time: Millis::from_seconds(5 * 60), occurrences: 1 }, "a stop wins over a wait");
    assert_eq!(minutes(&trs), [1440, 360, 345, 310, 0]);
    qualify(&mut inputs, &lines, "10:00", "MAINTENANCE", true);
    let trs = only(&lines, &inputs);
    assert_eq!((minutes(&trs), trs.waits.occurrences), ([1440, 360, 315, 310, 0], 1));
}

#[test]
fn a_piece_on_the_first_and_the_last_instant_of_required_time_counts() {
    let inputs = plant(&["06:00-12:00"], &["09:00-09:15"]);
    let pieces = |lines: &[&str], inputs: &Inputs| only(lines, inputs).net.0 / 60_000;
    assert_eq!(pieces(&["06:00 piece", "09:00 piece", "09:15 piece", "12:00 piece"], &inputs), 4);
    assert_eq!(pieces(&["05:59 piece", "09:01 piece", "09:14 piece", "12:01 piece"], &inputs), 0);
    let mut observed = inputs.clone();
    observed.calendars = Calendars::default();
    assert_eq!(pieces(&["05:59 piece", "09:01 piece", "12:01 piece"], &observed), 3, "first and last event");
    assert_eq!(pieces(&["05:59 piece"], &observed), 0, "no time, no piece in it");
    assert_eq!(only(&["05:59 piece"], &observed).missing().as_deref(), Some("no required time"));

    let lines = ["07:00 stop", "07:00 piece", "07:30 piece", "08:00 piece", "08:00 start", "08:00 piece"];
    let mut stopped = inputs.clone();
    assert_eq!(pieces(&lines, &stopped), 4, "an unplanned stop is required time");
    qualify(&mut stopped, &lines, "07:00", "MAINTENANCE", true);
    assert_eq!(pieces(&lines, &stopped), 3);
}

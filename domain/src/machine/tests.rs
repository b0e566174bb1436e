use super::*;
use crate::calendar::{Calendar, Shift, Times};
use crate::time::ProductionDay;
use chrono::{NaiveDate, NaiveTime, Weekday};
use std::collections::BTreeMap;

const HOUR: i64 = 3_600_000;

/// 16 June 2025, a Monday, 00:00 UTC, and so many hours.
fn at(hours: f64) -> Instant {
    let midnight = NaiveDate::from_ymd_opt(2025, 6, 16).unwrap().and_time(NaiveTime::MIN).and_utc().timestamp_millis();
    Instant(midnight + (hours * HOUR as f64) as i64)
}

/// Open on Mondays from 6 to 14.
fn mondays() -> Calendars {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let shift = Shift { weekday: Weekday::Mon, name: None, times: Times { start: time(6), end: time(14) } };
    let calendar = Calendar { shifts: vec![shift], ..Calendar::default() };
    Calendars::new(BTreeMap::from([(ProductionDay(NaiveDate::default()), calendar)]), BTreeMap::new())
}

fn state(activity: Activity, calendars: &Calendars, now: f64) -> (MachineState, Option<Instant>) {
    let zone = PlantZone::new(chrono_tz::UTC, NaiveTime::MIN);
    let StateNow { state, since } = state_now(Some(&activity), calendars, zone, Millis(HOUR), at(now));
    (state, since)
}

#[test]
fn a_machine_is_off_only_after_an_hour_of_required_time_without_a_word() {
    let last =
        |hours| Activity { last_event: at(hours), stopped_since: None, last_wait: None, last_start: Some(at(1.0)) };
    let running = (MachineState::Running, Some(at(1.0)));
    assert_eq!(state(last(13.5), &mondays(), 20.0), running, "it closed at 14");
    assert_eq!(state(last(5.0), &mondays(), 6.9), running);
    assert_eq!(state(last(5.0), &mondays(), 7.0), (MachineState::Offline, Some(at(5.0))));
    assert_eq!(
        state(last(13.5), &mondays(), 7.0 * 24.0 + 6.5),
        (MachineState::Offline, Some(at(13.5))),
        "half and half"
    );
    assert_eq!(state(last(5.0), &Calendars::default(), 20.0), running);
    assert_eq!(state(last(5.0), &Calendars::default(), 29.0), (MachineState::Unknown, Some(at(5.0))));
}

#[test]
fn what_it_said_last_holds_until_then() {
    let stopped =
        Activity { last_event: at(9.0), stopped_since: Some(at(8.0)), last_wait: None, last_start: Some(at(7.0)) };
    assert_eq!(state(stopped, &mondays(), 9.5), (MachineState::Stopped, Some(at(8.0))));
    assert_eq!(state(stopped, &mondays(), 10.0), (MachineState::Offline, Some(at(9.0))));
    assert_eq!(state(stopped, &Calendars::default(), 500.0), (MachineState::Stopped, Some(at(8.0))));
    let wait = Interval::new(at(9.0), at(9.25));
    let waiting = Activity { stopped_since: None, last_wait: Some(wait), ..stopped };
    assert_eq!(state(waiting, &mondays(), 9.1), (MachineState::Waiting, Some(at(9.0))));
    assert_eq!(state(waiting, &mondays(), 9.25), (MachineState::Running, Some(at(9.25))));
    let zone = PlantZone::new(chrono_tz::UTC, NaiveTime::MIN);
    let never = state_now(None, &mondays(), zone, Millis(HOUR), at(9.0));
    assert_eq!(never, StateNow { state: MachineState::Unknown, since: None });
}

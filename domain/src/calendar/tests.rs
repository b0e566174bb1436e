use super::*;
use crate::time::Instant;
use chrono::NaiveDateTime;
use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
use chrono_tz::Tz;
use proptest::prelude::*;

const WEEK: [Weekday; 7] = [Mon, Tue, Wed, Thu, Fri, Sat, Sun];

fn paris(day_start: &str) -> PlantZone {
    PlantZone::new(chrono_tz::Europe::Paris, time(day_start))
}

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

fn day(text: &str) -> ProductionDay {
    ProductionDay(text.parse().unwrap())
}

/// From "06:00-14:00".
fn times(text: &str) -> Times {
    let (start, end) = text.split_once('-').unwrap();
    Times { start: time(start), end: time(end) }
}

fn shifts(weekdays: &[Weekday], texts: &[&str]) -> Vec<Shift> {
    let of = |weekday: Weekday| {
        texts.iter().map(move |text| Shift { weekday, name: Some("A shift".to_owned()), times: times(text) })
    };
    weekdays.iter().copied().flat_map(of).collect()
}

fn stop(weekday: Weekday, text: &str) -> PlannedStop {
    PlannedStop { weekday, label: "A break".to_owned(), times: times(text) }
}

fn exception(date: &str, opening: ExceptionalOpening) -> CalendarException {
    CalendarException { date: date.parse().unwrap(), label: None, opening }
}

/// The calendar of every day of the week.
fn daily(texts: &[&str]) -> Calendar {
    Calendar { shifts: shifts(&WEEK, texts), ..Calendar::default() }
}

/// A plant's only calendar, since always.
fn always(calendar: Calendar) -> Calendars {
    Calendars::new(BTreeMap::new(), BTreeMap::from([(day("2000-01-01"), calendar)]))
}

/// As "16 22:00-17 06:00", by the dates of the month that the plant's clock shows.
fn shown(zone: PlantZone, parts: &[Interval]) -> Vec<String> {
    let clock = |at: Instant| zone.local(at).format("%d %H:%M").to_string();
    parts.iter().map(|part| format!("{}-{}", clock(part.start()), clock(part.end()))).collect()
}

fn open(calendars: &Calendars, zone: PlantZone, date: &str) -> Vec<String> {
    shown(zone, calendars.hours(zone, day(date)).unwrap().opening.parts())
}

fn minutes(set: &IntervalSet) -> i64 {
    set.length().0 / 60_000
}

fn opening_minutes(calendars: &Calendars, zone: PlantZone, date: &str) -> i64 {
    minutes(&calendars.hours(zone, day(date)).unwrap().opening)
}

#[test]
fn a_night_shift_belongs_to_the_date_it_starts_on() {
    let calendars = always(Calendar { shifts: shifts(&[Mon], &["22:00-06:00"]), ..Calendar::default() });
    let midnight = paris("00:00");
    assert_eq!(open(&calendars, midnight, "2025-06-16"), ["16 22:00-17 00:00"]);
    assert_eq!(open(&calendars, midnight, "2025-06-17"), ["17 00:00-17 06:00"]);
    assert!(open(&calendars, midnight, "2025-06-15").is_empty() && open(&calendars, midnight, "2025-06-18").is_empty());
}

#[test]
fn a_production_day_takes_what_lies_between_its_starts() {
    let calendars = always(daily(&["22:00-06:00", "03:00-04:00"]));
    assert_eq!(open(&calendars, paris("05:00"), "2025-06-16"), ["16 05:00-16 06:00", "16 22:00-17 05:00"]);
    assert_eq!(
        open(&calendars, paris("23:00"), "2025-06-16"),
        ["16 23:00-17 06:00", "17 22:00-17 23:00"],
        "a day that starts at 23:00 is nearly all on the next date"
    );
}

#[test]
fn equal_times_are_24_hours() {
    let calendars = always(Calendar { shifts: shifts(&[Mon], &["10:00-10:00"]), ..Calendar::default() });
    let window = Interval::new(paris("05:00").start_of(day("2025-06-14")), paris("05:00").start_of(day("2025-06-20")));
    let required = calendars.required(paris("05:00"), window);
    assert_eq!(shown(paris("05:00"), required.parts()), ["16 10:00-17 10:00"]);
    assert_eq!(open(&calendars, paris("05:00"), "2025-06-17"), ["17 05:00-17 10:00"]);
}

#[test]
fn overlapping_shifts_are_a_union() {
    let calendars = always(daily(&["06:00-14:00", "13:30-22:00", "22:00-23:00"]));
    assert_eq!(open(&calendars, paris("05:00"), "2025-06-16"), ["16 06:00-16 23:00"]);
    assert_eq!(opening_minutes(&calendars, paris("05:00"), "2025-06-16"), 17 * 60);
}

#[test]
fn an_exception_replaces_all_shifts_of_its_date() {
    let own = ExceptionalOpening::Times(times("08:00-12:00"));
    let more = ExceptionalOpening::Times(times("11:00-15:00"));
    let (closed, normal) = (ExceptionalOpening::Closed, ExceptionalOpening::Normal);
    let cases: [(&[ExceptionalOpening], &[&str]); 6] = [
        (&[closed], &[]),
        (&[own], &["16 08:00-16 12:00"]),
        (&[normal], &["16 06:00-16 10:00", "16 18:00-16 20:00"]),
        (&[own, more], &["16 08:00-16 15:00"]),
        (&[closed, own], &["16 08:00-16 12:00"]),
        (&[more, normal, closed], &["16 06:00-16 10:00", "16 11:00-16 15:00", "16 18:00-16 20:00"]),
    ];
    for (openings, expected) in cases {
        let exceptions = openings.iter().map(|opening| exception("2025-06-16", *opening)).collect();
        let calendars = always(Calendar { exceptions, ..daily(&["06:00-10:00", "18:00-20:00"]) });
        assert_eq!(open(&calendars, paris("00:00"), "2025-06-16"), expected, "{openings:?}");
        assert_eq!(open(&calendars, paris("00:00"), "2025-06-17"), ["17 06:00-17 10:00", "17 18:00-17 20:00"]);
    }
}

#[test]
fn an_exception_moves_a_night_shift_whole() {
    let night = || Calendar { shifts: shifts(&[Mon], &["22:00-06:00"]), ..Calendar::default() };
    let closed = |date| always(Calendar { exceptions: vec![exception(date, ExceptionalOpening::Closed)], ..night() });
    let zone = paris("05:00");
    let both = |calendars: &Calendars| [open(calendars, zone, "2025-06-16"), open(calendars, zone, "2025-06-17")];
    assert_eq!(both(&closed("2025-06-16")), [Vec::<String>::new(), Vec::new()]);
    assert_eq!(both(&closed("2025-06-17")), [["16 22:00-17 05:00"], ["17 05:00-17 06:00"]]);
}

#[test]
fn planned_stops_count_only_inside_opening() {
    let planned = vec![stop(Mon, "09:45-10:15"), stop(Mon, "05:00-05:30"), stop(Mon, "07:00-07:30")];
    let calendar = Calendar { planned_stops: planned, ..daily(&["06:00-10:00", "10:10-12:00"]) };
    let zone = paris("00:00");
    let hours = always(calendar.clone()).hours(zone, day("2025-06-16")).unwrap();
    assert_eq!(shown(zone, &hours.planned), ["16 07:00-16 07:30", "16 09:45-16 10:00", "16 10:10-16 10:15"]);
    assert_eq!(shown(zone, hours.required().parts()), ["16 06:00-16 07:00", "16 07:30-16 09:45", "16 10:15-16 12:00"]);
    assert!(always(calendar.clone()).hours(zone, day("2025-06-17")).unwrap().planned.is_empty());

    let exceptions = vec![exception("2025-06-16", ExceptionalOpening::Times(times("04:00-05:15")))];
    let hours = always(Calendar { exceptions, ..calendar.clone() }).hours(zone, day("2025-06-16")).unwrap();
    assert_eq!(shown(zone, &hours.planned), ["16 05:00-16 05:15"]);

    let exceptions = vec![exception("2025-06-16", ExceptionalOpening::Closed)];
    let hours = always(Calendar { exceptions, ..calendar }).hours(zone, day("2025-06-16"));
    assert_eq!(hours, Some(Hours::default()));
}

#[test]
fn planned_stops_that_overlap_stay_apart_and_count_once() {
    let planned_stops = vec![stop(Mon, "09:00-10:00"), stop(Mon, "08:30-09:30"), stop(Sun, "23:00-07:00")];
    let calendars = always(Calendar { planned_stops, ..daily(&["06:00-12:00"]) });
    let zone = paris("05:00");
    let hours = calendars.hours(zone, day("2025-06-16")).unwrap();
    assert_eq!(shown(zone, &hours.planned), ["16 06:00-16 07:00", "16 08:30-16 09:30", "16 09:00-16 10:00"]);
    assert_eq!(minutes(&hours.required()), 210);
}

#[test]
fn a_new_calendar_leaves_the_past_as_it_was() {
    let zone = paris("05:00");
    let old =
        Calendar { planned_stops: vec![stop(Tue, "01:00-02:00"), stop(Tue, "04:30-05:30")], ..daily(&["22:00-06:00"]) };
    let closed = exception("2025-06-16", ExceptionalOpening::Closed);
    let new = Calendar { exceptions: vec![closed], ..daily(&["04:00-04:30", "08:00-12:00"]) };
    let before = always(old.clone());
    let plant = BTreeMap::from([(day("2000-01-01"), old), (day("2025-06-17"), new)]);
    let after = Calendars::new(BTreeMap::new(), plant);
    for date in ["2025-06-15", "2025-06-16"] {
        assert_eq!(after.hours(zone, day(date)), before.hours(zone, day(date)));
    }
    let hours = after.hours(zone, day("2025-06-17")).unwrap();
    assert_eq!(
        shown(zone, hours.opening.parts()),
        ["17 05:00-17 06:00", "17 08:00-17 12:00", "18 04:00-18 04:30"],
        "the old night shift ends as it was meant to, and nothing of the new calendar starts before its day"
    );
    assert_eq!(shown(zone, &hours.planned), ["17 05:00-17 05:30"]);
}

#[test]
fn a_machines_own_calendar_goes_before_the_plants() {
    let (early, own, late) = (daily(&["06:00-07:00"]), daily(&["08:00-09:00"]), daily(&["10:00-11:00"]));
    let plant = BTreeMap::from([(day("2025-06-10"), early.clone()), (day("2025-06-20"), late)]);
    let calendars = Calendars::new(BTreeMap::from([(day("2025-06-15"), own.clone())]), plant);
    let in_force = |date| calendars.in_force(day(date));
    assert_eq!(in_force("2025-06-09"), None);
    assert_eq!([in_force("2025-06-10"), in_force("2025-06-14")], [Some(&early), Some(&early)]);
    assert_eq!([in_force("2025-06-15"), in_force("2025-06-30")], [Some(&own), Some(&own)]);
    assert_eq!(calendars.hours(paris("05:00"), day("2025-06-09")), None);
    assert!(!calendars.is_empty() && Calendars::default().is_empty());
}

#[test]
fn nothing_is_required_where_no_calendar_is_in_force() {
    let zone = paris("05:00");
    let calendars = Calendars::new(BTreeMap::from([(day("2025-06-16"), daily(&["00:00-00:00"]))]), BTreeMap::new());
    let window = |from, to| Interval::new(zone.start_of(day(from)), zone.start_of(day(to)));
    assert!(calendars.required(zone, window("2025-06-01", "2025-06-16")).is_empty());
    assert!(Calendars::default().required(zone, window("2025-06-01", "2025-06-16")).is_empty());
    let required = calendars.required(zone, Interval::new(Instant(i64::MIN), zone.start_of(day("2025-06-18"))));
    assert_eq!(shown(zone, required.parts()), ["17 00:00-18 05:00"], "the first shift to start on that day");
}

#[test]
fn days_of_23_and_25_hours() {
    let (midnight, late) = (paris("00:00"), paris("23:00"));
    let all_day = always(daily(&["00:00-00:00"]));
    assert_eq!(opening_minutes(&all_day, midnight, "2025-03-30"), 23 * 60);
    assert_eq!(opening_minutes(&all_day, midnight, "2025-10-26"), 25 * 60);
    assert_eq!(
        [opening_minutes(&all_day, late, "2025-03-29"), opening_minutes(&all_day, late, "2025-10-25")],
        [23 * 60, 25 * 60]
    );

    let night = always(daily(&["22:00-06:00"]));
    let required = |from, to| {
        let window = Interval::new(midnight.start_of(day(from)), midnight.start_of(day(to)));
        night.required(midnight, window).parts().iter().map(|part| part.length().0 / 3_600_000).collect::<Vec<_>>()
    };
    assert_eq!(required("2025-03-29", "2025-03-31"), [6, 7, 2]);
    assert_eq!(required("2025-10-25", "2025-10-27"), [6, 9, 2]);
}

#[test]
fn times_in_the_gap_and_in_the_repeated_hour_take_the_first_offset() {
    let zone = paris("00:00");
    let calendars = always(daily(&["01:30-02:30"]));
    assert_eq!(open(&calendars, zone, "2025-03-30"), ["30 01:30-30 03:30"]);
    assert_eq!(opening_minutes(&calendars, zone, "2025-03-30"), 60);
    assert_eq!(opening_minutes(&calendars, zone, "2025-10-26"), 60);
    let calendars = always(daily(&["02:30-03:15"]));
    assert_eq!(opening_minutes(&calendars, zone, "2025-03-30"), 0, "its end comes before its start");
    assert_eq!(opening_minutes(&calendars, zone, "2025-10-26"), 105);
}

#[test]
fn a_shift_may_reach_the_second_day_after_its_own() {
    // On 2025-03-30 the day starts at what is 03:45: the shift starts before it, and ends after 02:45 of the next date.
    let zone = paris("02:45");
    let calendars = always(Calendar { shifts: shifts(&[Sun], &["03:10-03:10"]), ..Calendar::default() });
    assert_eq!(open(&calendars, zone, "2025-03-29"), ["30 03:10-30 03:45"]);
    assert_eq!(open(&calendars, zone, "2025-03-31"), ["31 02:45-31 03:10"]);
}

#[test]
fn what_starts_on_a_date_that_the_zone_leaves_out_lies_on_the_next() {
    // Apia had no 2011-12-30, a Friday.
    let zone = PlantZone::new(chrono_tz::Pacific::Apia, time("05:00"));
    let calendar = Calendar { shifts: shifts(&[Fri], &["08:00-09:00"]), ..Calendar::default() };
    let calendars = Calendars::new(BTreeMap::from([(day("2011-12-31"), calendar)]), BTreeMap::new());
    assert_eq!(open(&calendars, zone, "2011-12-31"), ["31 08:00-31 09:00"]);
}

#[test]
fn years_are_whole() {
    let zone = paris("05:00");
    let mut calendar = daily(&["06:00-14:00", "14:00-22:00"]);
    calendar.planned_stops = WEEK.map(|weekday| stop(weekday, "12:00-12:30")).to_vec();
    let holidays = day("2000-01-01").0.iter_days().step_by(10).take(1000);
    let closed = |date| CalendarException { date, label: None, opening: ExceptionalOpening::Closed };
    calendar.exceptions = holidays.map(closed).collect();
    let window = Interval::new(zone.start_of(day("2000-01-01")), zone.start_of(day("2027-05-19")));
    assert_eq!(minutes(&always(calendar).required(zone, window)), 9000 * 930);
}

/// The membership of an instant by the rules read one after the other, over far more dates than may matter.
struct Naive {
    openings: Vec<(Instant, Instant)>,
    stops: Vec<(Instant, Instant)>,
}

impl Naive {
    fn new(own: &Days, plant: &Days, zone: PlantZone, around: NaiveDate) -> Self {
        let mut naive = Self { openings: Vec::new(), stops: Vec::new() };
        for calendar in own.values().chain(plant.values()) {
            for date in (around - chrono::Days::new(10)).iter_days().take(24) {
                let lies = |times: &Times| {
                    Some(span(zone, date, *times)).filter(|span| {
                        let governing = governing(own, plant, holder(zone, span.0));
                        governing.is_some_and(|governing| std::ptr::eq(governing, calendar))
                    })
                };
                naive.openings.extend(opening_times(calendar, date).iter().filter_map(lies));
                let stops = calendar.planned_stops.iter().filter(|stop| stop.weekday == date.weekday());
                naive.stops.extend(stops.filter_map(|stop| lies(&stop.times)));
            }
        }
        naive
    }

    fn open(&self, at: Instant) -> bool {
        self.openings.iter().any(|(start, end)| *start <= at && at < *end)
    }

    fn stops(&self, at: Instant) -> usize {
        self.stops.iter().filter(|(start, end)| *start <= at && at < *end).count()
    }
}

fn opening_times(calendar: &Calendar, date: NaiveDate) -> Vec<Times> {
    let normal = || calendar.shifts.iter().filter(|shift| shift.weekday == date.weekday()).map(|shift| shift.times);
    let exceptions: Vec<_> = calendar.exceptions.iter().filter(|exception| exception.date == date).collect();
    if exceptions.is_empty() {
        return normal().collect();
    }
    let said = |exception: &&CalendarException| match exception.opening {
        ExceptionalOpening::Closed => vec![],
        ExceptionalOpening::Normal => normal().collect(),
        ExceptionalOpening::Times(times) => vec![times],
    };
    exceptions.iter().flat_map(said).collect()
}

fn span(zone: PlantZone, date: NaiveDate, times: Times) -> (Instant, Instant) {
    let start = NaiveDateTime::new(date, times.start);
    let mut end = NaiveDateTime::new(date, times.end);
    if end <= start {
        end += chrono::TimeDelta::hours(24);
    }
    (zone.candidates(start).0, zone.candidates(end).0)
}

fn holder(zone: PlantZone, at: Instant) -> ProductionDay {
    let mut days = (zone.local(at).date() - chrono::Days::new(4)).iter_days().take(8).map(ProductionDay);
    days.find(|day| zone.start_of(*day) <= at && at < zone.start_of(day.next())).unwrap()
}

fn governing<'a>(own: &'a Days, plant: &'a Days, day: ProductionDay) -> Option<&'a Calendar> {
    let latest = |days: &'a Days| days.iter().rfind(|(from, _)| **from <= day).map(|(_, calendar)| calendar);
    latest(own).or(latest(plant))
}

type Days = BTreeMap<ProductionDay, Calendar>;

const QUARTER: i64 = 15 * 60 * 1000;

/// A time of day; often near those at which clocks change.
fn quarter() -> impl Strategy<Value = NaiveTime> {
    let quarters = prop_oneof![3 => 0u32..96, 1 => 6u32..16, 1 => 88u32..96, 1 => 0u32..6];
    quarters.prop_map(|quarter| NaiveTime::from_hms_opt(quarter / 4, quarter % 4 * 15, 0).unwrap())
}

fn any_times() -> impl Strategy<Value = Times> {
    prop_oneof![
        5 => (quarter(), quarter()).prop_map(|(start, end)| Times { start, end }),
        1 => quarter().prop_map(|start| Times { start, end: start }),
    ]
}

fn any_calendar(around: NaiveDate) -> impl Strategy<Value = Calendar> {
    let weekday = || prop::sample::select(WEEK.to_vec());
    let shift = (weekday(), any_times()).prop_map(|(weekday, times)| Shift { weekday, name: None, times });
    let stop =
        (weekday(), any_times()).prop_map(|(weekday, times)| PlannedStop { weekday, label: String::new(), times });
    let opening = prop_oneof![
        Just(ExceptionalOpening::Closed),
        Just(ExceptionalOpening::Normal),
        any_times().prop_map(ExceptionalOpening::Times),
    ];
    let exception =
        (near(around, 4), opening).prop_map(|(date, opening)| CalendarException { date, label: None, opening });
    let parts = (
        prop::collection::vec(shift, 0..12),
        prop::collection::vec(stop, 0..8),
        prop::collection::vec(exception, 0..5),
    );
    parts.prop_map(|(shifts, planned_stops, exceptions)| Calendar { shifts, planned_stops, exceptions })
}

fn near(around: NaiveDate, days: i64) -> impl Strategy<Value = NaiveDate> {
    (-days..=days).prop_map(move |days| around + chrono::TimeDelta::days(days))
}

fn by_day(around: NaiveDate) -> impl Strategy<Value = Days> {
    let from = near(around, 6).prop_map(ProductionDay);
    prop::collection::btree_map(from, any_calendar(around), 0..3)
}

/// A zone, and a date on which its clock changes.
fn changes() -> impl Strategy<Value = (Tz, NaiveDate)> {
    let changes = [
        (chrono_tz::Europe::Paris, "2025-03-30"),
        (chrono_tz::Europe::Paris, "2025-10-26"),
        (chrono_tz::America::Nuuk, "2024-03-30"),
        (chrono_tz::America::Nuuk, "2024-10-26"),
        (chrono_tz::America::Havana, "2025-03-09"),
        (chrono_tz::America::Havana, "2025-11-02"),
        (chrono_tz::Asia::Beirut, "2025-03-30"),
        (chrono_tz::Asia::Beirut, "2025-10-26"),
        (chrono_tz::Australia::Lord_Howe, "2025-04-06"),
        (chrono_tz::Australia::Lord_Howe, "2025-10-05"),
        (chrono_tz::Pacific::Apia, "2011-12-30"),
    ];
    prop::sample::select(changes.map(|(zone, date)| (zone, date.parse().unwrap())).to_vec())
}

type Case = (PlantZone, NaiveDate, Days, Days);

fn cases() -> impl Strategy<Value = Case> {
    (changes(), quarter()).prop_flat_map(|((zone, date), start)| {
        (Just(PlantZone::new(zone, start)), near(date, 2), by_day(date), by_day(date))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn hours_are_what_the_rules_say((zone, date, own, plant) in cases(), cut in (0i64..200, 0i64..200)) {
        let naive = Naive::new(&own, &plant, zone, date);
        let calendars = Calendars::new(own.clone(), plant.clone());
        let mut all = IntervalSet::default();
        let days: Vec<_> = date.iter_days().take(4).map(ProductionDay).collect();
        for day in &days {
            let hours = calendars.hours(zone, *day);
            prop_assert_eq!(hours.is_some(), governing(&own, &plant, *day).is_some());
            prop_assert_eq!(calendars.in_force(*day), governing(&own, &plant, *day));
            let (hours, bounds) = (hours.unwrap_or_default(), zone.day(*day));
            prop_assert_eq!(&hours.opening.clip(bounds), &hours.opening);
            let planned = &hours.planned;
            prop_assert!(planned.iter().all(|stop| hours.opening.clip(*stop) == IntervalSet::from(*stop)));
            prop_assert!(planned.iter().all(|stop| !stop.is_empty()));
            prop_assert!(planned.windows(2).all(|pair| pair[0].start() <= pair[1].start()));
            for at in (bounds.start().0..bounds.end().0).step_by(QUARTER as usize).map(Instant) {
                let open = hours.opening.parts().iter().any(|part| part.contains(at));
                prop_assert_eq!(open, naive.open(at), "open at {}", zone.local(at));
                let stops = planned.iter().filter(|stop| stop.contains(at)).count();
                prop_assert_eq!(stops, if open { naive.stops(at) } else { 0 }, "stopped at {}", zone.local(at));
            }
            let required = hours.required();
            prop_assert!(all.intersection(&required).is_empty());
            all = all.union(&required);
        }
        let window = Interval::new(zone.start_of(days[0]), zone.day(days[3]).end());
        prop_assert_eq!(&calendars.required(zone, window), &all);
        let (from, to) = (Instant(window.start().0 + cut.0 * QUARTER), Instant(window.end().0 - cut.1 * QUARTER));
        let part = Interval::new(from, to);
        prop_assert_eq!(calendars.required(zone, part), all.clip(part));
    }
}

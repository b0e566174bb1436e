//! Instants, production days and the plant's zone.

use crate::interval::Interval;
use crate::units::Millis;
use chrono::{DateTime, Days, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use std::ops::{Add, Sub};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(pub i64);

impl Instant {
    /// As a date and time in UTC.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_millis())
    }
}

impl Sub for Instant {
    type Output = Millis;
    fn sub(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Millis> for Instant {
    type Output = Self;
    fn add(self, length: Millis) -> Self {
        Self(self.0.saturating_add(length.0))
    }
}

/// A production day, named by the local date on which it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProductionDay(pub NaiveDate);

impl ProductionDay {
    /// The day after; the last date that exists has itself.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.succ_opt().unwrap_or(self.0))
    }

    /// The day before; the first date that exists has itself.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.pred_opt().unwrap_or(self.0))
    }
}

impl std::fmt::Display for ProductionDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The plant's IANA zone and the local time at which its production days start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlantZone {
    zone: Tz,
    day_start: NaiveTime,
}

impl PlantZone {
    /// Days that start at `day_start` in `zone`.
    pub fn new(zone: Tz, day_start: NaiveTime) -> Self {
        Self { zone, day_start }
    }

    /// The IANA zone.
    pub fn zone(self) -> Tz {
        self.zone
    }

    /// What a clock on the plant's wall shows at `at`.
    pub fn local(self, at: Instant) -> NaiveDateTime {
        at.to_utc().with_timezone(&self.zone).naive_local()
    }

    /// Both instants at which the plant's clock shows `local`: the same one twice, but in the repeated hour of an autumn
    /// change. A time that a spring change leaves out takes the offset in force before it.
    pub fn candidates(self, local: NaiveDateTime) -> (Instant, Instant) {
        match self.zone.from_local_datetime(&local) {
            MappedLocalTime::Single(at) => (at.to_utc().into(), at.to_utc().into()),
            MappedLocalTime::Ambiguous(first, later) => {
                let (first, later) = (first.to_utc().into(), later.to_utc().into());
                if first <= later { (first, later) } else { (later, first) }
            }
            MappedLocalTime::None => {
                let at = self.inside_gap(local);
                (at, at)
            }
        }
    }

    /// The instant of a line that shows `local`, `before` being that of the line before it in its file: the first
    /// candidate that does not step back from `before`, else the later one.
    pub fn resolve(self, local: NaiveDateTime, before: Option<Instant>) -> Instant {
        pick(self.candidates(local), before)
    }

    /// The offset from UTC all through the local date `date`, or nothing when it changes then or on a neighbour.
    pub fn fixed_offset_on(self, date: NaiveDate) -> Option<Millis> {
        let from = date.pred_opt()?.and_time(NaiveTime::MIN);
        let to = date.checked_add_days(Days::new(2))?.and_time(NaiveTime::MIN);
        let offset = |local: NaiveDateTime| self.zone.offset_from_utc_datetime(&local).fix().local_minus_utc();
        let mid = date.and_time(NaiveTime::MIN);
        let same = offset(from) == offset(mid) && offset(mid) == offset(to);
        same.then(|| Millis::from_seconds(i64::from(offset(mid))))
    }

    /// The first instant of `day`.
    pub fn start_of(self, day: ProductionDay) -> Instant {
        self.candidates(day.0.and_time(self.day_start)).0
    }

    /// All of `day`: 23, 24 or 25 hours.
    pub fn day(self, day: ProductionDay) -> Interval {
        Interval::new(self.start_of(day), self.start_of(day.next()))
    }

    /// The production day that holds `at`.
    pub fn day_of(self, at: Instant) -> ProductionDay {
        let day = ProductionDay(self.local(at).date());
        if at < self.start_of(day) {
            day.previous()
        } else if at >= self.start_of(day.next()) {
            day.next()
        } else {
            day
        }
    }

    fn inside_gap(self, local: NaiveDateTime) -> Instant {
        let before = local.checked_sub_days(Days::new(1)).unwrap_or(local);
        let offset = self.zone.offset_from_utc_datetime(&before).fix().local_minus_utc();
        Instant(local.and_utc().timestamp_millis()) + Millis::from_seconds(-i64::from(offset))
    }
}

/// The first of two candidates that does not step back from `before`, else the later one.
pub fn pick((first, later): (Instant, Instant), before: Option<Instant>) -> Instant {
    match before {
        Some(before) if first < before => later,
        _ => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plant(start: (u32, u32)) -> PlantZone {
        PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::from_hms_opt(start.0, start.1, 0).unwrap())
    }

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    fn utc(text: &str) -> Instant {
        Instant(local(text).and_utc().timestamp_millis())
    }

    #[test]
    fn the_repeated_hour_takes_the_first_offset_that_does_not_step_back() {
        let zone = plant((0, 0));
        let half_past_two = local("2025-10-26 02:30");
        assert_eq!(zone.resolve(half_past_two, None), utc("2025-10-26 00:30"));
        assert_eq!(zone.resolve(half_past_two, Some(utc("2025-10-26 00:30"))), utc("2025-10-26 00:30"));
        assert_eq!(zone.resolve(half_past_two, Some(utc("2025-10-26 00:31"))), utc("2025-10-26 01:30"));
        assert_eq!(zone.resolve(half_past_two, Some(utc("2025-10-26 09:00"))), utc("2025-10-26 01:30"));
    }

    #[test]
    fn a_time_that_does_not_exist_takes_the_offset_before_the_change() {
        assert_eq!(plant((0, 0)).resolve(local("2025-03-30 02:30"), None), utc("2025-03-30 01:30"));
    }

    #[test]
    fn days_have_23_24_or_25_hours() {
        let hours = |date: &str| {
            let day = ProductionDay(date.parse().unwrap());
            plant((0, 0)).day(day).length().hours()
        };
        assert_eq!((hours("2025-03-30"), hours("2025-06-16"), hours("2025-10-26")), (23.0, 24.0, 25.0));
    }

    #[test]
    fn a_day_start_inside_the_gap_or_the_repeated_hour_takes_the_first_offset() {
        let zone = plant((2, 30));
        assert_eq!(zone.start_of(ProductionDay("2025-03-30".parse().unwrap())), utc("2025-03-30 01:30"));
        assert_eq!(zone.start_of(ProductionDay("2025-10-26".parse().unwrap())), utc("2025-10-26 00:30"));
    }

    proptest! {
        #[test]
        fn every_instant_lies_in_exactly_one_day(at in 0i64..7_258_118_400_000, hour in 0u32..24, minute in 0u32..60) {
            let zone = plant((hour, minute));
            let at = Instant(at);
            let day = zone.day_of(at);
            prop_assert!(zone.day(day).contains(at));
            prop_assert!(!zone.day(day.next()).contains(at));
            prop_assert!(!zone.day(day.previous()).contains(at));
        }

        #[test]
        fn a_fixed_offset_is_what_resolving_gives(days in 0u64..80_000, second in 0u32..86_400) {
            let zone = plant((0, 0));
            let date = NaiveDate::from_ymd_opt(1970, 1, 3).unwrap() + Days::new(days);
            let local = date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap());
            if let Some(offset) = zone.fixed_offset_on(date) {
                let plain = Instant(local.and_utc().timestamp_millis() - offset.0);
                prop_assert_eq!(zone.candidates(local), (plain, plain));
            }
        }
    }
}

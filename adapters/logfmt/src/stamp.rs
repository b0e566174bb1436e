//! `YYYYMMDD HH:MM:SS`, local, to an instant.

use atelier_domain::log_file::{RejectReason, YEARS};
use atelier_domain::time::{Instant, PlantZone, pick};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// How far a line's date may be from that in its file's name.
const MAX_DAYS_FROM_NAME: u64 = 2;

/// Reads stamps. A log has few dates and many lines, so what is known of the last date is kept.
#[derive(Debug)]
pub(crate) struct Stamps {
    zone: PlantZone,
    name_date: Option<NaiveDate>,
    digits: [u8; 8],
    day: Result<Day, RejectReason>,
}

/// A local date.
#[derive(Debug, Clone, Copy)]
enum Day {
    /// The clock does not change on it or near it: the instant of its midnight.
    Even(Instant),
    /// The clock may change.
    Uneven(NaiveDate),
}

impl Stamps {
    pub(crate) fn new(zone: PlantZone, name_date: Option<NaiveDate>) -> Self {
        // NULs are no digits, so this is the right answer to them too.
        Self { zone, name_date, digits: [0; 8], day: Err(RejectReason::ImpossibleTime) }
    }

    /// The instant of a stamp and the latest that it may mean. `before` is that of the line before in the file.
    pub(crate) fn read(&mut self, stamp: &[u8], before: Option<Instant>) -> Result<(Instant, Instant), RejectReason> {
        let &[y3, y2, y1, y0, m1, m0, d1, d0, b' ', hour1, hour0, b':', min1, min0, b':', sec1, sec0] = stamp else {
            return Err(RejectReason::ImpossibleTime);
        };
        let seconds = (|| {
            let (hour, min, sec) = (two(hour1, hour0)?, two(min1, min0)?, two(sec1, sec0)?);
            (hour < 24 && min < 60 && sec < 60).then_some((hour * 60 + min) * 60 + sec)
        })();
        let seconds = seconds.ok_or(RejectReason::ImpossibleTime)?;
        let digits = [y3, y2, y1, y0, m1, m0, d1, d0];
        if digits != self.digits {
            self.digits = digits;
            self.day = self.look_up(digits);
        }
        match self.day? {
            Day::Even(midnight) => {
                let at = Instant(midnight.0 + i64::from(seconds) * 1000);
                Ok((at, at))
            }
            Day::Uneven(date) => {
                let local = NaiveDateTime::from(date) + TimeDelta::seconds(i64::from(seconds));
                let candidates = self.zone.candidates(local);
                Ok((pick(candidates, before), candidates.1))
            }
        }
    }

    fn look_up(&self, digits: [u8; 8]) -> Result<Day, RejectReason> {
        let [y3, y2, y1, y0, m1, m0, d1, d0] = digits;
        let date = (|| {
            let year = two(y3, y2)? * 100 + two(y1, y0)?;
            NaiveDate::from_ymd_opt(year as i32, two(m1, m0)?, two(d1, d0)?)
        })();
        let date = date.ok_or(RejectReason::ImpossibleTime)?;
        if !YEARS.contains(&date.year()) {
            return Err(RejectReason::YearOutOfRange);
        }
        if self.name_date.is_some_and(|name| (date - name).num_days().unsigned_abs() > MAX_DAYS_FROM_NAME) {
            return Err(RejectReason::FarFromFileName);
        }
        Ok(self.zone.fixed_offset_on(date).map_or(Day::Uneven(date), |offset| {
            let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
            Day::Even(Instant(midnight - offset.0))
        }))
    }
}

/// Two ASCII digits.
fn two(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then_some(u32::from(tens) * 10 + u32::from(ones))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone(zone: chrono_tz::Tz) -> PlantZone {
        PlantZone::new(zone, NaiveTime::MIN)
    }

    fn read(stamp: &str, name_date: Option<&str>) -> Result<(Instant, Instant), RejectReason> {
        let name_date = name_date.map(|date| date.parse().unwrap());
        Stamps::new(zone(chrono_tz::Europe::Paris), name_date).read(stamp.as_bytes(), None)
    }

    fn utc(text: &str) -> Instant {
        Instant(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap().and_utc().timestamp_millis())
    }

    #[test]
    fn a_stamp_is_local_time() {
        let at = utc("2025-05-28 04:02:11");
        assert_eq!(read("20250528 06:02:11", None), Ok((at, at)));
        let at = utc("2025-01-01 22:59:59");
        assert_eq!(read("20250101 23:59:59", None), Ok((at, at)));
    }

    #[test]
    fn what_is_misshapen_or_does_not_exist_is_impossible() {
        for stamp in [
            "",
            "20250304",
            "20250230 06:31:00",
            "20250304 25:00:00",
            "20250304 24:00:00",
            "20250304 06:60:00",
            "20250304 06:00:60",
            "20250304  6:00:00",
            "20250304T06:00:00",
            "2025-03-04 06:00:00",
            "20250304 06:00:00 x",
            "20250304 06:00",
            "2025o304 06:00:00",
            "20250304 06:00:0/",
            "20250304 06:00:0:",
            "99990230 06:00:00",
            "22010101 24:00:00",
            "\0\0\0\0\0\0\0\0 06:00:00",
        ] {
            assert_eq!(read(stamp, None), Err(RejectReason::ImpossibleTime), "{stamp}");
        }
    }

    #[test]
    fn years_are_from_1970_to_2199() {
        let reason = |stamp: &str| read(stamp, None).err();
        assert_eq!(reason("19700101 00:00:00"), None);
        assert_eq!(reason("21991231 23:59:59"), None);
        for stamp in ["19691231 23:59:59", "22000101 00:00:00", "00000101 00:00:00", "99991231 00:00:00"] {
            assert_eq!(reason(stamp), Some(RejectReason::YearOutOfRange), "{stamp}");
        }
    }

    #[test]
    fn a_date_is_at_most_two_days_from_that_in_the_name() {
        let reason = |stamp: &str| read(stamp, Some("2025-03-01")).err();
        assert_eq!(reason("20250227 00:00:00"), None);
        assert_eq!(reason("20250303 23:59:59"), None);
        assert_eq!(reason("20250226 23:59:59"), Some(RejectReason::FarFromFileName));
        assert_eq!(reason("20250304 00:00:00"), Some(RejectReason::FarFromFileName));
    }

    #[test]
    fn the_repeated_hour_follows_the_line_before() {
        let mut stamps = Stamps::new(zone(chrono_tz::Europe::Paris), None);
        let (first, later) = (utc("2025-10-26 00:30:00"), utc("2025-10-26 01:30:00"));
        assert_eq!(stamps.read(b"20251026 02:30:00", None), Ok((first, later)));
        assert_eq!(stamps.read(b"20251026 02:30:00", Some(first)), Ok((first, later)));
        assert_eq!(
            stamps.read(b"20251026 02:30:00", Some(first + atelier_domain::units::Millis(1))),
            Ok((later, later))
        );
    }

    #[test]
    fn the_kept_date_is_not_taken_for_another() {
        let mut stamps = Stamps::new(zone(chrono_tz::Europe::Paris), None);
        for (stamp, at) in [("20250101 00:00:00", "2024-12-31 23:00:00"), ("20250701 00:00:00", "2025-06-30 22:00:00")]
        {
            assert_eq!(stamps.read(stamp.as_bytes(), None), Ok((utc(at), utc(at))));
            assert_eq!(stamps.read(b"20250230 00:00:00", None), Err(RejectReason::ImpossibleTime));
            assert_eq!(stamps.read(b"20250230 00:00:00", None), Err(RejectReason::ImpossibleTime));
        }
    }

    proptest! {
        #[test]
        fn the_short_way_is_the_long_way(
            index in 0..chrono_tz::TZ_VARIANTS.len(),
            seconds in 0..7_258_118_400_i64,
            before in proptest::option::of(-90_000_000..90_000_000_i64),
        ) {
            let zone = zone(chrono_tz::TZ_VARIANTS[index]);
            let local = chrono::DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            let before = before.map(|gap| Instant(seconds * 1000 + gap));
            let stamp = local.format("%Y%m%d %H:%M:%S").to_string();
            let read = Stamps::new(zone, None).read(stamp.as_bytes(), before);
            prop_assert_eq!(read, Ok((zone.resolve(local, before), zone.candidates(local).1)));
        }
    }
}

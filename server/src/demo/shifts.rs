//! When a machine of the demonstration plant works.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;
use rand::Rng;
use rand::rngs::StdRng;

use super::chance;
use super::machines::Machine;

/// The hour in which the first shift begins, and the latest a live day does.
pub(super) const FIRST_SHIFT: u32 = 5;

/// The hours a machine works on one date, in seconds since local midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    /// When it starts.
    pub(super) opens: u32,
    /// When it stops for the day: on the same date.
    pub(super) closes: u32,
    /// Whether the day is shown while it happens: then its stops are short.
    pub(super) live: bool,
}

impl Hours {
    /// The plant's ordinary hours of a date: two shifts from 05:00 to 21:00 on weekdays, sometimes only the
    /// first; some Saturday mornings; never a Sunday. None uses an hour in which clocks change.
    pub(crate) fn usual(seed: u64, machine: &Machine, date: NaiveDate) -> Option<Self> {
        let until = |hour: u32| Some(Self { opens: FIRST_SHIFT * 3600, closes: hour * 3600, live: false });
        match date.weekday() {
            Weekday::Sun => None,
            Weekday::Sat => {
                // The whole plant decides; each machine may be spared.
                let plant: bool = chance(seed, "saturday", date).random_bool(0.45);
                let called: bool = own_chance(seed, machine, date).random_bool(0.8);
                if plant && called { until(12) } else { None }
            }
            Weekday::Fri if machine.short_fridays => until(13),
            _ if own_chance(seed, machine, date).random_bool(0.05) => until(13),
            _ => until(21),
        }
    }

    /// The hours of a day that is being watched: from this full hour until the last minute of the day.
    pub(crate) fn live(from_hour: u32) -> Self {
        Self { opens: from_hour * 3600, closes: 86_340, live: true }
    }

    /// The hour from which a day watched at `local` is worked: 05:00, or three hours ago if that is earlier, so
    /// that there is always something to see. On a date on which clocks change the night is left out.
    pub(crate) fn live_from(zone: Tz, local: NaiveDateTime) -> u32 {
        let hour = local.hour().saturating_sub(3).min(FIRST_SHIFT);
        if clocks_change(zone, local.date()) { hour.max(4) } else { hour }
    }
}

fn own_chance(seed: u64, machine: &Machine, date: NaiveDate) -> StdRng {
    chance(seed ^ 0x5417, machine.name, date)
}

/// Whether the morning of the date has another offset than its noon.
fn clocks_change(zone: Tz, date: NaiveDate) -> bool {
    let offset_at = |hour| {
        let time = NaiveTime::from_hms_opt(hour, 0, 0)?;
        let at = zone.from_local_datetime(&date.and_time(time)).earliest()?;
        Some(at.naive_local() - at.naive_utc())
    };
    offset_at(0) != offset_at(12)
}

#[cfg(test)]
mod tests {
    use super::super::machines::MACHINES;
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn sundays_are_closed_and_some_saturdays_are_short() {
        let mut saturdays = 0;
        for day in date("2025-01-01").iter_days().take(364) {
            match (day.weekday(), Hours::usual(7, &MACHINES[0], day)) {
                (Weekday::Sun, hours) => assert_eq!(hours, None),
                (Weekday::Sat, Some(hours)) => {
                    saturdays += 1;
                    assert_eq!((hours.opens, hours.closes), (5 * 3600, 12 * 3600));
                }
                (Weekday::Sat, None) => {}
                (_, hours) => assert!(hours.is_some_and(|h| h.closes > h.opens)),
            }
        }
        assert!((8..40).contains(&saturdays), "{saturdays}");
    }

    #[test]
    fn a_watched_day_covers_now() {
        let zone = chrono_tz::Europe::Paris;
        let from = |text: &str| Hours::live_from(zone, text.parse().unwrap());
        assert_eq!(from("2025-06-17T14:20:00"), 5);
        assert_eq!(from("2025-06-17T23:30:00"), 5);
        assert_eq!(from("2025-06-17T06:10:00"), 3);
        assert_eq!(from("2025-06-17T00:10:00"), 0);
        // Clocks change in these nights.
        assert_eq!(from("2025-03-30T00:10:00"), 4);
        assert_eq!(from("2025-10-26T06:10:00"), 4);
    }
}

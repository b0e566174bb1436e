//! Log files: which names are logs, when one is finished, what could not be read.

use crate::time::{Instant, PlantZone, ProductionDay};
use chrono::{Datelike, NaiveDate};
use std::fmt;

/// The years that a line or a file name may have.
pub const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;

/// How many characters of a rejected line are kept.
pub const REJECTED_TEXT_CHARS: usize = 200;

/// Whether a path names a log: `*.LOG` in any letter case.
pub fn is_log(path: &str) -> bool {
    let name = file_name(path);
    name.len() >= 4 && name.get(name.len() - 4..).is_some_and(|end| end.eq_ignore_ascii_case(".log"))
}

/// The date in a file's name: its first eight digits in a row that are a date.
pub fn date_in_name(path: &str) -> Option<NaiveDate> {
    file_name(path).as_bytes().windows(8).find_map(parse_date)
}

/// `YYYYMMDD` with a year that a log may have.
pub fn parse_date(digits: &[u8]) -> Option<NaiveDate> {
    if digits.len() != 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits.iter().fold(0u32, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let date = NaiveDate::from_ymd_opt((number / 10_000) as i32, number / 100 % 100, number % 100)?;
    YEARS.contains(&date.year()).then_some(date)
}

/// Whether the production day of the date in a file's name is over; without a date it always is.
pub fn day_is_over(zone: PlantZone, date: Option<NaiveDate>, now: Instant) -> bool {
    date.is_none_or(|date| now >= zone.day(ProductionDay(date)).end())
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Where a log file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogFileState {
    /// Its machine may still write to it.
    Growing,
    /// Finished: its day is over and the last visit found nothing new.
    Complete,
    /// It could not be read three runs in a row.
    Quarantined,
}

impl LogFileState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Growing, Self::Complete, Self::Quarantined];

    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Growing => "GROWING",
            Self::Complete => "COMPLETE",
            Self::Quarantined => "QUARANTINED",
        }
    }
}

/// How many lines of each kind a content has: `lines = events + ignored + rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCounts {
    /// All of them.
    pub lines: u32,
    /// Lines that say something.
    pub events: u32,
    /// Noise: lines without `|@`.
    pub ignored: u32,
    /// Lines with `|@` that cannot be read.
    pub rejected: u32,
}

/// A line that could not be read, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedLine {
    /// Its number in its file, from 1.
    pub number: u32,
    /// Where its first raw byte stands in the file.
    pub offset: u64,
    /// Why.
    pub reason: RejectReason,
    /// Its first 200 characters, decoded and trimmed.
    pub text: String,
}

/// Why a line was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RejectReason {
    /// What stands before `|@` is no `YYYYMMDD HH:MM:SS`, or no date or time that exists.
    ImpossibleTime,
    /// The year is outside 1970–2199.
    YearOutOfRange,
    /// The date is more than two days from that in the file's name.
    FarFromFileName,
    /// Nothing stands between `|@` and the details.
    NoEventName,
    /// A wait whose duration is no number of seconds, or is negative.
    UnreadableWait,
    /// A wait of more than 24 hours.
    WaitTooLong,
    /// A job without a reference (`R:`).
    JobWithoutReference,
    /// More than 64 KiB of raw bytes.
    TooLong,
}

impl RejectReason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ImpossibleTime,
        Self::YearOutOfRange,
        Self::FarFromFileName,
        Self::NoEventName,
        Self::UnreadableWait,
        Self::WaitTooLong,
        Self::JobWithoutReference,
        Self::TooLong,
    ];

    /// One phrase for people, which is also what is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ImpossibleTime => "impossible date or time",
            Self::YearOutOfRange => "year outside 1970-2199",
            Self::FarFromFileName => "date more than 2 days from the date in the file's name",
            Self::NoEventName => "no event name",
            Self::UnreadableWait => "wait without a readable number",
            Self::WaitTooLong => "wait over 24 h",
            Self::JobWithoutReference => "job without R:",
            Self::TooLong => "line longer than 64 KiB",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_told_by_their_name() {
        assert!(is_log("DEM12 (PVC)/20250528.LOG") && is_log("a/b/x.log") && is_log("x.Log") && is_log("DEM12/.LOG"));
        assert!(!is_log("20250324.LOG.1") && !is_log("LOG") && !is_log("a.LOG/readme"));
    }

    #[test]
    fn the_date_in_a_name_is_its_first_eight_digits_that_are_a_date() {
        let date = |text: &str| Some(text.parse().unwrap());
        assert_eq!(date_in_name("DEM12/20250528.LOG"), date("2025-05-28"));
        assert_eq!(date_in_name("20240101/dem12_1220250528.LOG"), date("2025-05-28"));
        assert_eq!(date_in_name("99999999_20250528.LOG"), date("2025-05-28"));
        assert_eq!(date_in_name("2025-05-28.LOG"), None);
        assert_eq!(date_in_name("20250528/machine.LOG"), None);
    }
}

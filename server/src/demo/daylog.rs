//! One day's log file, with the instant at which each of its lines is written.

use std::fmt::{Display, Write};
use std::mem;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

/// The bytes of one machine's log of one date, and when each line of it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DayLog {
    bytes: Vec<u8>,
    /// When each line is written (local time, never falling) and where it ends in `bytes`.
    ends: Vec<(NaiveDateTime, usize)>,
}

impl DayLog {
    /// The whole day.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The part of the day written at `local`: whole lines, a prefix of [`Self::bytes`].
    pub(crate) fn until(&self, local: NaiveDateTime) -> &[u8] {
        self.first(self.lines_due(local))
    }

    /// As [`Self::until`], but now and then a line that just became due is only half there, as when a reader
    /// comes while the machine writes. `have` is what was written before; the rest follows the next time.
    pub(super) fn until_caught_writing(&self, local: NaiveDateTime, have: usize) -> &[u8] {
        let due = self.lines_due(local);
        let whole = self.first(due);
        let before = self.first(due.saturating_sub(1)).len();
        if due % 5 == 2 && have <= before {
            let half = before + (whole.len() - before) / 2;
            whole.get(..half).unwrap_or(whole)
        } else {
            whole
        }
    }

    /// The lines with their instants, line breaks included.
    #[cfg(test)]
    pub(super) fn lines(&self) -> impl Iterator<Item = (NaiveDateTime, &[u8])> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        starts.zip(&self.ends).map(|(start, (at, end))| (*at, &self.bytes[start..*end]))
    }

    fn lines_due(&self, local: NaiveDateTime) -> usize {
        self.ends.partition_point(|(at, _)| *at <= local)
    }

    fn first(&self, lines: usize) -> &[u8] {
        let end = lines.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(0, |(_, end)| *end);
        self.bytes.get(..end).unwrap_or_default()
    }
}

/// Writes a [`DayLog`] line by line, in the machine's encoding and by the machine's clock.
pub(super) struct Writer {
    date: NaiveDate,
    /// The date as each line begins.
    prefix: String,
    /// The line being made: one piece of memory for all of them.
    line: String,
    utf8: bool,
    /// From this second of the day the machine's clock is late by so many seconds.
    step_back: Option<(u32, u32)>,
    latest: u32,
    log: DayLog,
}

impl Writer {
    pub(super) fn new(date: NaiveDate, utf8: bool, step_back: Option<(u32, u32)>) -> Self {
        Self {
            date,
            prefix: date.format("%Y%m%d").to_string(),
            line: String::new(),
            utf8,
            step_back,
            latest: 0,
            log: DayLog { bytes: Vec::with_capacity(48 * 1024), ends: Vec::with_capacity(1400) },
        }
    }

    /// An event at a second of the day; never before the line before it.
    pub(super) fn event(&mut self, second: u32, event: impl Display) {
        let shown = self.shown(second.max(self.latest));
        let (hours, minutes, seconds) = (shown / 3600, shown / 60 % 60, shown % 60);
        let mut line = mem::take(&mut self.line);
        line.clear();
        // Writing to a string does not fail.
        let _ = write!(line, "{} {hours:02}:{minutes:02}:{seconds:02}|@{event}", self.prefix);
        self.raw(second, &line);
        self.line = line;
    }

    /// A line that begins with the date, as every event does, whatever follows.
    pub(super) fn dated(&mut self, second: u32, rest: &str) {
        let line = format!("{}{rest}", self.prefix);
        self.raw(second, &line);
    }

    /// A line as it stands, whatever it holds.
    pub(super) fn raw(&mut self, second: u32, line: &str) {
        self.latest = self.latest.max(second).min(86_399);
        if self.utf8 || line.is_ascii() {
            self.log.bytes.extend_from_slice(line.as_bytes());
        } else {
            // All texts used here are within the half of Windows-1252 that has Unicode's numbers.
            let narrow = line.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'));
            self.log.bytes.extend(narrow);
        }
        self.log.bytes.extend_from_slice(b"\r\n");
        let at = NaiveDateTime::from(self.date) + TimeDelta::seconds(self.latest.into());
        self.log.ends.push((at, self.log.bytes.len()));
    }

    pub(super) fn finish(self) -> DayLog {
        self.log
    }

    /// What the machine's clock shows.
    fn shown(&self, second: u32) -> u32 {
        match self.step_back {
            Some((from, by)) if second >= from => second.saturating_sub(by),
            _ => second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> NaiveDateTime {
        format!("2025-06-17T{time}").parse().unwrap()
    }

    fn writer(utf8: bool, step_back: Option<(u32, u32)>) -> Writer {
        Writer::new("2025-06-17".parse().unwrap(), utf8, step_back)
    }

    #[test]
    fn lines_appear_when_they_are_due() {
        let mut writer = writer(false, None);
        writer.event(3600, "MachineStart");
        writer.event(3661, "MachineStop: Défaut");
        let log = writer.finish();
        assert_eq!(log.until(at("00:59:59")), b"");
        assert_eq!(log.until(at("01:00:00")), b"20250617 01:00:00|@MachineStart\r\n");
        assert!(log.bytes().ends_with(b"20250617 01:01:01|@MachineStop: D\xE9faut\r\n"));
    }

    #[test]
    fn a_line_may_be_caught_half_written_once() {
        let mut writer = writer(true, None);
        writer.event(1, "MachineStart");
        writer.event(2, "MachineStop");
        let log = writer.finish();
        let one = log.until(at("00:00:01")).len();
        let half = log.until_caught_writing(at("00:00:09"), one);
        assert!(half.len() > one && half.len() < log.bytes().len());
        assert_eq!(log.until_caught_writing(at("00:00:10"), half.len()), log.bytes());
    }

    #[test]
    fn a_clock_set_back_changes_the_stamp_and_not_the_order() {
        let mut writer = writer(true, Some((100, 30)));
        writer.event(99, "A");
        writer.event(101, "B");
        let log = writer.finish();
        let text = String::from_utf8(log.bytes().to_vec()).unwrap();
        assert_eq!(text, "20250617 00:01:39|@A\r\n20250617 00:01:11|@B\r\n");
        assert!(log.lines().is_sorted_by_key(|(at, _)| at));
    }
}

//! From bytes to lines, and from a line to what it is.

use crate::item::Item;
use crate::stamp::Stamps;
use crate::{event, text};
use atelier_domain::event::Line;
use atelier_domain::log_file::{LineCounts, REJECTED_TEXT_CHARS, RejectReason, RejectedLine};
use atelier_domain::time::{Instant, PlantZone};
use chrono::NaiveDate;
use std::borrow::Cow;

/// The most raw bytes of a line, its LF not counted.
pub const MAX_LINE_BYTES: usize = 65_536;

/// How many bytes are looked at together: what the nearest cache holds, and enough to make the look cheap.
const BLOCK_BYTES: usize = 16 * 1024;

/// Where a stamp ends in a line without white space around it.
const STAMP_BYTES: usize = 17;

/// Reads the lines of one content, in their order.
#[derive(Debug)]
pub(crate) struct Scanner {
    stamps: Stamps,
    /// The instant of the last event.
    before: Option<Instant>,
    counts: LineCounts,
    /// Where the next line begins.
    offset: u64,
}

impl Scanner {
    pub(crate) fn new(zone: PlantZone, name_date: Option<NaiveDate>) -> Self {
        Self { stamps: Stamps::new(zone, name_date), before: None, counts: LineCounts::default(), offset: 0 }
    }

    /// How many lines of each kind there were.
    pub(crate) fn counts(&self) -> LineCounts {
        self.counts
    }

    /// How many bytes were read.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads bytes that end with a line break.
    pub(crate) fn whole_lines<'a>(&mut self, mut bytes: &'a [u8], sink: &mut impl FnMut(Item<'a>)) {
        while !bytes.is_empty() {
            let window = bytes.get(..BLOCK_BYTES).unwrap_or(bytes);
            let end = memchr::memrchr(b'\n', window).or_else(|| memchr::memchr(b'\n', bytes));
            let (block, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
            self.block(block, sink);
            bytes = rest;
        }
    }

    fn block<'a>(&mut self, mut block: &'a [u8], sink: &mut impl FnMut(Item<'a>)) {
        if memchr::memchr(0, block).is_some() {
            while !block.is_empty() {
                block = self.first_line(block, sink);
            }
            return;
        }
        // As many lines as are UTF-8 at once, then the one that is not.
        while !block.is_empty() {
            let (plain, rest) = text::utf8_lines(block);
            self.plain_lines(plain, sink);
            block = self.first_line(rest, sink);
        }
    }

    fn plain_lines<'a>(&mut self, lines: &'a str, sink: &mut impl FnMut(Item<'a>)) {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', lines.as_bytes()) {
            self.plain_line(lines.get(start..end).unwrap_or_default(), sink);
            start = end + 1;
        }
    }

    /// Reads the first line, if any, and gives what follows it.
    fn first_line<'a>(&mut self, lines: &'a [u8], sink: &mut impl FnMut(Item<'a>)) -> &'a [u8] {
        let Some(end) = memchr::memchr(b'\n', lines) else { return &[] };
        let (raw, rest) = lines.split_at(end);
        self.line(raw, raw.len() as u64, sink);
        rest.get(1..).unwrap_or_default()
    }

    /// Reads what stands after the last line break, if anything does; the half line, if it is an event.
    pub(crate) fn last_line<'a>(
        &mut self,
        raw: &'a [u8],
        length: u64,
        sink: &mut impl FnMut(Item<'a>),
    ) -> Option<String> {
        if length == 0 {
            return None;
        }
        let events = self.counts.events;
        self.line(raw, length, sink);
        self.offset -= 1; // There was no LF.
        (self.counts.events > events).then(|| text::decode_cut(&text::clean(raw)).trim().to_owned())
    }

    /// A line that is UTF-8 without NULs.
    #[inline]
    fn plain_line<'a>(&mut self, line: &'a str, sink: &mut impl FnMut(Item<'a>)) {
        if line.len() > MAX_LINE_BYTES {
            return self.line(line.as_bytes(), line.len() as u64, sink);
        }
        self.text(text::trim(text::without_bom(line)), line.len() as u64, sink);
    }

    /// Reads a line that ended with a line break: its first bytes, all of them up to the limit, and its whole length.
    pub(crate) fn line<'a>(&mut self, raw: &'a [u8], length: u64, sink: &mut impl FnMut(Item<'a>)) {
        let too_long = length > MAX_LINE_BYTES as u64;
        let clean = text::clean(raw.get(..MAX_LINE_BYTES).unwrap_or(raw));
        if text::separator(&clean).is_none() {
            let place = self.place(length);
            return self.noise(place, sink);
        }
        if too_long {
            let place = self.place(length);
            return self.reject(place, text::decode_cut(&clean).trim(), RejectReason::TooLong, sink);
        }
        match text::decode(clean) {
            Cow::Borrowed(text) => self.text(text::trim(text), length, sink),
            Cow::Owned(text) => self.text(text.trim(), length, &mut |item| sink(item.into_owned())),
        }
    }

    /// Reads a trimmed line.
    #[inline]
    fn text<'a>(&mut self, text: &'a str, length: u64, sink: &mut impl FnMut(Item<'a>)) {
        let place = self.place(length);
        match self.stamp(text) {
            Ok(Some((at, latest, rest))) => {
                let line = |event| Line { at, latest, number: place.number, text: Cow::Borrowed(text), event };
                match event::read(rest, |event| sink(Item::Event(line(event)))) {
                    Ok(()) => {
                        self.before = Some(at);
                        self.counts.events = self.counts.events.saturating_add(1);
                    }
                    Err(reason) => self.reject(place, text, reason, sink),
                }
            }
            Ok(None) => self.noise(place, sink),
            Err(reason) => self.reject(place, text, reason, sink),
        }
    }

    /// When a trimmed line happened, the later instant that this may mean, and what follows; nothing when it is noise.
    #[inline]
    fn stamp<'a>(&mut self, text: &'a str) -> Result<Option<(Instant, Instant, &'a str)>, RejectReason> {
        // A stamp holds no `|`, so a separator right after one is the first.
        if let Some((stamp, rest)) = text.as_bytes().split_at_checked(STAMP_BYTES)
            && rest.starts_with(b"|@")
            && let Ok((at, latest)) = self.stamps.read(stamp, self.before)
        {
            return Ok(Some((at, latest, text.get(STAMP_BYTES + 2..).unwrap_or_default())));
        }
        self.stamp_anywhere(text)
    }

    fn stamp_anywhere<'a>(&mut self, text: &'a str) -> Result<Option<(Instant, Instant, &'a str)>, RejectReason> {
        let Some(separator) = text::separator(text.as_bytes()) else { return Ok(None) };
        let stamp = text.get(..separator).unwrap_or_default().trim();
        let (at, latest) = self.stamps.read(stamp.as_bytes(), self.before)?;
        Ok(Some((at, latest, text.get(separator + 2..).unwrap_or_default())))
    }

    /// The place of the next line, which has so many bytes and a line break.
    #[inline]
    fn place(&mut self, length: u64) -> Place {
        let offset = self.offset;
        self.offset = offset.saturating_add(length).saturating_add(1);
        self.counts.lines = self.counts.lines.saturating_add(1);
        Place { number: self.counts.lines, offset }
    }

    fn noise<'a>(&mut self, place: Place, sink: &mut impl FnMut(Item<'a>)) {
        self.counts.ignored = self.counts.ignored.saturating_add(1);
        sink(Item::Noise { number: place.number });
    }

    fn reject<'a>(&mut self, place: Place, text: &str, reason: RejectReason, sink: &mut impl FnMut(Item<'a>)) {
        self.counts.rejected = self.counts.rejected.saturating_add(1);
        let text = text.chars().take(REJECTED_TEXT_CHARS).collect();
        sink(Item::Reject(RejectedLine { number: place.number, offset: place.offset, reason, text }));
    }
}

/// Where a line stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    number: u32,
    offset: u64,
}

#[cfg(test)]
mod tests;

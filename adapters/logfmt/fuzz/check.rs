//! What holds for any bytes. The fuzz target, the property tests and the replay of the corpus share it.

use atelier_application::ports::log_format::{LogFormat, ParsedLog};
use atelier_domain::event::{Event, Line};
use atelier_domain::time::PlantZone;
use atelier_logfmt::{Item, MAX_LINE_BYTES, MachineLog, Reader};
use chrono::{NaiveDate, NaiveTime};
use std::borrow::Cow;

const ZONE: chrono_tz::Tz = chrono_tz::Europe::Paris;

/// Panics unless all that holds for any bytes holds for these.
pub(crate) fn check(content: &[u8]) {
    let dates = [None, NaiveDate::from_ymd_opt(2025, 10, 26)];
    for (name_date, finished) in dates.into_iter().flat_map(|date| [(date, false), (date, true)]) {
        let log = parse(content, name_date, finished);
        places(content, &log, finished);
        for line in &log.lines {
            sound(line);
        }
        let texts: Vec<_> = log.lines.iter().map(|line| (line.number, line.text.to_string())).collect();
        assert_eq!(MachineLog.texts(content, &log.lines.iter().map(|line| line.number).collect()), texts);
        chunks_change_nothing(content, name_date, finished, &log);
        appending_changes_nothing(content, name_date, &log);
    }
}

fn zone() -> PlantZone {
    PlantZone::new(ZONE, NaiveTime::MIN)
}

fn parse(content: &[u8], name_date: Option<NaiveDate>, finished: bool) -> ParsedLog<'_> {
    MachineLog.parse(content, zone(), name_date, finished)
}

/// Every line is counted once, and numbers and offsets lead to the raw bytes.
fn places(content: &[u8], log: &ParsedLog<'_>, finished: bool) {
    let mut raw: Vec<&[u8]> = content.split(|byte| *byte == b'\n').collect();
    let rest = raw.pop().unwrap_or_default();
    let taken = if finished { content.len() } else { content.len() - rest.len() };
    assert_eq!(log.consumed, taken as u64);
    if finished && !rest.is_empty() {
        raw.push(rest);
    }
    let counts = log.counts;
    assert_eq!(counts.lines as usize, raw.len());
    assert_eq!(counts.lines, counts.events + counts.ignored + counts.rejected);
    assert_eq!((counts.events as usize, counts.rejected as usize), (log.lines.len(), log.rejects.len()));
    assert!(log.lines.is_sorted_by(|a, b| a.number < b.number));
    assert!(log.rejects.is_sorted_by(|a, b| a.number < b.number && a.offset < b.offset));

    let mut meant = 0;
    let (mut lines, mut rejects) = (log.lines.iter().peekable(), log.rejects.iter().peekable());
    let mut offset = 0;
    for (raw, number) in raw.into_iter().zip(1..) {
        let kept: Vec<u8> = raw.iter().take(MAX_LINE_BYTES).copied().filter(|byte| *byte != 0).collect();
        meant += usize::from(kept.windows(2).any(|pair| pair == b"|@"));
        if let Some(line) = lines.next_if(|line| line.number == number) {
            assert!(raw.len() <= MAX_LINE_BYTES);
            assert_eq!(line.text, text(raw));
            assert_eq!(matches!(line.text, Cow::Borrowed(_)), !raw.contains(&0) && std::str::from_utf8(raw).is_ok());
        }
        if let Some(reject) = rejects.next_if(|reject| reject.number == number) {
            assert_eq!(reject.offset, offset);
            if raw.len() <= MAX_LINE_BYTES {
                assert_eq!(reject.text, text(raw).chars().take(200).collect::<String>());
            }
        }
        offset += raw.len() as u64 + 1;
    }
    assert_eq!(meant, log.lines.len() + log.rejects.len());
    let half = finished && !rest.is_empty() && log.lines.last().is_some_and(|line| line.number == counts.lines);
    assert_eq!(log.half_line.is_some(), half);
    if let (Some(half), Some(line)) = (&log.half_line, log.lines.last()) {
        assert!(std::str::from_utf8(rest).is_err() || line.text == half.as_str());
    }
}

/// A raw line's text, by the book: one byte after the other.
fn text(raw: &[u8]) -> String {
    let kept: Vec<u8> = raw.iter().copied().filter(|byte| *byte != 0).collect();
    let kept = kept.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&kept);
    let decoded = String::from_utf8(kept.to_vec()).unwrap_or_else(|_| kept.iter().map(|byte| latin(*byte)).collect());
    decoded.trim().to_owned()
}

fn latin(byte: u8) -> char {
    let upper = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ";
    match byte {
        0x80..=0x9F => upper.chars().nth(usize::from(byte) - 0x80).unwrap_or_default(),
        _ => char::from(byte),
    }
}

/// An event keeps what its type promises.
fn sound(line: &Line<'_>) {
    assert!(line.at <= line.latest && line.at.0 % 1000 == 0);
    assert!(line.text.contains("|@") && line.text.trim() == line.text);
    let filled = |text: &str| !text.is_empty() && text.trim() == text && line.text.contains(text);
    match &line.event {
        Event::PieceFinished { details } => assert!(details.as_deref().is_none_or(filled)),
        Event::Wait { duration } => assert!((0..=86_400_000).contains(&duration.0)),
        Event::Stop | Event::Start => {}
        Event::JobLoaded(job) => {
            assert!(filled(&job.reference) && job.colour.as_deref().is_none_or(filled));
            assert!(job.length_mm.is_none_or(|length| length.is_finite() && length >= 0.0));
        }
        Event::Other { name } => assert!(filled(name)),
    }
}

fn chunks_change_nothing(content: &[u8], name_date: Option<NaiveDate>, finished: bool, whole: &ParsedLog<'_>) {
    // Sizes that depend on the bytes, so that a fuzzer can choose them.
    let chosen = content.iter().take(4).fold(1, |size, byte| size * 5 + usize::from(*byte) % 97);
    for size in [1, 7, chosen, 70_000] {
        let mut log = ParsedLog::default();
        let mut sink = |item: Item<'_>| match item.into_owned() {
            Item::Event(line) => log.lines.push(line),
            Item::Reject(reject) => log.rejects.push(reject),
            Item::Noise { number } => assert!(number > 0),
        };
        let mut reader = Reader::new(zone(), name_date);
        for chunk in content.chunks(size) {
            reader.feed(chunk, &mut sink);
        }
        let summary = reader.finish(finished, &mut sink);
        log.counts = summary.counts;
        log.consumed = summary.consumed;
        log.half_line = summary.half_line;
        assert_eq!(&log, whole, "in chunks of {size}");
    }
}

fn appending_changes_nothing(content: &[u8], name_date: Option<NaiveDate>, whole: &ParsedLog<'_>) {
    let ends = content.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let every = 1 + content.len() / 512;
    for (end, _) in ends.zip(0..).filter(|(_, nth)| nth % every == 0) {
        let (begun, _) = content.split_at(end);
        let part = parse(begun, name_date, true);
        assert!(whole.lines.starts_with(&part.lines) && whole.rejects.starts_with(&part.rejects));
        assert_eq!(part.half_line, None);
        assert_eq!(part, parse(begun, name_date, false));
    }
}

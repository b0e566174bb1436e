use crate::{Item, MachineLog, Reader};
use atelier_application::ports::log_format::{LogFormat, ParsedLog};
use atelier_domain::event::{Event, Line};
use atelier_domain::log_file::{LineCounts, RejectReason, RejectedLine};
use atelier_domain::time::{Instant, PlantZone};
use chrono::{NaiveDate, NaiveTime};
use std::borrow::Cow;

const STOP: &str = "20250303 06:00:00|@MachineStop";
const MAX: usize = super::MAX_LINE_BYTES;

fn zone() -> PlantZone {
    PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN)
}

fn parse(content: &[u8]) -> ParsedLog<'_> {
    MachineLog.parse(content, zone(), None, true)
}

fn counts(lines: u32, events: u32, ignored: u32, rejected: u32) -> LineCounts {
    LineCounts { lines, events, ignored, rejected }
}

fn reject(number: u32, offset: u64, reason: RejectReason, text: &str) -> RejectedLine {
    RejectedLine { number, offset, reason, text: text.to_owned() }
}

fn at_utc(hour: u32, minute: u32) -> Instant {
    NaiveDate::from_ymd_opt(2025, 10, 26).unwrap().and_hms_opt(hour, minute, 0).unwrap().and_utc().into()
}

#[test]
fn an_event_knows_its_place_and_borrows_its_text() {
    let content = b"\n \t20250303 06:00:00 |@ StukUitgevoerd : 5/1 \r\n";
    let log = parse(content);
    let at = Instant(1_740_978_000_000);
    let text = Cow::Borrowed("20250303 06:00:00 |@ StukUitgevoerd : 5/1");
    let event = Event::PieceFinished { details: Some(Cow::Borrowed("5/1")) };
    assert_eq!(log.lines, [Line { at, latest: at, number: 2, text, event }]);
    assert!(matches!(log.lines[0].text, Cow::Borrowed(_)));
    assert_eq!(log.counts, counts(2, 1, 1, 0));
}

#[test]
fn a_line_without_separator_is_noise() {
    let log = parse(b"\n\r\n  \nno event\n20250303 06:00:00 MachineStop\na|b@c\n\0\n\xFF\n");
    assert_eq!((log.counts, log.rejects.len()), (counts(8, 0, 8, 0), 0));
}

#[test]
fn a_separator_may_hold_nuls() {
    assert_eq!(parse(b"20250303 06:00:00|\0@MachineStop\n").counts, counts(1, 1, 0, 0));
}

#[test]
fn one_bad_line_never_costs_a_good_one() {
    let content = format!("{STOP}\n|@\n\u{FEFF}{STOP}\r\n99|@x\n{STOP}: x\n20250303 06:00:00|@ : x\n{STOP}");
    let log = parse(content.as_bytes());
    assert_eq!(log.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 3, 5, 7]);
    let rejects = [
        reject(2, 31, RejectReason::ImpossibleTime, "|@"),
        reject(4, 69, RejectReason::ImpossibleTime, "99|@x"),
        reject(6, 109, RejectReason::NoEventName, "20250303 06:00:00|@ : x"),
    ];
    assert_eq!(log.rejects, rejects);
    assert_eq!(log.counts, counts(7, 4, 0, 3));
}

#[test]
fn an_encoding_holds_for_its_line_only() {
    let content = b"20250303 06:00:00|@StukUitgevoerd: \xE9\n20250303 06:00:00|@StukUitgevoerd: \xC3\xA9\n";
    let log = parse(content);
    let piece = Event::PieceFinished { details: Some("é".into()) };
    assert!(log.lines.iter().all(|line| line.event == piece && line.text.ends_with(": é")));
    assert!(matches!((&log.lines[0].text, &log.lines[1].text), (Cow::Owned(_), Cow::Borrowed(_))));
}

#[test]
fn a_rejected_line_keeps_its_first_200_characters() {
    let log = parse("  |@é".repeat(100).as_bytes()).rejects;
    assert_eq!(log[0].text.chars().count(), 200);
    assert!(log[0].text.starts_with("|@é  |@é"));
}

#[test]
fn the_longest_line_has_64_kib_with_its_cr() {
    let fits = format!("{STOP}:{}\r\n{STOP}\n", "x".repeat(MAX - STOP.len() - 2));
    assert_eq!(parse(fits.as_bytes()).counts, counts(2, 2, 0, 0));
    let content = format!("\n {STOP}:{}\r\n{STOP}\n", "x".repeat(MAX - STOP.len() - 2));
    let log = parse(content.as_bytes());
    assert_eq!(log.counts, counts(3, 1, 1, 1));
    let text: String = content.trim().chars().take(200).collect();
    assert_eq!(log.rejects, [reject(2, 1, RejectReason::TooLong, &text)]);
}

#[test]
fn a_long_line_counts_its_nuls_and_is_noise_without_an_early_separator() {
    let nuls = [&vec![0; MAX][..], STOP.as_bytes(), b"\n"].concat();
    assert_eq!(parse(&nuls).counts, counts(1, 0, 1, 0));
    let late = [&vec![b'x'; MAX - 1][..], b"|@\n"].concat();
    assert_eq!(parse(&late).counts, counts(1, 0, 1, 0));
    let early = [&vec![b'x'; MAX - 2][..], b"|@\xE9\n"].concat();
    assert_eq!(parse(&early).counts, counts(1, 0, 0, 1));
}

#[test]
fn a_long_line_may_be_cut_inside_a_character() {
    let content = format!("é|@{}", "é".repeat(MAX));
    assert!(parse(content.as_bytes()).rejects[0].text.starts_with("é|@éé"));
    let content = format!("é |@{}", "é".repeat(MAX));
    assert!(parse(content.as_bytes()).rejects[0].text.starts_with("é |@éé"));
}

#[test]
fn a_half_line_waits_until_its_file_is_finished() {
    let content = format!("{STOP}\n{STOP}: pi");
    let log = MachineLog.parse(content.as_bytes(), zone(), None, false);
    assert_eq!((log.counts, log.consumed, log.half_line), (counts(1, 1, 0, 0), 31, None));
    let log = parse(content.as_bytes());
    assert_eq!((log.counts, log.consumed), (counts(2, 2, 0, 0), content.len() as u64));
    assert_eq!(log.half_line, Some(format!("{STOP}: pi")));
    assert_eq!(parse(format!("{STOP}\n").as_bytes()).half_line, None);
}

#[test]
fn a_half_line_leaves_out_a_cut_character() {
    let content = [STOP.as_bytes(), b": pi \xC3"].concat();
    let log = parse(&content);
    assert_eq!(log.half_line, Some(format!("{STOP}: pi")));
    assert_eq!(log.lines[0].text, format!("{STOP}: pi Ã"));
}

#[test]
fn only_an_event_is_a_half_line() {
    for (rest, expected) in [("noise", counts(2, 1, 1, 0)), ("|@", counts(2, 1, 0, 1)), ("", counts(1, 1, 0, 0))] {
        let content = format!("{STOP}\n{rest}");
        let log = parse(content.as_bytes());
        assert_eq!((log.half_line, log.counts, log.consumed), (None, expected, content.len() as u64));
    }
}

#[test]
fn the_repeated_hour_follows_the_event_before_whatever_lies_between() {
    let content = "20251026 02:30:00|@MachineStop\nnoise\n20251026 04:00:00|@\n20251026 02:10:00|@MachineStart\n";
    let log = parse(content.as_bytes());
    let times: Vec<_> = log.lines.iter().map(|line| (line.at, line.latest)).collect();
    assert_eq!(times, [(at_utc(0, 30), at_utc(1, 30)), (at_utc(1, 10), at_utc(1, 10))]);
}

#[test]
fn nothing_is_no_line() {
    assert_eq!(parse(b""), ParsedLog::default());
}

#[test]
fn a_reader_holds_no_more_than_a_line() {
    let mut reader = Reader::new(zone(), None);
    let mut items = Vec::new();
    let mut sink = |item: Item<'_>| items.push(item.into_owned());
    reader.feed(b"20250303 06:00:00|@x", &mut sink);
    for _ in 0..100 {
        reader.feed(&[b'x'; 10_000], &mut sink);
        assert!(reader.held() <= 2 * MAX);
    }
    reader.feed(b"\n", &mut sink);
    assert_eq!(reader.finish(true, &mut sink).consumed, 1_000_021);
    assert!(matches!(&items[..], [Item::Reject(RejectedLine { reason: RejectReason::TooLong, .. })]));
}

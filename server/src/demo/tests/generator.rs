use chrono::{Days, NaiveDate, TimeDelta};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::super::daylog::DayLog;
use super::super::generator::day;
use super::super::machines::{MACHINES, Machine};
use super::super::shifts::Hours;
use super::date;

/// So many days of any seed, machine, date and kind.
fn any_days(rounds: usize) -> impl Iterator<Item = (u64, &'static Machine, NaiveDate, Hours)> {
    let mut rng = StdRng::seed_from_u64(1);
    (0..rounds).map(move |round| {
        let (seed, ago) = (rng.random(), rng.random_range(0..4000));
        let machine = &MACHINES[round % MACHINES.len()];
        let date = date("2026-11-20") - Days::new(ago);
        let live = Hours::live(rng.random_range(0..=5));
        let hours = Hours::usual(seed, machine, date).filter(|_| !round.is_multiple_of(3));
        (seed, machine, date, hours.unwrap_or(live))
    })
}

fn count(log: &DayLog, event: &str) -> usize {
    let event = format!("|@{event}");
    log.bytes().windows(event.len()).filter(|part| *part == event.as_bytes()).count()
}

#[test]
fn equal_arguments_give_equal_bytes() {
    for (seed, machine, date, hours) in any_days(60) {
        assert_eq!(day(seed, machine, date, hours), day(seed, machine, date, hours));
    }
    let [first, second] = [1, 2].map(|seed| day(seed, &MACHINES[0], date("2025-06-17"), Hours::live(5)));
    assert_ne!(first, second);
}

#[test]
fn lines_are_sorted_within_their_date_and_whole() {
    for (seed, machine, date, hours) in any_days(60) {
        let log = day(seed, machine, date, hours);
        assert!(log.lines().is_sorted_by_key(|(at, _)| at));
        let (opens, closes) = (hours.opens, hours.closes);
        for (at, line) in log.lines() {
            let second = (at - date.and_time(chrono::NaiveTime::MIN)).num_seconds();
            assert!((i64::from(opens)..=i64::from(closes) + 10).contains(&second));
            assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
            assert!(line.ends_with(b"\r\n"));
        }
        let joined: Vec<u8> = log.lines().flat_map(|(_, line)| line).copied().collect();
        assert_eq!(joined, log.bytes());
    }
}

#[test]
fn an_earlier_cut_begins_a_later_one() {
    let mut rng = StdRng::seed_from_u64(2);
    for (seed, machine, date, hours) in any_days(60) {
        let log = day(seed, machine, date, hours);
        let mut cuts: Vec<_> = (0..6)
            .map(|_| date.and_time(chrono::NaiveTime::MIN) + TimeDelta::seconds(rng.random_range(0..90_000)))
            .collect();
        cuts.sort();
        let mut have: &[u8] = &[];
        for cut in cuts {
            assert!(log.until(cut).starts_with(have));
            let caught = log.until_caught_writing(cut, have.len());
            assert!(caught.starts_with(have) && log.until(cut).starts_with(caught));
            // The next visit, at the same instant, finds the rest.
            assert_eq!(log.until_caught_writing(cut, caught.len()), log.until(cut));
            have = caught;
        }
        let midnight = date.succ_opt().unwrap().and_time(chrono::NaiveTime::MIN);
        assert_eq!(log.until(midnight), log.bytes());
    }
}

#[test]
fn a_two_shift_day_holds_about_what_real_ones_hold() {
    let mut all = Vec::new();
    for machine in &MACHINES {
        let mut sums = [0; 5];
        let mut days = 0;
        for date in date("2025-01-06").iter_days().take(180) {
            let usual = Hours::usual(3, machine, date).filter(|h| h.closes == 21 * 3600);
            let Some(hours) = usual else { continue };
            let log = day(3, machine, date, hours);
            let counts = ["StukUitgevoerd", "MachineWait", "MachineStop", "MachineStart", "JobProfiel"]
                .map(|event| count(&log, event));
            assert!(counts[0] > 400 && counts[2] == counts[3], "{counts:?}");
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
            days += 1;
        }
        all.push(sums.map(|sum| sum / days));
    }
    for [pieces, waits, stops, _, jobs] in &all {
        assert!((700..1150).contains(pieces), "{all:?}");
        assert!((90..155).contains(waits), "{all:?}");
        assert!((6..=10).contains(stops), "{all:?}");
        assert!((45..80).contains(jobs), "{all:?}");
    }
    assert!(all[0][0] > all[1][0] && all[1][0] > all[2][0], "{all:?}");
}

#[test]
fn what_real_logs_hold_besides_occurs_and_is_rare() {
    let (mut bad, mut back, mut unknown, mut windows, mut utf8) = (0, 0, 0, 0, 0);
    for (seed, machine, date, hours) in any_days(200) {
        let log = day(seed, machine, date, hours);
        let text = String::from_utf8_lossy(log.bytes());
        let unreadable = ["|@StukUitgevoerd: 1\r", " 25:61", "-- sec", "JobProfiel: L:"];
        bad += usize::from(unreadable.iter().any(|part| text.contains(part)));
        let stamps: Vec<_> = text.lines().filter_map(|line| line.get(9..17)).collect();
        back += usize::from(!stamps.is_sorted());
        unknown +=
            ["AlarmReset", "ToolChange", "ProgrammeCharge"].iter().map(|event| count(&log, event)).sum::<usize>();
        windows += usize::from(text.contains('\u{FFFD}'));
        utf8 += usize::from(text.contains('é'));
    }
    assert!((3..30).contains(&bad), "{bad}");
    assert!((1..30).contains(&back), "{back}");
    assert!((30..110).contains(&unknown), "{unknown}");
    assert!(windows > 30 && utf8 > 10, "{windows} {utf8}");
}

#[test]
fn a_watched_day_is_never_silent_for_long() {
    for (seed, machine, date, _) in any_days(60) {
        let log = day(seed, machine, date, Hours::live(0));
        let times: Vec<_> = log.lines().map(|(at, _)| at).collect();
        let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(longest.unwrap() < TimeDelta::minutes(8), "{longest:?}");
    }
}

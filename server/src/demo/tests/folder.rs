use std::fs;
use std::path::Path;
use std::time::Instant;

use chrono::TimeDelta;
use chrono_tz::Europe::Paris;

use super::super::folder::Folder;
use super::super::generator::day;
use super::super::machines::MACHINES;
use super::super::shifts::Hours;
use super::{at, date};

fn read(root: &Path, name: &str) -> Vec<u8> {
    fs::read(root.join(MACHINES[0].folder).join(name)).unwrap()
}

#[test]
fn ninety_days_are_written_at_once() {
    let root = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    Folder::open(root.path(), Paris, 90, 7, at("2025-06-17T14:00:00")).unwrap();
    assert!(begun.elapsed().as_secs() < 3, "{:?}", begun.elapsed());
    for machine in &MACHINES {
        let files = fs::read_dir(root.path().join(machine.folder)).unwrap();
        assert!((65..=80).contains(&files.count()));
    }
    let today = day(7, &MACHINES[0], date("2025-06-17"), Hours::live(5));
    let so_far = today.until(at("2025-06-17T14:00:00"));
    assert_eq!(read(root.path(), "20250617.LOG"), so_far);
}

#[test]
fn today_only_grows_and_the_next_day_follows_at_midnight() {
    let root = tempfile::tempdir().unwrap();
    let mut now = at("2025-06-17T23:40:00");
    let mut folder = Folder::open(root.path(), Paris, 0, 7, now).unwrap();
    let (mut before, mut cut) = (read(root.path(), "20250617.LOG"), 0);
    while now < at("2025-06-18T00:20:00") {
        now += TimeDelta::seconds(1);
        folder.write_due(now).unwrap();
        let after = read(root.path(), "20250617.LOG");
        assert!(after.starts_with(&before));
        cut += usize::from(!after.ends_with(b"\n"));
        before = after;
    }
    assert!(cut > 0, "no visit would ever find half a line");
    let whole = |date, hours| day(7, &MACHINES[0], date, Hours::live(hours));
    assert_eq!(before, whole(date("2025-06-17"), 5).bytes());
    // A moment later no line is half written.
    folder.write_due(now).unwrap();
    assert_eq!(read(root.path(), "20250618.LOG"), whole(date("2025-06-18"), 0).until(now));
}

#[test]
fn a_machine_that_slept_for_days_catches_up() {
    let root = tempfile::tempdir().unwrap();
    let mut folder = Folder::open(root.path(), Paris, 1, 7, at("2025-06-16T14:00:00")).unwrap();
    folder.write_due(at("2025-06-19T15:00:00")).unwrap();
    let whole = day(7, &MACHINES[0], date("2025-06-16"), Hours::live(5));
    assert_eq!(read(root.path(), "20250616.LOG"), whole.bytes());
    for name in ["20250617.LOG", "20250618.LOG", "20250619.LOG"] {
        assert!(read(root.path(), name).len() > 10_000);
    }
}

#[test]
fn a_folder_that_was_kept_is_taken_up_again() {
    let root = tempfile::tempdir().unwrap();
    Folder::open(root.path(), Paris, 3, 7, at("2025-06-17T06:30:00")).unwrap();
    let before = read(root.path(), "20250617.LOG");
    // Two days later: the day that was cut short is completed, from the hour with which it began.
    Folder::open(root.path(), Paris, 3, 7, at("2025-06-19T16:00:00")).unwrap();
    let after = read(root.path(), "20250617.LOG");
    assert!(after.starts_with(&before) && after.len() > before.len());
    assert_eq!(after, day(7, &MACHINES[0], date("2025-06-17"), Hours::live(3)).bytes());
    let refused = Folder::open(root.path(), Paris, 3, 8, at("2025-06-19T16:00:00"));
    assert!(refused.is_err_and(|error| error.to_string().contains("seed")));
}

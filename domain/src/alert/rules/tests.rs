use super::*;
use crate::alert::Severity;
use crate::calendar::{Calendar, Calendars, Shift, Times};
use crate::time::{PlantZone, ProductionDay};
use chrono::{NaiveDate, NaiveTime};

const NOW: Instant = Instant(1_750_000_000_000);
const HOUR: i64 = 3_600_000;

fn expected() -> Expectations {
    Expectations { scheduled: vec![("FTP", Millis(2 * HOUR))], attendance: None }
}

fn ago(hours: i64) -> Instant {
    Instant(NOW.0 - hours * HOUR)
}

fn source(ended: &[RunEnd], last_good: Option<Instant>) -> Facts {
    let ended = ended.iter().zip(1..).map(|(end, number)| (*end, Some(format!("error {number}")))).collect();
    let sources = vec![SourceFacts { source: "FTP", ended, last_good, orders_missing: 0 }];
    Facts { sources, known_since: Some(ago(1)), ..Facts::default() }
}

fn kinds(facts: &Facts) -> Vec<AlertKind> {
    conditions(facts, &expected(), NOW).into_iter().map(|condition| condition.kind).collect()
}

fn quarantined(number: usize) -> QuarantinedFile {
    QuarantinedFile { machine: MachineId(3), path: format!("a/{number:03}.LOG"), error: Some("Denied.".into()) }
}

#[test]
fn nothing_is_wrong_where_nothing_is_known() {
    assert_eq!(conditions(&Facts::default(), &expected(), NOW), []);
    assert_eq!(kinds(&source(&[], None)), []);
    assert_eq!(kinds(&source(&[RunEnd::Succeeded; 3], Some(ago(0)))), []);
}

#[test]
fn a_quarantined_file_is_told_with_its_path_and_its_error() {
    let facts = Facts { quarantined: vec![quarantined(7)], ..Facts::default() };
    let expected = Condition {
        kind: AlertKind::FileQuarantined,
        subject: "a/007.LOG".into(),
        severity: Severity::Warning,
        machine: Some(MachineId(3)),
        message: "The file a/007.LOG could not be read three runs in a row; it is tried once an hour. The last error: Denied."
            .into(),
        silence: None,
    };
    assert_eq!(conditions(&facts, &Expectations::default(), NOW), [expected]);
}

#[test]
fn many_files_of_a_machine_are_told_as_one() {
    let facts = |count| Facts { quarantined: (0..count).map(quarantined).collect(), ..Facts::default() };
    assert_eq!(kinds(&facts(SINGLY)).len(), SINGLY);
    let [one] = &conditions(&facts(SINGLY + 1), &expected(), NOW)[..] else { panic!("not one") };
    assert_eq!((one.subject.as_str(), one.machine), ("machine 3", Some(MachineId(3))));
    assert!(one.message.starts_with("21 files of the machine") && one.message.contains("a/000.LOG"), "{one:?}");
}

#[test]
fn a_failed_run_is_told_until_one_ends_otherwise() {
    let facts = source(&[RunEnd::Failed, RunEnd::Succeeded], Some(ago(1)));
    let [failed] = &conditions(&facts, &expected(), NOW)[..] else { panic!("not one") };
    assert_eq!((failed.kind, failed.severity), (AlertKind::SyncFailed, Severity::Critical));
    assert_eq!(failed.message, "The last synchronisation of FTP failed: error 1");
    assert_eq!(kinds(&source(&[RunEnd::Partial, RunEnd::Failed], Some(ago(1)))), []);
}

#[test]
fn only_three_partial_runs_in_a_row_are_told() {
    use RunEnd::{Partial, Succeeded};
    assert_eq!(kinds(&source(&[Partial, Partial], Some(ago(0)))), []);
    assert_eq!(kinds(&source(&[Partial, Partial, Succeeded], Some(ago(0)))), []);
    assert_eq!(kinds(&source(&[Succeeded, Partial, Partial], Some(ago(0)))), []);
    assert_eq!(kinds(&source(&[Partial, Partial, Partial], Some(ago(0)))), [AlertKind::SyncPartial]);
}

#[test]
fn orders_that_are_missing_are_told_until_they_are_back_or_believed_gone() {
    let missing = |orders_missing| {
        let mut facts = source(&[RunEnd::Partial], Some(ago(0)));
        facts.sources[0].orders_missing = orders_missing;
        facts
    };
    assert_eq!(kinds(&missing(0)), []);
    let [one] = &conditions(&missing(12), &expected(), NOW)[..] else { panic!("not one") };
    assert_eq!((one.kind, one.severity), (AlertKind::OrdersMissing, Severity::Warning));
    assert!(one.message.starts_with("12 orders") && one.message.contains("--accept-removals"), "{}", one.message);
}

#[test]
fn a_source_on_schedule_is_overdue_after_its_time() {
    let failing = [RunEnd::Failed, RunEnd::Failed];
    assert_eq!(kinds(&source(&failing, Some(Instant(ago(2).0 + 1)))), [AlertKind::SyncFailed]);
    assert_eq!(kinds(&source(&failing, Some(ago(2)))), [AlertKind::SyncFailed, AlertKind::SyncOverdue]);
    let message = &conditions(&source(&[], Some(ago(3))), &expected(), NOW)[0].message;
    assert_eq!(
        message,
        "FTP was not synchronised for more than 2 h: the last one that did something ended at 2025-06-15 12:06 UTC."
    );
    let unscheduled = Expectations { scheduled: vec![], ..expected() };
    assert_eq!(conditions(&source(&[], Some(ago(9))), &unscheduled, NOW), []);
}

#[test]
fn without_a_run_the_time_counts_from_the_first_known_moment() {
    let never = |known_since| Facts { known_since, ..source(&[], None) };
    assert_eq!(kinds(&never(None)), []);
    assert_eq!(kinds(&never(Some(ago(1)))), []);
    assert_eq!(kinds(&never(Some(ago(2)))), [AlertKind::SyncOverdue]);
}

#[test]
fn rejected_lines_are_told_for_a_day_after_the_file_was_read() {
    let file = |lines, hours| RejectingFile { machine: MachineId(1), path: "b.LOG".into(), lines, read_at: ago(hours) };
    let facts = |lines, hours| Facts { rejected: vec![file(lines, hours)], ..Facts::default() };
    assert_eq!(kinds(&facts(2, 23)), [AlertKind::RejectedLines]);
    assert_eq!(kinds(&facts(2, 24)), []);
    assert_eq!(kinds(&facts(0, 0)), []);
}

#[test]
fn a_file_that_changed_is_told_once_for_a_day() {
    let change =
        |change, hours| ChangedFile { machine: MachineId(1), path: "b.LOG".into(), change, noted_at: ago(hours) };
    let messages = |changed: Vec<ChangedFile>| {
        let found = conditions(&Facts { changed, ..Facts::default() }, &expected(), NOW);
        found.into_iter().map(|condition| condition.message).collect::<Vec<_>>()
    };
    assert_eq!(
        messages(vec![change(Change::Truncated, 1), change(Change::Rewritten, 2)]),
        ["The file b.LOG changed where it had been read, and became shorter; what was read of it is kept."]
    );
    assert_eq!(
        messages(vec![change(Change::Truncated, 1), change(Change::Rewritten, 24)]),
        ["The file b.LOG became shorter; what was read of it is kept."]
    );
    assert_eq!(messages(vec![change(Change::Truncated, 24)]), Vec::<String>::new());
}

#[test]
fn long_errors_are_cut() {
    let error = Some("é".repeat(5_000));
    let facts = Facts { quarantined: vec![QuarantinedFile { error, ..quarantined(1) }], ..Facts::default() };
    assert_eq!(conditions(&facts, &expected(), NOW)[0].message.chars().count(), MESSAGE_CHARS + 1);
}

/// A machine whose plant is open from 6 to 14 every day, UTC; something last came so many hours ago. It is 15:06 now.
fn silent_for(hours: i64) -> Vec<Condition> {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let shift = |day: u8| Shift {
        weekday: chrono::Weekday::try_from(day).unwrap(),
        name: None,
        times: Times { start: time(6), end: time(14) },
    };
    let calendar = Calendar { shifts: (0..7).map(shift).collect(), ..Calendar::default() };
    let calendars = Calendars::new(BTreeMap::new(), BTreeMap::from([(ProductionDay(NaiveDate::default()), calendar)]));
    let arrival = Arrival { machine: MachineId(4), name: "DEM12".to_owned(), calendars, at: ago(hours) };
    let zone = PlantZone::new(chrono_tz::UTC, NaiveTime::MIN);
    let attendance = Some(Attendance { zone, silence: Millis(HOUR) });
    let facts = Facts { machines: vec![arrival], ..Facts::default() };
    conditions(&facts, &Expectations { attendance, ..Expectations::default() }, NOW)
}

#[test]
fn a_machine_is_silent_after_an_hour_of_required_time_in_which_nothing_came() {
    assert_eq!(silent_for(1), [], "it was closed since");
    assert_eq!(silent_for(2), [], "54 minutes of it were required");
    let [told] = &silent_for(3)[..] else { panic!() };
    assert_eq!(
        told.message,
        "Nothing new came from DEM12 since 2025-06-15 12:06 (plant time), though its calendar required 1 h or more of work."
    );
    assert_eq!(
        (told.kind, told.subject.as_str(), told.machine),
        (AlertKind::MachineSilent, "DEM12", Some(MachineId(4)))
    );
    let day = ProductionDay(NaiveDate::from_ymd_opt(2025, 6, 15).unwrap());
    assert_eq!(told.silence, Some(Silence { since: ago(3), day }));
}

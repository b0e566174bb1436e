//! What people decide about all days of machines: calendars, reference cycle times, reasons of stops.

use crate::fixture::Fixture;
use atelier_application::ports::audit::{Actor, AuditAction, AuditEntry, AuditLog};
use atelier_application::ports::decisions::{DecisionStore, GivenCycle, StopReason};
use atelier_application::ports::ingest_store::{IngestStore, Mark};
use atelier_application::ports::sessions::Window;
use atelier_domain::calendar::{Calendar, CalendarException, ExceptionalOpening, PlannedStop, Shift, Times};
use atelier_domain::ids::MachineId;
use atelier_domain::interval::Interval;
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use chrono::{DateTime, NaiveTime, Weekday};
use std::collections::BTreeMap;

on_both!(
    calendars_are_replaced_and_mark_days,
    the_plants_calendar,
    machines_out_of_use,
    files_that_cannot_be_read,
    calendars_that_are_set_at_once,
    reference_cycles,
    reasons_of_stops,
    a_reason_that_changes_its_mind
);

pub(crate) fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc().into()
}

pub(crate) fn day(text: &str) -> ProductionDay {
    ProductionDay(text.parse().unwrap())
}

fn times(start: u32, end: u32) -> Times {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    Times { start: time(start), end: time(end) }
}

/// A calendar of all that one may hold.
fn calendar(opens: u32) -> Calendar {
    let exception = |date: &str, label: Option<&str>, opening| CalendarException {
        date: date.parse().unwrap(),
        label: label.map(str::to_owned),
        opening,
    };
    Calendar {
        shifts: vec![
            Shift { weekday: Weekday::Mon, name: Some("l'équipe \"A\"".to_owned()), times: times(opens, 13) },
            Shift { weekday: Weekday::Sun, name: None, times: times(21, 0) },
        ],
        planned_stops: vec![PlannedStop { weekday: Weekday::Mon, label: "pause".to_owned(), times: times(9, 10) }],
        exceptions: vec![
            exception("2025-05-01", Some("fête"), ExceptionalOpening::Closed),
            exception("2025-05-02", None, ExceptionalOpening::Normal),
            exception("2025-05-03", None, ExceptionalOpening::Times(times(8, 12))),
        ],
    }
}

fn entry(action: AuditAction) -> AuditEntry {
    AuditEntry {
        at: at("2025-05-05T10:00:00Z"),
        actor: Actor::CommandLine(None),
        action,
        object: "machine A".to_owned(),
        detail: BTreeMap::new(),
    }
}

pub(crate) async fn two_machines(fixture: &Fixture) {
    fixture.machine(1, "A", "PVC").await;
    fixture.machine(2, "B", "ALU").await;
}

/// The days that are marked, which are forgotten.
async fn marked(fixture: &Fixture) -> Vec<(i64, String, Option<String>)> {
    let marks = fixture.store.marks().await.unwrap();
    fixture.store.drop_marks(&marks).await.unwrap();
    assert!(fixture.store.marks().await.unwrap().is_empty());
    let told = |Mark { machine, from, to, .. }: Mark| (machine.0, from.to_string(), to.map(|to| to.to_string()));
    let mut told: Vec<_> = marks.into_iter().map(told).collect();
    told.sort();
    told
}

fn from(machine: i64, day: &str) -> (i64, String, Option<String>) {
    (machine, day.to_owned(), None)
}

async fn audited(fixture: &Fixture) -> usize {
    let window = Window { limit: 99, after: None, before: None, from_end: false };
    fixture.store.audit_trail(&window).await.unwrap().items.len()
}

async fn calendars_are_replaced_and_mark_days(fixture: Fixture) {
    two_machines(&fixture).await;
    let set = async |machine: i64, first: &str, opens: u32| {
        let entry = entry(AuditAction::CalendarSet);
        fixture.store.set_calendar(Some(MachineId(machine)), day(first), &calendar(opens), Some(entry)).await.unwrap();
    };
    let in_force = async |machine: i64, on: &str| {
        let all = fixture.store.calendars(&[MachineId(1), MachineId(2)]).await.unwrap();
        all[&MachineId(machine)].in_force(day(on)).cloned()
    };
    set(1, "2025-05-05", 5).await;
    assert_eq!(marked(&fixture).await, [from(1, "2025-05-05")]);
    assert_eq!(in_force(1, "2025-05-05").await, Some(calendar(5)), "it is read as it was written");
    assert_eq!((in_force(1, "2025-05-04").await, in_force(2, "2025-06-01").await), (None, None));
    assert_eq!(audited(&fixture).await, 1);

    set(1, "2025-05-05", 5).await;
    assert_eq!((marked(&fixture).await, audited(&fixture).await), (vec![], 1), "nothing changed");

    set(1, "2025-05-05", 6).await;
    assert_eq!(marked(&fixture).await, [from(1, "2025-05-05")]);
    assert_eq!(in_force(1, "2025-05-09").await, Some(calendar(6)), "that of the same day is replaced");

    set(1, "2025-05-08", 7).await;
    set(2, "2025-05-05", 5).await;
    assert_eq!(marked(&fixture).await, [from(1, "2025-05-08"), from(2, "2025-05-05")]);
    assert_eq!(in_force(1, "2025-05-07").await, Some(calendar(6)), "the past stays");
    assert_eq!(in_force(1, "2025-05-08").await, Some(calendar(7)));
    assert_eq!(audited(&fixture).await, 4);
}

async fn the_plants_calendar(fixture: Fixture) {
    two_machines(&fixture).await;
    let set = async |machine: Option<i64>, opens: u32| {
        let machine = machine.map(MachineId);
        fixture.store.set_calendar(machine, day("2025-05-05"), &calendar(opens), None).await.unwrap();
    };
    set(None, 5).await;
    assert_eq!(marked(&fixture).await, [from(1, "2025-05-05"), from(2, "2025-05-05")]);
    set(None, 5).await;
    assert_eq!(marked(&fixture).await, []);
    set(Some(1), 7).await;
    set(None, 6).await;
    assert_eq!(marked(&fixture).await.len(), 3);
    let all = fixture.store.calendars(&[MachineId(1), MachineId(2), MachineId(3)]).await.unwrap();
    let opens = |machine| all[&MachineId(machine)].in_force(day("2025-05-05")).cloned();
    assert_eq!((opens(1), opens(2)), (Some(calendar(7)), Some(calendar(6))), "its own comes before the plant's");
    assert_eq!(audited(&fixture).await, 0);
    let days = fixture.store.attendance().await.unwrap();
    assert_eq!(days[&MachineId(2)].calendars.in_force(day("2025-05-06")), Some(&calendar(6)));
}

async fn machines_out_of_use(fixture: Fixture) {
    two_machines(&fixture).await;
    fixture.store.set_calendar(None, day("2025-05-05"), &calendar(5), None).await.unwrap();
    let unused = async || {
        let found = fixture.store.attendance().await.unwrap();
        [1, 2].map(|machine| found[&MachineId(machine)].out_of_use.clone())
    };
    let note = async |now: &str| fixture.store.note_use(at(now)).await.unwrap();
    let between = |from: &str, to: &str| Interval::new(at(from), at(to));
    let since = |from: &str| Interval::new(at(from), Instant(i64::MAX));
    note("2025-05-05T10:00:00Z").await;
    assert_eq!(unused().await, [[], []]);
    fixture.sql("UPDATE centre_usinage SET actif = false WHERE id = 1").await;
    for now in ["2025-05-05T11:00:00Z", "2025-05-05T12:00:00Z"] {
        note(now).await;
        assert_eq!(unused().await, [vec![since("2025-05-05T11:00:00Z")], vec![]]);
    }
    fixture.sql("UPDATE centre_usinage SET actif = true WHERE id = 1").await;
    note("2025-05-05T13:00:00Z").await;
    let first = between("2025-05-05T11:00:00Z", "2025-05-05T13:00:00Z");
    assert_eq!(unused().await, [vec![first], vec![]]);
    // Since the last run that brought all it had written.
    for (debut, failed) in [("14", ""), ("15", ",2,"), ("16", ",1,")] {
        fixture
            .sql(&format!(
                "INSERT INTO synchronisation (source, genre, statut, debut, fin, centres_en_echec) VALUES \
                 ('FTP', 'SYNC', 'PARTIAL', '2025-05-05T{debut}:00:00.000+00:00', '2025-05-05T{debut}:01:00.000+00:00', '{failed}')"
            ))
            .await;
    }
    fixture.sql("UPDATE centre_usinage SET actif = false").await;
    note("2025-05-05T17:00:00Z").await;
    let expected = [vec![first, since("2025-05-05T15:00:00Z")], vec![since("2025-05-05T16:00:00Z")]];
    assert_eq!(unused().await, expected);
    fixture.session(10, 2, "2025-05-01", 9, 0, 0).await;
    let watched = fixture.store.begin(MachineId(2)).await.unwrap().inputs().await.unwrap().watched;
    assert_eq!(watched.map(|watched| watched.out_of_use), Some(expected[1].clone()));
}

async fn files_that_cannot_be_read(fixture: Fixture) {
    two_machines(&fixture).await;
    fixture.store.set_calendar(None, day("2025-05-05"), &calendar(5), None).await.unwrap();
    fixture.session(10, 1, "2025-05-01", 9, 0, 0).await;
    for (path, times) in [("f1/20250507.LOG", 3), ("f1/20250520.LOG", 2), ("f1/MACHINE.LOG", 3)] {
        for _ in 0..times {
            fixture.store.note_failure(MachineId(1), path, "no", at("2025-05-09T10:00:00Z")).await.unwrap();
        }
    }
    let days = vec![day("2025-05-05")..=day("2025-05-09")];
    let found = fixture.store.attendance().await.unwrap();
    assert_eq!((&found[&MachineId(1)].unread, &found[&MachineId(2)].unread), (&days, &Vec::new()));
    let watched = fixture.store.begin(MachineId(1)).await.unwrap().inputs().await.unwrap().watched;
    assert_eq!(watched.map(|watched| watched.unread), Some(days));
}

/// Whoever comes last is right, and nobody fails.
async fn calendars_that_are_set_at_once(fixture: Fixture) {
    two_machines(&fixture).await;
    for owner in [Some(MachineId(1)), None] {
        let calendars = [calendar(4), calendar(5), calendar(6), calendar(7)];
        let set = |calendar| fixture.store.set_calendar(owner, day("2025-05-01"), calendar, None);
        let [first, second, third, fourth] = &calendars;
        let done = tokio::join!(set(first), set(second), set(third), set(fourth));
        assert_eq!(done, (Ok(()), Ok(()), Ok(()), Ok(())));
    }
}

async fn reference_cycles(fixture: Fixture) {
    two_machines(&fixture).await;
    let given = |reference: Option<&str>, from: &str, cycle: Option<i64>| GivenCycle {
        reference: reference.map(str::to_owned),
        from: day(from),
        cycle: cycle.map(Millis),
    };
    let set = async |machine: i64, cycle: &GivenCycle| {
        let entry = entry(AuditAction::ReferenceCycleSet);
        fixture.store.set_reference_cycle(MachineId(machine), cycle, entry).await.unwrap();
    };
    let all = [
        given(None, "2025-05-01", Some(60_000)),
        given(None, "2025-05-03", None),
        given(Some("B"), "2025-05-02", Some(83_400)),
        given(Some("a"), "2025-05-01", Some(1)),
        given(Some("é"), "2025-05-01", Some(7)),
    ];
    for cycle in [&given(Some("B"), "2025-05-02", Some(5)), &all[4], &all[1], &all[3], &all[2], &all[0]] {
        set(1, cycle).await;
    }
    set(2, &all[0]).await;
    let found = fixture.store.given_cycles(&[MachineId(1), MachineId(2), MachineId(3)]).await.unwrap();
    assert_eq!(found[&MachineId(1)], all, "by profile, then by day; the later one of a day replaces");
    assert_eq!((found[&MachineId(2)].as_slice(), found.get(&MachineId(3))), (&all[..1], None));
    let marks = marked(&fixture).await;
    assert_eq!(marks.len(), 7);
    assert!(marks.contains(&from(1, "2025-05-03")) && marks.contains(&from(2, "2025-05-01")), "{marks:?}");
    assert_eq!(audited(&fixture).await, 7);
    let mut unit = fixture.store.begin(MachineId(1)).await.unwrap();
    let cycles = unit.inputs().await.unwrap().cycles;
    let on = |date, reference| cycles.on(day(date), reference).map(|(cycle, source)| (cycle.0, source.as_str()));
    assert_eq!(on("2025-05-02", Some("B")), Some((83_400, "PROFILE")));
    assert_eq!((on("2025-05-02", Some("?")), on("2025-05-03", None)), (Some((60_000, "MACHINE")), None));
    assert_eq!(on("2025-05-03", Some("")), None);
}

fn reason(code: &str, label: &str, planned: bool) -> StopReason {
    StopReason { code: code.to_owned(), label: label.to_owned(), planned, active: true }
}

async fn reasons_of_stops(fixture: Fixture) {
    let seeded = fixture.store.stop_reasons().await.unwrap();
    let codes: Vec<_> = seeded.iter().map(|reason| reason.code.as_str()).collect();
    assert!(codes.is_sorted() && codes.len() == 16, "{codes:?}");
    assert!(seeded.iter().all(|reason| reason.active));
    assert!(seeded.contains(&reason("CHANGEMENT_OUTIL", "changement d'outil", false)));
    assert!(seeded.contains(&reason("MAINTENANCE", "maintenance préventive", true)));
    let own = StopReason { active: false, ..reason("A1", "l'été", true) };
    let changed = reason("PANNE", "panne machine", false);
    for reason in [&own, &changed, &StopReason { active: true, ..own.clone() }, &own] {
        fixture.store.save_stop_reason(reason, entry(AuditAction::StopReasonSaved)).await.unwrap();
    }
    let found = fixture.store.stop_reasons().await.unwrap();
    assert_eq!((found.len(), &found[0]), (17, &own));
    assert!(found.contains(&changed));
    assert_eq!((audited(&fixture).await, marked(&fixture).await), (4, vec![]));
}

/// A stop in a session, with its reason.
pub(crate) async fn stop(fixture: &Fixture, id: i64, session: i64, day: &str, reason: Option<&str>) {
    let reason = reason.map_or_else(|| "NULL".to_owned(), |code| format!("'{code}'"));
    fixture
        .sql(&format!(
            "INSERT INTO periode_arret (id, session_id, numero, timestamp_debut, timestamp_fin, duree_secondes, duree_ms, \
             depuis, motif, commentaire, version_id, ligne) VALUES ({id}, {session}, {id}, '{day}T08:00:00.000+00:00', \
             '{day}T08:00:01.500+00:00', 2, 1500, '{day}T07:00:00.000+00:00', {reason}, 'l''été', 5, 9)"
        ))
        .await;
}

async fn a_reason_that_changes_its_mind(fixture: Fixture) {
    two_machines(&fixture).await;
    for (id, machine, date, code) in [
        (1, 1, "2025-05-01", Some("PANNE")),
        (2, 1, "2025-05-02", Some("AUTRE")),
        (3, 2, "2025-05-01", Some("PANNE")),
        (4, 2, "2025-05-03", None),
    ] {
        fixture.session(id, machine, date, 1, 0, 0).await;
        stop(&fixture, id, id, date, code).await;
    }
    stop(&fixture, 5, 1, "2025-05-01", Some("PANNE")).await;
    let save = async |planned, active| {
        let reason = StopReason { active, ..reason("PANNE", "en panne", planned) };
        fixture.store.save_stop_reason(&reason, entry(AuditAction::StopReasonSaved)).await.unwrap();
        marked(&fixture).await
    };
    let only = |machine, day: &str| (machine, day.to_owned(), Some(day.to_owned()));
    assert_eq!(save(false, true).await, [], "another label");
    assert_eq!(save(true, true).await, [only(1, "2025-05-01"), only(2, "2025-05-01")]);
    assert_eq!(save(true, false).await, [], "no longer offered");
    assert_eq!(save(false, true).await.len(), 2);
    // Which stops a session had whose details were removed, nobody knows: it may have had one that was given the reason.
    fixture.sql("DELETE FROM periode_arret WHERE session_id = 1").await;
    fixture.sql("UPDATE session_production SET details_retires_le = '2025-06-01T00:00:00.000+00:00' WHERE centre_usinage_id = 1").await;
    let qualify = "INSERT INTO qualification_arret (centre_usinage_id, depuis, motif, date_creation) \
                   VALUES (1, '2025-05-02T00:00:00.000+00:00', 'PANNE', '2025-05-02T00:00:00.000+00:00')";
    fixture.sql(qualify).await;
    assert_eq!(save(true, true).await, [only(1, "2025-05-02"), only(2, "2025-05-01")]);
}

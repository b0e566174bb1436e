//! What people say about single days, what machines teach, and what each does.

use crate::decisions::{at, day, stop, two_machines};
use crate::fixture::Fixture;
use atelier_application::ports::decisions::{DecisionStore, ScrapDeclaration};
use atelier_application::ports::ingest_store::{IngestStore, NewQualification, NewScrap};
use atelier_application::ports::machines::MachineStore;
use atelier_domain::ids::{MachineId, PeriodId, ScrapId, SessionId, UserId};
use atelier_domain::interval::Interval;
use atelier_domain::kpi::reference_cycle::CycleSpread;
use atelier_domain::units::Millis;

on_both!(scrap, stops, recent_cycles, activities);

async fn scrap(fixture: Fixture) {
    two_machines(&fixture).await;
    fixture.session(10, 1, "2025-05-01", 9, 0, 0).await;
    fixture.session(20, 1, "2025-05-02", 9, 0, 0).await;
    fixture.session(30, 2, "2025-05-01", 9, 0, 0).await;
    let sessions = [SessionId(10), SessionId(20), SessionId(30), SessionId(99)];
    let now = at("2025-05-05T10:00:00.250Z");
    let new = |pieces, reason: Option<&str>, reference: Option<&str>| NewScrap {
        pieces,
        reason: reason.map(str::to_owned),
        reference: reference.map(str::to_owned),
        by: UserId(7),
        at: now,
    };
    let mut unit = fixture.store.begin(MachineId(1)).await.unwrap();
    assert_eq!(
        (unit.pieces_of(day("2025-05-01")).await, unit.pieces_of(day("2025-05-09")).await),
        (Ok(Some(9)), Ok(None))
    );
    unit.declare_scrap(day("2025-05-01"), &new(2, Some("rayé, l'autre"), None)).await.unwrap();
    unit.declare_scrap(day("2025-05-02"), &new(1, None, None)).await.unwrap();
    unit.declare_scrap(day("2025-05-01"), &new(3, None, Some("215023"))).await.unwrap();
    unit.commit().await.unwrap();
    let mut dropped = fixture.store.begin(MachineId(1)).await.unwrap();
    dropped.declare_scrap(day("2025-05-01"), &new(4, None, None)).await.unwrap();
    drop(dropped);
    let found = fixture.store.scrap(&sessions).await.unwrap();
    let [first, second] = &found[&SessionId(10)][..] else { panic!("{found:?}") };
    let (reason, by) = (Some("rayé, l'autre".to_owned()), Some(UserId(7)));
    let expected = ScrapDeclaration { id: first.id, pieces: 2, reason, reference: None, by, at: now };
    assert_eq!((first, second.pieces, second.reference.as_deref()), (&expected, 3, Some("215023")));
    assert_eq!((found.len(), found[&SessionId(20)][0].pieces), (2, 1));
    let place = async |id| fixture.store.scrap_place(id).await.unwrap();
    assert_eq!(place(first.id).await, Some((MachineId(1), day("2025-05-01"), SessionId(10))));
    assert_eq!(place(ScrapId(9_999)).await, None);

    let mut other = fixture.store.begin(MachineId(2)).await.unwrap();
    assert!(!other.withdraw_scrap(first.id, now).await.unwrap(), "it is another machine's");
    drop(other);
    let mut unit = fixture.store.begin(MachineId(1)).await.unwrap();
    assert!(unit.withdraw_scrap(first.id, now).await.unwrap());
    assert!(!unit.withdraw_scrap(first.id, now).await.unwrap(), "once");
    let declared = unit.inputs().await.unwrap().scrap;
    assert_eq!(declared[&day("2025-05-01")].iter().map(|scrap| scrap.pieces).collect::<Vec<_>>(), [3]);
    unit.commit().await.unwrap();
    let left = fixture.store.scrap(&sessions).await.unwrap();
    assert_eq!(left[&SessionId(10)], std::slice::from_ref(second));
    assert_eq!(place(first.id).await, None);
}

async fn stops(fixture: Fixture) {
    two_machines(&fixture).await;
    fixture.session(10, 2, "2025-05-01", 9, 0, 0).await;
    fixture.session(20, 2, "2025-05-02", 9, 0, 0).await;
    stop(&fixture, 5, 10, "2025-05-01", Some("AUTRE")).await;
    let (machine, found) = fixture.store.stop(PeriodId(5)).await.unwrap().unwrap();
    assert_eq!((machine, found.id, found.since), (MachineId(2), PeriodId(5), at("2025-05-01T07:00:00Z")));
    assert_eq!((found.start, found.end), (at("2025-05-01T08:00:00Z"), Some(at("2025-05-01T08:00:01.500Z"))));
    assert_eq!((found.reason.as_deref(), found.comment.as_deref()), (Some("AUTRE"), Some("l'été")));
    assert_eq!(fixture.store.stop(PeriodId(6)).await.unwrap(), None);

    // The part of the next day is of the same stop.
    stop(&fixture, 6, 20, "2025-05-01", None).await;
    let since = at("2025-05-01T07:00:00Z");
    let mut unit = fixture.store.begin(MachineId(2)).await.unwrap();
    assert_eq!(unit.days_of_stop(since).await.unwrap(), [day("2025-05-01"), day("2025-05-02")].into());
    assert!(unit.days_of_stop(at("2025-05-01T07:00:01Z")).await.unwrap().is_empty());
    let mut qualification =
        NewQualification { reason: "PAUSE".to_owned(), comment: None, by: UserId(7), at: at("2025-05-05T10:00:00Z") };
    unit.qualify_stop(since, &qualification).await.unwrap();
    (qualification.reason, qualification.comment) = ("PANNE".to_owned(), Some("é".to_owned()));
    unit.qualify_stop(since, &qualification).await.unwrap();
    let known = unit.inputs().await.unwrap().stops;
    assert_eq!((known.len(), known[&since].reason.as_str(), known[&since].planned), (1, "PANNE", false));
    assert_eq!(known[&since].comment.as_deref(), Some("é"));
    drop(unit);
    let mut other = fixture.store.begin(MachineId(1)).await.unwrap();
    assert!(other.inputs().await.unwrap().stops.is_empty(), "it is another machine's");
}

async fn recent_cycles(fixture: Fixture) {
    two_machines(&fixture).await;
    for (id, machine, date) in
        [(1, 1, "2025-05-01"), (2, 1, "2025-05-02"), (3, 1, "2025-05-03"), (4, 1, "2025-05-04"), (5, 2, "2025-05-02")]
    {
        fixture.session(id, machine, date, 9, 0, 0).await;
        if id != 3 {
            fixture
                .sql(&format!("INSERT INTO cycles_session (session_id, cycles) VALUES ({id}, '[{id}000,2,9000,{id}]')"))
                .await;
        }
    }
    let machines = [MachineId(1), MachineId(2), MachineId(3)];
    let found = fixture.store.recent_cycles(&machines, day("2025-05-02")..=day("2025-05-03")).await.unwrap();
    let spread = |id: i64| CycleSpread::new([(Millis(id * 1_000), 2), (Millis(9_000), id as u32)]);
    assert_eq!(
        (found.len(), &found[&MachineId(1)][..], &found[&MachineId(2)][..]),
        (2, &[spread(2)][..], &[spread(5)][..])
    );
    let mut unit = fixture.store.begin(MachineId(1)).await.unwrap();
    let own = unit.cycle_spreads(day("2025-05-01")..=day("2025-05-03")).await.unwrap();
    assert_eq!(own, [(day("2025-05-01"), spread(1)), (day("2025-05-02"), spread(2))].into());
}

async fn activities(fixture: Fixture) {
    two_machines(&fixture).await;
    fixture.machine(3, "C", "PVC").await;
    let machines = [MachineId(1), MachineId(2), MachineId(3)];
    assert!(fixture.store.activities(&machines, day("2025-05-03")).await.unwrap().is_empty());
    fixture.session(1, 1, "2025-05-01", 9, 0, 0).await;
    fixture.session(2, 1, "2025-05-02", 9, 0, 0).await;
    // A day on which nothing came tells nothing.
    fixture.session(3, 1, "2025-05-03", 0, 0, 0).await;
    fixture
        .sql("UPDATE session_production SET evenements = 0, premier_evenement = NULL, dernier_evenement = NULL WHERE id = 3")
        .await;
    fixture.session(4, 2, "2025-05-02", 9, 0, 0).await;
    stop(&fixture, 1, 1, "2025-05-01", None).await;
    stop(&fixture, 2, 2, "2025-05-02", None).await;
    for (id, session, start, end) in [
        (1, 2, "06:00:00", "09:00:00"),
        (2, 2, "07:00:00", "08:00:00"),
        (3, 2, "05:00:00", "09:00:00"),
        (4, 1, "10:00:00", "11:00:00"),
    ] {
        fixture
            .sql(&format!(
                "INSERT INTO periode_attente (id, session_id, numero, timestamp_debut, timestamp_fin, duree_secondes, \
                 duree_ms, version_id, ligne) VALUES ({id}, {session}, {id}, '2025-05-02T{start}.000+00:00', \
                 '2025-05-02T{end}.000+00:00', 1, 1, 5, 9)"
            ))
            .await;
    }
    let since = at("2025-05-02T17:00:00Z");
    for (machine, date, stop) in [
        (1, "2025-05-01", "[5,[1,1,1]]".to_owned()),
        (1, "2025-05-02", "null".to_owned()),
        (2, "2025-05-02", format!("[{},[1,2,3]]", since.0)),
    ] {
        let state = format!(r#"{{"last":1,"stop":{stop},"job":null,"reference":null,"waits":[]}}"#);
        fixture
            .sql(&format!("INSERT INTO etat_flux (centre_usinage_id, date_production, etat) VALUES ({machine}, '{date}', '{state}')"))
            .await;
    }
    let found = fixture.store.activities(&machines, day("2025-05-03")).await.unwrap();
    assert_eq!(found.len(), 2);
    let first = found[&MachineId(1)];
    assert_eq!((first.last_event, first.stopped_since), (at("2025-05-02T18:00:00.999Z"), None));
    let wait = Interval::new(at("2025-05-02T05:00:00Z"), at("2025-05-02T09:00:00Z"));
    assert_eq!((first.last_wait, first.last_start), (Some(wait), Some(at("2025-05-02T08:00:01.500Z"))));
    let second = found[&MachineId(2)];
    assert_eq!((second.stopped_since, second.last_wait, second.last_start), (Some(since), None, None));
    assert_eq!(fixture.store.activities(&machines[1..2], day("2025-05-03")).await.unwrap().len(), 1);
    // Days that are still to come tell nothing of now.
    let found = fixture.store.activities(&machines, day("2025-05-01")).await.unwrap();
    let first = found[&MachineId(1)];
    assert_eq!((found.len(), first.last_event), (1, at("2025-05-01T18:00:00.999Z")));
    assert_eq!(first.stopped_since.map(|since| since.0), Some(5));
}

//! Which sessions, and what is in their rows.

use crate::fixture::Fixture;
use atelier_application::ports::sessions::{SessionFilter, SessionOrder, SessionOrderField, SessionReader, Window};
use atelier_application::ports::store_error::StoreError;
use atelier_domain::ids::{MachineId, Revision, SessionId};
use atelier_domain::machine::MachineType;
use atelier_domain::session::SessionStatus;
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use chrono::{DateTime, NaiveDate};

on_both!(rows_become_sessions, filters, counts_and_latest, changes, rows_that_make_no_sense);

async fn fill(fixture: &Fixture) {
    fixture.machine(1, "A", "PVC").await;
    fixture.machine(2, "B", "ALU").await;
    fixture.machine(3, "C", "HYBRIDE").await;
    fixture.session(1, 1, "2025-05-01", 10, 1000, 400).await;
    fixture.session(2, 1, "2025-05-03", 20, 1000, 400).await;
    fixture.session(3, 2, "2025-05-02", 30, 0, 0).await;
}

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc().into()
}

fn day(text: &str) -> ProductionDay {
    ProductionDay(text.parse().unwrap())
}

async fn rows_become_sessions(fixture: Fixture) {
    fill(&fixture).await;
    let sessions = fixture.store.sessions_by_id(&[SessionId(2), SessionId(77)]).await.unwrap();
    let [session] = &sessions[..] else { panic!("{sessions:?}") };
    assert_eq!((session.id, session.machine, session.day), (SessionId(2), MachineId(1), day("2025-05-03")));
    assert_eq!(session.status, SessionStatus::Open);
    assert_eq!(session.first_event, Some(at("2025-05-03T06:00:00.001Z")));
    assert_eq!(session.last_event, Some(at("2025-05-03T18:00:00.999Z")));
    assert_eq!((session.first_piece, session.last_piece), (Some(at("2025-05-03T06:02:11.250Z")), None));
    assert_eq!((session.first_start, session.last_stop), (None, None));
    assert_eq!((session.events, session.other_events.get("Foo")), (12, Some(&3)));
    let figures = session.observed;
    assert_eq!((figures.pieces, figures.span, figures.wait, figures.stop), (20, Millis(1000), Millis(600), Millis(0)));
    assert_eq!((session.created_at, session.updated_at), (at("2025-05-03T05:00:00Z"), at("2025-05-03T20:00:00Z")));
    assert_eq!(session.revision, Revision(2));
}

async fn filters(fixture: Fixture) {
    fill(&fixture).await;
    let all = SessionFilter::default();
    let cases = [
        (all.clone(), vec![1, 3, 2]),
        (SessionFilter { machines: Some(vec![MachineId(1)]), ..all.clone() }, vec![1, 2]),
        (SessionFilter { machines: Some(vec![]), ..all.clone() }, vec![]),
        (SessionFilter { types: Some(vec![MachineType::Alu, MachineType::Hybride]), ..all.clone() }, vec![3]),
        (SessionFilter { types: Some(vec![]), ..all.clone() }, vec![]),
        (SessionFilter { from: Some(day("2025-05-02")), ..all.clone() }, vec![3, 2]),
        (SessionFilter { to: Some(day("2025-05-02")), ..all.clone() }, vec![1, 3]),
        (
            SessionFilter {
                from: Some(ProductionDay(NaiveDate::MIN)),
                to: Some(ProductionDay(NaiveDate::MAX)),
                ..all.clone()
            },
            vec![1, 3, 2],
        ),
        (SessionFilter { from: Some(ProductionDay(NaiveDate::MAX)), ..all.clone() }, vec![]),
        (SessionFilter { status: Some(SessionStatus::Open), ..all.clone() }, vec![2]),
        (SessionFilter { min_pieces: Some(20), ..all.clone() }, vec![3, 2]),
        (SessionFilter { min_pieces: Some(u32::MAX), ..all.clone() }, vec![]),
        (
            SessionFilter {
                machines: Some(vec![MachineId(1), MachineId(2)]),
                types: Some(vec![MachineType::Pvc]),
                from: Some(day("2025-05-01")),
                to: Some(day("2025-05-02")),
                status: Some(SessionStatus::Complete),
                min_pieces: Some(10),
                trs_below: None,
            },
            vec![1],
        ),
    ];
    let order = SessionOrder { field: SessionOrderField::Date, descending: false };
    let window = Window { limit: 10, after: None, before: None, from_end: false };
    for (filter, expected) in cases {
        let slice = fixture.store.sessions(&filter, order, &window).await.unwrap();
        assert_eq!(slice.items.iter().map(|session| session.id.0).collect::<Vec<_>>(), expected, "{filter:?}");
        assert_eq!(fixture.store.count_sessions(&filter).await.unwrap(), expected.len() as u64, "{filter:?}");
        let machines = [MachineId(1), MachineId(2)];
        let counts = fixture.store.count_sessions_by_machine(&machines, &filter).await.unwrap();
        assert_eq!(counts.values().sum::<u64>(), expected.len() as u64, "{filter:?}");
        let slices = fixture.store.sessions_by_machine(&machines, &filter, order, &window).await.unwrap();
        assert_eq!(slices.values().map(|slice| slice.items.len()).sum::<usize>(), expected.len(), "{filter:?}");
    }
}

async fn counts_and_latest(fixture: Fixture) {
    fill(&fixture).await;
    let machines = [MachineId(1), MachineId(2), MachineId(3)];
    let counts = fixture.store.count_sessions_by_machine(&machines, &SessionFilter::default()).await.unwrap();
    assert_eq!((counts.get(&MachineId(1)), counts.get(&MachineId(2))), (Some(&2), Some(&1)));
    let latest = fixture.store.latest_sessions(&machines).await.unwrap();
    assert_eq!(latest.len(), 2);
    assert_eq!((latest[&MachineId(1)].id, latest[&MachineId(2)].id), (SessionId(2), SessionId(3)));
    assert!(fixture.store.latest_sessions(&[]).await.unwrap().is_empty());
    assert!(fixture.store.sessions_by_id(&[]).await.unwrap().is_empty());
}

async fn changes(fixture: Fixture) {
    assert_eq!(fixture.store.last_session().await.unwrap(), SessionId(0));
    assert_eq!(fixture.store.revision().await.unwrap(), Revision(0));
    fill(&fixture).await;
    fixture.sql("UPDATE compteur SET valeur = 8 WHERE nom = 'revision'").await;
    fixture.sql("UPDATE session_production SET revision = 8 WHERE id = 1").await;
    assert_eq!(fixture.store.last_session().await.unwrap(), SessionId(3));
    assert_eq!(fixture.store.revision().await.unwrap(), Revision(8));
    let ids = |sessions: Vec<atelier_application::ports::sessions::SessionSummary>| {
        sessions.into_iter().map(|session| session.id.0).collect::<Vec<_>>()
    };
    assert_eq!(ids(fixture.store.changed_since(Revision(2), 10).await.unwrap()), [3, 1]);
    assert_eq!(ids(fixture.store.changed_since(Revision(0), 2).await.unwrap()), [2, 3]);
    assert_eq!(ids(fixture.store.created_since(SessionId(1), 10).await.unwrap()), [2, 3]);
}

async fn rows_that_make_no_sense(fixture: Fixture) {
    fill(&fixture).await;
    fixture.sql("UPDATE session_production SET statut = 'HALF' WHERE id = 2").await;
    fixture.sql("UPDATE session_production SET autres_evenements = '[1]' WHERE id = 3").await;
    fixture.sql("UPDATE session_production SET total_pieces = -4 WHERE id = 1").await;
    let text = async |id| match fixture.store.sessions_by_id(&[SessionId(id)]).await {
        Err(StoreError::Inconsistent(text)) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(text(2).await, "Table session_production, row with id 2: column statut holds 'HALF', which is unknown.");
    assert!(
        text(3)
            .await
            .starts_with("Table session_production, row with id 3: column autres_evenements is no list of events")
    );
    assert_eq!(text(1).await, "Table session_production, row with id 1: column total_pieces holds -4.");
    if !fixture.is_postgres() {
        fixture.sql("UPDATE session_production SET statut = 'OPEN', premier_evenement = 'noon' WHERE id = 2").await;
        assert_eq!(text(2).await, "Table session_production, row with id 2: column premier_evenement is no instant.");
    }
}

//! The list of all anomalies.

use crate::fixture::Fixture;
use atelier_application::ports::anomalies::{AnomalyCursor, AnomalyFilter, AnomalyReader};
use atelier_application::ports::sessions::{StoredAnomaly, Window};
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{AnomalyId, LogFileId, MachineId, SessionId};
use atelier_domain::time::Instant;
use chrono::DateTime;

on_both!(newest_first, filters, beyond_the_ends);

fn at(time: &str) -> Instant {
    DateTime::parse_from_rfc3339(&format!("2025-05-{time}Z")).unwrap().to_utc().into()
}

async fn fill(fixture: &Fixture) {
    for (id, kind, at, machine, session, file, line) in [
        (1, "NO_PIECES", "01T09:00:00.000", 1, "8", "NULL", "NULL"),
        (2, "CLOCK_WENT_BACK", "02T08:00:00.250", 1, "8", "4", "17"),
        (3, "REJECTED_LINES", "01T09:00:00.000", 2, "NULL", "5", "NULL"),
        (4, "FILE_TRUNCATED", "01T09:00:00.000", 2, "NULL", "5", "NULL"),
        (5, "NO_PIECES", "01T08:59:59.999", 2, "9", "NULL", "NULL"),
    ] {
        fixture
            .sql(&format!(
                "INSERT INTO anomalie (id, type_anomalie, instant, centre_usinage_id, session_id, fichier_id, ligne, message) \
                 VALUES ({id}, '{kind}', '2025-05-{at}+00:00', {machine}, {session}, {file}, {line}, 'é')"
            ))
            .await;
    }
}

async fn list(fixture: &Fixture, filter: &AnomalyFilter, window: &Window<AnomalyCursor>) -> (Vec<i64>, bool, bool) {
    let slice = fixture.store.list_anomalies(filter, window).await.unwrap();
    (slice.items.iter().map(|anomaly| anomaly.id.0).collect(), slice.has_previous, slice.has_next)
}

fn window(limit: u32, after: Option<(Instant, i64)>) -> Window<AnomalyCursor> {
    let after = after.map(|(at, id)| AnomalyCursor { at, id: AnomalyId(id) });
    Window { limit, after, before: None, from_end: false }
}

async fn newest_first(fixture: Fixture) {
    fill(&fixture).await;
    let all = AnomalyFilter::default();
    assert_eq!(list(&fixture, &all, &window(9, None)).await, (vec![2, 4, 3, 1, 5], false, false));
    assert_eq!(list(&fixture, &all, &window(2, None)).await, (vec![2, 4], false, true));
    let rest = window(2, Some((at("01T09:00:00"), 4)));
    assert_eq!(list(&fixture, &all, &rest).await, (vec![3, 1], true, true));
    let rest = window(2, Some((at("01T09:00:00"), 1)));
    assert_eq!(list(&fixture, &all, &rest).await, (vec![5], true, false));
    let place = Some(AnomalyCursor { at: at("01T09:00:00"), id: AnomalyId(3) });
    let back = Window { limit: 1, after: None, before: place, from_end: true };
    assert_eq!(list(&fixture, &all, &back).await, (vec![4], true, true));

    let found = fixture.store.list_anomalies(&all, &window(3, None)).await.unwrap().items;
    let of_session = StoredAnomaly {
        id: AnomalyId(2),
        kind: AnomalyKind::ClockWentBack,
        at: at("02T08:00:00.250"),
        session: Some(SessionId(8)),
        file: Some(LogFileId(4)),
        line: Some(17),
        message: "é".into(),
    };
    let of_file = StoredAnomaly {
        id: AnomalyId(3),
        kind: AnomalyKind::RejectedLines,
        at: at("01T09:00:00"),
        session: None,
        file: Some(LogFileId(5)),
        line: None,
        message: "é".into(),
    };
    assert_eq!((&found[0], &found[2]), (&of_session, &of_file));
}

async fn filters(fixture: Fixture) {
    fill(&fixture).await;
    let ids = async |filter: AnomalyFilter| list(&fixture, &filter, &window(9, None)).await.0;
    let all = AnomalyFilter::default;
    assert_eq!(ids(AnomalyFilter { kinds: Some(vec![AnomalyKind::NoPieces]), ..all() }).await, [1, 5]);
    assert_eq!(ids(AnomalyFilter { machines: Some(vec![MachineId(2), MachineId(7)]), ..all() }).await, [4, 3, 5]);
    assert_eq!(ids(AnomalyFilter { from: Some(at("01T09:00:00")), ..all() }).await, [2, 4, 3, 1]);
    assert_eq!(ids(AnomalyFilter { until: Some(at("01T09:00:00")), ..all() }).await, [5]);
    let both = AnomalyFilter {
        kinds: Some(vec![AnomalyKind::NoPieces, AnomalyKind::FileTruncated]),
        machines: Some(vec![MachineId(2)]),
        from: Some(at("01T09:00:00")),
        until: Some(at("01T09:00:00.001")),
    };
    assert_eq!(ids(both).await, [4]);
    assert!(ids(AnomalyFilter { kinds: Some(vec![]), ..all() }).await.is_empty());
    assert!(ids(AnomalyFilter { machines: Some(vec![]), ..all() }).await.is_empty());
}

async fn beyond_the_ends(fixture: Fixture) {
    fill(&fixture).await;
    let all = AnomalyFilter::default();
    for (end, count) in [(i64::MIN, 0), (i64::MAX, 5)] {
        let page = window(9, Some((Instant(end), 0)));
        assert_eq!(
            list(&fixture, &all, &page).await,
            (list(&fixture, &all, &window(count, None)).await.0, count == 0, false)
        );
    }
    let wide = AnomalyFilter { from: Some(Instant(i64::MIN)), until: Some(Instant(i64::MAX)), ..all };
    assert_eq!(list(&fixture, &wide, &window(0, None)).await, (vec![], false, true));
    assert_eq!(list(&fixture, &wide, &window(9, None)).await.0.len(), 5);
}

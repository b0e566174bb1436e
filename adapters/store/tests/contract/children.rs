//! What sessions hold.

use crate::fixture::Fixture;
use atelier_application::ports::sessions::{
    PieceRange, SessionReader, StoredAnomaly, StoredJob, StoredPiece, StoredSource, StoredStop, StoredWait,
};
use atelier_application::ports::store_error::StoreError;
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{AnomalyId, JobId, LogFileId, PeriodId, PieceId, SessionId, VersionId};
use atelier_domain::interval::Interval;
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use chrono::DateTime;

on_both!(jobs, periods, pieces, anomalies, nothing_of_nothing);

fn at(time: &str) -> Instant {
    DateTime::parse_from_rfc3339(&format!("2025-05-01T{time}Z")).unwrap().to_utc().into()
}

fn source(line: u32) -> StoredSource {
    StoredSource { version: VersionId(5), line }
}

async fn jobs(fixture: Fixture) {
    fixture
        .sql(
            "INSERT INTO job_profil (id, session_id, numero, reference, longueur, couleur, timestamp_debut, nombre_pieces, \
             version_id, ligne) VALUES (1, 8, 2, '215023', 3359.5, '7016 G ALU', '2025-05-01T06:00:00.250+00:00', 4, 5, 12), \
             (2, 8, 1, 'é', NULL, NULL, '2025-05-01T07:00:00.000+00:00', 0, 5, 13), \
             (3, 9, 1, 'x', 12, NULL, '2025-05-01T07:00:00.000+00:00', 0, 5, 14)",
        )
        .await;
    let jobs = fixture.store.jobs(&[SessionId(8), SessionId(9), SessionId(10)]).await.unwrap();
    let first = StoredJob {
        id: JobId(1),
        session: SessionId(8),
        reference: "215023".into(),
        length_mm: Some(3359.5),
        colour: Some("7016 G ALU".into()),
        started_at: at("06:00:00.250"),
        own_pieces: 4,
        source: source(12),
    };
    assert_eq!(jobs.len(), 2);
    assert_eq!(jobs[&SessionId(8)][1], first);
    assert_eq!((jobs[&SessionId(8)][0].reference.as_str(), jobs[&SessionId(8)][0].length_mm), ("é", None));
    assert_eq!(jobs[&SessionId(9)][0].length_mm, Some(12.0));
    assert_eq!(fixture.store.jobs_by_id(&[JobId(1), JobId(9)]).await.unwrap(), [first]);

    fixture.sql("INSERT INTO report_job (job_id, session_id, pieces) VALUES (1, 9, 3), (1, 10, 4), (2, 9, 1)").await;
    let carried = fixture.store.carried_pieces(&[JobId(1), JobId(2), JobId(3)]).await.unwrap();
    assert_eq!((carried.get(&JobId(1)), carried.get(&JobId(2)), carried.get(&JobId(3))), (Some(&7), Some(&1), None));
}

async fn periods(fixture: Fixture) {
    fixture
        .sql(
            "INSERT INTO periode_attente (id, session_id, numero, timestamp_debut, timestamp_fin, duree_secondes, duree_ms, \
             version_id, ligne) VALUES (1, 8, 2, '2025-05-01T08:00:00.000+00:00', '2025-05-01T08:00:12.500+00:00', 13, 12500, 5, 3), \
             (2, 8, 1, '2025-05-01T07:00:00.000+00:00', '2025-05-01T07:00:01.000+00:00', 1, 1000, 5, 2)",
        )
        .await;
    fixture
        .sql(
            "INSERT INTO periode_arret (id, session_id, numero, timestamp_debut, timestamp_fin, duree_secondes, duree_ms, depuis, \
             version_id, ligne) VALUES (1, 8, 1, '2025-05-01T08:00:00.000+00:00', '2025-05-01T09:00:00.000+00:00', 3600, 3600000, \
             '2025-05-01T08:00:00.000+00:00', 5, 3), (2, 8, 2, '2025-05-01T10:00:00.000+00:00', NULL, 60, 60000, \
             '2025-05-01T10:00:00.000+00:00', 5, 4)",
        )
        .await;
    let waits = fixture.store.waits(&[SessionId(8)]).await.unwrap().remove(&SessionId(8)).unwrap();
    let wait = |id, from, to, line| StoredWait {
        id: PeriodId(id),
        interval: Interval::new(at(from), at(to)),
        source: source(line),
    };
    assert_eq!(waits, [wait(2, "07:00:00", "07:00:01", 2), wait(1, "08:00:00", "08:00:12.500", 3)]);
    let stops = fixture.store.stops(&[SessionId(8)]).await.unwrap().remove(&SessionId(8)).unwrap();
    let ended = StoredStop {
        id: PeriodId(1),
        start: at("08:00:00"),
        end: Some(at("09:00:00")),
        length: Millis(3_600_000),
        since: at("08:00:00"),
        reason: None,
        comment: None,
        source: source(3),
    };
    let lasting = StoredStop {
        id: PeriodId(2),
        start: at("10:00:00"),
        end: None,
        length: Millis(60_000),
        since: at("10:00:00"),
        source: source(4),
        ..ended.clone()
    };
    assert_eq!(stops, [ended, lasting]);
    fixture.sql("UPDATE periode_attente SET timestamp_fin = '2025-04-30T00:00:00.000+00:00' WHERE id = 1").await;
    let error = fixture.store.waits(&[SessionId(8)]).await.unwrap_err();
    let text = "Table periode_attente, row with id 1: column timestamp_fin is before timestamp_debut.";
    assert_eq!(error, StoreError::Inconsistent(text.into()));
}

async fn pieces(fixture: Fixture) {
    for session in [8, 9] {
        for number in [3, 1, 2, 4] {
            fixture
                .sql(&format!(
                    "INSERT INTO piece_production (id, session_id, numero_piece, timestamp_production, details, job_id, cycle_ms, \
                     version_id, ligne) VALUES ({session}{number}, {session}, {number}, '2025-05-01T08:00:0{number}.000+00:00', \
                     {}, {number}, NULL, 5, {number})",
                    if number == 1 { "NULL" } else { "'215023/1'" }
                ))
                .await;
        }
    }
    fixture.sql("UPDATE piece_production SET cycle_ms = 2500, job_id = NULL WHERE id = 82").await;
    let numbers = async |wanted: &[(i64, u32, u32)]| {
        let wanted: Vec<_> =
            wanted.iter().map(|(id, from, to)| (SessionId(*id), PieceRange { from: *from, to: *to })).collect();
        let pieces = fixture.store.pieces(&wanted).await.unwrap();
        let of = |id| pieces.get(&SessionId(id)).map(|list| list.iter().map(|piece| piece.number).collect::<Vec<_>>());
        (of(8), of(9))
    };
    assert_eq!(numbers(&[(8, 2, 3), (9, 2, 3)]).await, (Some(vec![2, 3]), Some(vec![2, 3])));
    assert_eq!(numbers(&[(8, 1, 2), (9, 3, u32::MAX)]).await, (Some(vec![1, 2]), Some(vec![3, 4])));
    assert_eq!(numbers(&[(8, 0, u32::MAX)]).await, (Some(vec![1, 2, 3, 4]), None));
    assert_eq!(numbers(&[(8, 7, 9), (9, 3, 2)]).await, (None, None));
    assert_eq!(numbers(&[]).await, (None, None));

    let pieces = fixture
        .store
        .pieces(&[(SessionId(8), PieceRange { from: 1, to: 2 })])
        .await
        .unwrap()
        .remove(&SessionId(8))
        .unwrap();
    let first = StoredPiece {
        id: PieceId(81),
        number: 1,
        at: at("08:00:01"),
        details: None,
        job: Some(JobId(1)),
        cycle: None,
        source: source(1),
    };
    let second = StoredPiece {
        id: PieceId(82),
        number: 2,
        at: at("08:00:02"),
        details: Some("215023/1".into()),
        job: None,
        cycle: Some(Millis(2500)),
        source: source(2),
    };
    assert_eq!(pieces, [first, second]);
    let instants = fixture.store.piece_instants(&[SessionId(9)]).await.unwrap();
    assert_eq!(instants[&SessionId(9)], [at("08:00:01"), at("08:00:02"), at("08:00:03"), at("08:00:04")]);
}

async fn anomalies(fixture: Fixture) {
    fixture
        .sql(
            "INSERT INTO anomalie (id, type_anomalie, instant, centre_usinage_id, session_id, fichier_id, version_id, ligne, message) \
             VALUES (1, 'NO_PIECES', '2025-05-01T09:00:00.000+00:00', 1, 8, NULL, NULL, NULL, 'none'), \
             (2, 'CLOCK_WENT_BACK', '2025-05-01T08:00:00.000+00:00', 1, 8, 4, 5, 17, 'back'), \
             (3, 'NO_PIECES', '2025-05-01T08:00:00.000+00:00', 1, NULL, 4, NULL, NULL, 'elsewhere')",
        )
        .await;
    let anomalies = fixture.store.anomalies(&[SessionId(8)]).await.unwrap().remove(&SessionId(8)).unwrap();
    let back = StoredAnomaly {
        id: AnomalyId(2),
        kind: AnomalyKind::ClockWentBack,
        at: at("08:00:00"),
        session: Some(SessionId(8)),
        file: Some(LogFileId(4)),
        line: Some(17),
        message: "back".into(),
    };
    assert_eq!(anomalies[0], back);
    assert_eq!((anomalies.len(), anomalies[1].kind, anomalies[1].line), (2, AnomalyKind::NoPieces, None));
}

async fn nothing_of_nothing(fixture: Fixture) {
    assert!(fixture.store.jobs(&[]).await.unwrap().is_empty());
    assert!(fixture.store.waits(&[SessionId(1)]).await.unwrap().is_empty());
    assert!(fixture.store.stops(&[]).await.unwrap().is_empty());
    assert!(fixture.store.pieces(&[]).await.unwrap().is_empty());
    assert!(fixture.store.piece_instants(&[]).await.unwrap().is_empty());
    assert!(fixture.store.anomalies(&[]).await.unwrap().is_empty());
    assert!(fixture.store.carried_pieces(&[]).await.unwrap().is_empty());
}

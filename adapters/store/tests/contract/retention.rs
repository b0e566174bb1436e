//! Removing what is old.

use crate::fixture::Fixture;
use atelier_application::ports::ingest_store::{FileRecord, IngestStore, Reach};
use atelier_application::ports::log_files::LogFileReader;
use atelier_application::ports::retention::{DetailCounts, RetentionStore};
use atelier_application::ports::sessions::{PieceRange, SessionReader};
use atelier_domain::ids::{MachineId, Revision, SessionId, VersionId};
use atelier_domain::log_file::{LineCounts, LogFileState};
use atelier_domain::time::{Instant, ProductionDay};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

on_both!(
    old_sessions,
    details_are_told_row_by_row,
    details_go_and_figures_stay,
    bars_that_later_days_point_to_stay,
    bytes_go,
    ageing,
);

fn day(text: &str) -> ProductionDay {
    ProductionDay(text.parse().unwrap())
}

/// Session 1 (complete, 1 May) with two bars, a wait, a stop and three pieces; session 3 (complete, 3 May) with two pieces
/// from the second bar of session 1; session 2 (open, 2 May).
async fn fill(fixture: &Fixture) {
    fixture.machine(1, "A", "PVC").await;
    fixture.machine(2, "B", "PVC").await;
    for (id, day) in [(1, "2025-05-01"), (2, "2025-05-02"), (3, "2025-05-03")] {
        fixture.session(id, 1, day, 3, 1000, 400).await;
    }
    fixture.session(5, 2, "2025-05-01", 3, 1000, 400).await;
    fixture.sql("UPDATE compteur SET valeur = 5").await;
    for (id, session, number) in [(10, 1, 1), (11, 1, 2), (12, 3, 1)] {
        fixture
            .sql(&format!(
                "INSERT INTO job_profil (id, session_id, numero, reference, longueur, timestamp_debut, nombre_pieces, version_id, ligne) \
                 VALUES ({id}, {session}, {number}, 'é\"{number}', 12.5, '2025-05-01T06:00:00.250+00:00', 1, 7, 4)"
            ))
            .await;
    }
    fixture
        .sql(
            "INSERT INTO periode_attente (id, session_id, numero, timestamp_debut, timestamp_fin, duree_secondes, duree_ms, \
             version_id, ligne) VALUES (20, 1, 1, '2025-05-01T08:00:00.000+00:00', '2025-05-01T08:00:12.500+00:00', 13, 12500, 7, 5)",
        )
        .await;
    fixture
        .sql(
            "INSERT INTO periode_arret (id, session_id, numero, timestamp_debut, duree_secondes, duree_ms, depuis, version_id, \
             ligne) VALUES (30, 1, 1, '2025-05-01T09:00:00.000+00:00', 1, 1000, '2025-04-30T09:00:00.000+00:00', 7, 6)",
        )
        .await;
    for (id, session, number, job) in [(40, 1, 1, 10), (41, 1, 2, 10), (42, 1, 3, 11), (43, 3, 1, 11), (44, 3, 2, 11)] {
        fixture
            .sql(&format!(
                "INSERT INTO piece_production (id, session_id, numero_piece, timestamp_production, details, job_id, cycle_ms, \
                 version_id, ligne) VALUES ({id}, {session}, {number}, '2025-05-01T10:00:00.000+00:00', NULL, {job}, 900, 7, {id})"
            ))
            .await;
    }
    fixture.sql("INSERT INTO report_job (job_id, session_id, pieces) VALUES (11, 3, 2)").await;
    fixture
        .sql(
            "INSERT INTO anomalie (type_anomalie, instant, centre_usinage_id, session_id, version_id, ligne, message) \
             VALUES ('NO_PIECES', '2025-05-01T10:00:00.000+00:00', 1, 1, 7, 9, 'x')",
        )
        .await;
}

async fn old_sessions(fixture: Fixture) {
    fill(&fixture).await;
    let store = &fixture.store;
    let ask = async |before: &str, after: Option<&str>, limit| {
        store.sessions_with_details(MachineId(1), day(before), after.map(day), limit).await.unwrap()
    };
    assert_eq!(ask("2025-05-03", None, 9).await, [(SessionId(1), day("2025-05-01"))]);
    let both = [(SessionId(1), day("2025-05-01")), (SessionId(3), day("2025-05-03"))];
    assert_eq!(ask("2025-05-04", None, 9).await, both);
    assert_eq!(ask("2025-05-04", None, 1).await, both[..1]);
    assert_eq!(ask("2025-05-04", Some("2025-05-01"), 9).await, both[1..]);
    store.remove_details(SessionId(1), Instant(0)).await.unwrap();
    assert_eq!(ask("2025-05-04", None, 9).await, both[1..]);
}

async fn details_are_told_row_by_row(fixture: Fixture) {
    fill(&fixture).await;
    let rows: Vec<String> = fixture.store.details(SessionId(1)).try_collect().await.unwrap();
    let rows: Vec<Value> = rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    let tables: Vec<&str> = rows.iter().map(|row| row["table"].as_str().unwrap()).collect();
    let pieces = ["piece_production"; 3];
    assert_eq!(tables, [&["job_profil", "job_profil", "periode_attente", "periode_arret"][..], &pieces].concat());
    for row in &rows {
        assert!(row["date_creation"].as_str().unwrap().ends_with("+00:00"), "{row}");
    }
    let without = |index: usize| {
        let mut row = rows[index].clone();
        row.as_object_mut().unwrap().remove("date_creation");
        row
    };
    let bar = json!({ "table": "job_profil", "id": 11, "session_id": 1, "numero": 2, "reference": "é\"2", "longueur": 12.5,
        "couleur": null, "timestamp_debut": "2025-05-01T06:00:00.250+00:00", "nombre_pieces": 1, "version_id": 7, "ligne": 4 });
    let stop = json!({ "table": "periode_arret", "id": 30, "session_id": 1, "numero": 1, "timestamp_debut": "2025-05-01T09:00:00.000+00:00",
        "timestamp_fin": null, "duree_secondes": 1, "duree_ms": 1000, "depuis": "2025-04-30T09:00:00.000+00:00", "version_id": 7, "ligne": 6,
        "motif": null, "commentaire": null });
    let piece = json!({ "table": "piece_production", "id": 42, "session_id": 1, "numero_piece": 3, "details": null, "job_id": 11,
        "timestamp_production": "2025-05-01T10:00:00.000+00:00", "cycle_ms": 900, "version_id": 7, "ligne": 42 });
    assert_eq!((without(1), without(3), without(6)), (bar, stop, piece));
}

async fn details_go_and_figures_stay(fixture: Fixture) {
    fill(&fixture).await;
    let store = &fixture.store;
    let id = SessionId(1);
    let before = store.sessions_by_id(&[id]).await.unwrap().remove(0);
    let counts = DetailCounts { pieces: 3, jobs: 1, waits: 1, stops: 1 };
    assert_eq!(store.count_details(id).await.unwrap(), counts);
    assert_eq!(store.count_details(SessionId(99)).await.unwrap(), DetailCounts::default());
    let now = Instant(1_750_000_000_000);
    assert_eq!(store.remove_details(id, now).await.unwrap(), counts);

    let after = store.sessions_by_id(&[id]).await.unwrap().remove(0);
    assert_eq!((after.details_removed_at, after.updated_at, after.revision), (Some(now), now, Revision(6)));
    let mut same = after.clone();
    (same.details_removed_at, same.updated_at, same.revision) = (None, before.updated_at, before.revision);
    assert_eq!(same, before);
    assert_eq!(store.revision().await.unwrap(), Revision(6));
    let all = PieceRange { from: 1, to: 99 };
    assert!(store.pieces(&[(id, all)]).await.unwrap().is_empty());
    assert!(store.waits(&[id]).await.unwrap().is_empty() && store.stops(&[id]).await.unwrap().is_empty());
    assert_eq!(store.anomalies(&[id]).await.unwrap()[&id].len(), 1);
    assert_eq!(store.pieces(&[(SessionId(3), all)]).await.unwrap()[&SessionId(3)].len(), 2, "others stay");

    assert_eq!(store.remove_details(id, Instant(0)).await.unwrap(), DetailCounts::default(), "once is enough");
    assert_eq!(store.remove_details(SessionId(2), now).await.unwrap(), DetailCounts::default(), "it is open");
    assert_eq!(store.revision().await.unwrap(), Revision(6));
}

async fn bars_that_later_days_point_to_stay(fixture: Fixture) {
    fill(&fixture).await;
    let store = &fixture.store;
    let state = |job: &str| format!("{{\"last\":1,\"stop\":null,\"job\":{job},\"waits\":[]}}");
    for (machine, day, job) in
        [(1, "2025-05-02", "[\"2025-05-01\",1]"), (1, "2025-05-03", "null"), (2, "2025-05-03", "[\"2025-05-03\",1]")]
    {
        let state = state(job);
        fixture
            .sql(&format!(
                "INSERT INTO etat_flux (centre_usinage_id, date_production, etat) VALUES ({machine}, '{day}', '{state}')"
            ))
            .await;
    }
    // Bar 10 is on the machine after 2 May, bar 11 gave pieces to session 3; bar 12 is named by another machine alone.
    assert_eq!(store.count_details(SessionId(1)).await.unwrap().jobs, 0);
    store.remove_details(SessionId(1), Instant(0)).await.unwrap();
    assert_eq!(store.jobs(&[SessionId(1)]).await.unwrap()[&SessionId(1)].len(), 2);
    assert_eq!(store.remove_details(SessionId(3), Instant(0)).await.unwrap().jobs, 1);
    assert!(store.jobs(&[SessionId(3)]).await.unwrap().is_empty());
}

/// A complete file with these contents.
async fn file(fixture: &Fixture, path: &str, size: u64, contents: &[&[u8]]) -> Vec<VersionId> {
    let mut unit = fixture.store.begin(MachineId(1)).await.unwrap();
    let record = FileRecord {
        path: path.to_owned(),
        name_date: None,
        state: LogFileState::Complete,
        present: None,
        size,
        consumed: 0,
        modified: None,
        read_at: Instant(5000),
        counts: LineCounts::default(),
    };
    let file = unit.save_file(&record).await.unwrap();
    let mut versions = Vec::new();
    for content in contents {
        versions.push(unit.add_version(file, content, &Reach::default()).await.unwrap());
    }
    unit.commit().await.unwrap();
    versions
}

async fn bytes_go(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    let versions = file(&fixture, "a.LOG", 4, &[b"one\n", b"two\n"]).await;
    let store = &fixture.store;
    let frozen = Some((day("2025-05-01"), day("2025-05-03")));
    assert!(!store.remove_bytes(versions[0], 3, "x", None, Instant(0)).await.unwrap(), "it is longer");
    assert!(store.remove_bytes(versions[0], 4, "abc", frozen, Instant(0)).await.unwrap());
    assert!(!store.remove_bytes(versions[0], 4, "def", None, Instant(0)).await.unwrap(), "once is enough");
    assert_eq!(store.content(versions[0]).await.unwrap(), b"");
    assert_eq!(store.read_content(versions[0], 0, 9).await.unwrap(), b"");
    assert_eq!(store.content(versions[1]).await.unwrap(), b"two\n");
    let found: Vec<_> = store.contents(&versions).try_collect().await.unwrap();
    assert_eq!(found, [(versions[1], b"two\n".to_vec())]);
    assert_eq!(store.version_files(&versions).await.unwrap()[&versions[0]].path, "a.LOG");
    let stored = store.begin(MachineId(1)).await.unwrap().versions().await.unwrap();
    let told: Vec<_> =
        stored.iter().map(|it| (it.id, it.length, it.removed, it.frozen, it.digest.as_deref())).collect();
    assert_eq!(told, [(versions[0], 4, true, frozen, Some("abc")), (versions[1], 4, false, None, None)]);
}

async fn ageing(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    fixture.machine(2, "B", "PVC").await;
    let versions = file(&fixture, "a.LOG", 3, &[b"one\n", b"two\n"]).await;
    let whole = file(&fixture, "b.LOG", 4, &[b"one\n"]).await;
    let mut unit = fixture.store.begin(MachineId(1)).await.unwrap();
    unit.keep_late(versions[0]).await.unwrap();
    unit.commit().await.unwrap();
    let contents = fixture.store.ageing_contents(MachineId(1)).await.unwrap();
    let told: Vec<_> = contents.iter().map(|it| (it.version.id, it.late, it.shortened, it.read_at)).collect();
    let at = Instant(5000);
    let expected = [(versions[0], true, false, at), (versions[1], false, true, at), (whole[0], false, false, at)];
    assert_eq!(told, expected);
    assert_eq!(fixture.store.ageing_contents(MachineId(2)).await.unwrap(), []);
}

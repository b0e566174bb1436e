//! Log files and their rejects.

use crate::fixture::Fixture;
use atelier_application::ports::log_files::{LogFileFilter, LogFileReader};
use atelier_application::ports::sessions::Window;
use atelier_domain::ids::{LogFileId, MachineId, SessionId};
use atelier_domain::log_file::{LineCounts, LogFileState};
use atelier_domain::time::Instant;

on_both!(pages_and_filters, links, rejects);

async fn fill(fixture: &Fixture) {
    fixture.machine(1, "A", "PVC").await;
    fixture.machine(2, "B", "PVC").await;
    for (id, machine, path, date, state, rejected) in [
        (1, 1, "b.LOG", "'2025-05-01'", "COMPLETE", 0),
        (2, 1, "a.LOG", "'2025-05-02'", "GROWING", 2),
        (3, 2, "c.LOG", "NULL", "QUARANTINED", 0),
        (4, 2, "Z.LOG", "'2025-05-01'", "COMPLETE", 0),
    ] {
        fixture
            .sql(&format!(
                "INSERT INTO fichier_log (id, centre_usinage_id, chemin, date_nom, etat, taille, octets_lus, vu_le, lu_le, \
                 complet_le, erreur, lignes, evenements, lignes_ignorees, lignes_rejetees) VALUES ({id}, {machine}, '{path}', {date}, \
                 '{state}', 5000000000, 90, '2025-05-01T06:00:00.000+00:00', '2025-05-01T07:00:00.000+00:00', NULL, 'why', \
                 9, 4, 3, {rejected})"
            ))
            .await;
    }
}

async fn pages_and_filters(fixture: Fixture) {
    fill(&fixture).await;
    let all = LogFileFilter::default();
    let ids = async |filter: LogFileFilter, after: Option<i64>, before: Option<i64>, from_end: bool| {
        let window = Window { limit: 2, after: after.map(LogFileId), before: before.map(LogFileId), from_end };
        let slice = fixture.store.log_files(&filter, &window).await.unwrap();
        (slice.items.iter().map(|file| file.id.0).collect::<Vec<_>>(), slice.has_previous, slice.has_next)
    };
    assert_eq!(ids(all.clone(), None, None, false).await, (vec![1, 2], false, true));
    assert_eq!(ids(all.clone(), Some(2), None, false).await, (vec![3, 4], true, false));
    assert_eq!(ids(all.clone(), None, None, true).await, (vec![3, 4], true, false));
    assert_eq!(ids(all.clone(), None, Some(3), true).await, (vec![1, 2], false, true));
    assert_eq!(
        ids(LogFileFilter { machines: Some(vec![MachineId(2)]), ..all.clone() }, Some(1), None, false).await,
        (vec![3, 4], false, false)
    );
    assert_eq!(
        ids(LogFileFilter { states: Some(vec![LogFileState::Growing]), ..all.clone() }, None, None, false).await,
        (vec![2], false, false)
    );
    assert_eq!(ids(LogFileFilter { with_rejects: Some(true), ..all.clone() }, None, None, false).await.0, [2]);
    assert_eq!(ids(LogFileFilter { with_rejects: Some(false), ..all.clone() }, None, None, false).await.0, [1, 3]);
    assert_eq!(ids(LogFileFilter { states: Some(vec![]), ..all }, None, None, false).await, (vec![], false, false));

    let files = fixture.store.log_files_by_id(&[LogFileId(2), LogFileId(9)]).await.unwrap();
    let [file] = &files[..] else { panic!("{files:?}") };
    assert_eq!((file.machine, file.path.as_str(), file.state), (MachineId(1), "a.LOG", LogFileState::Growing));
    assert_eq!((file.size, file.consumed), (5_000_000_000, 90));
    assert_eq!(file.counts, LineCounts { lines: 9, events: 4, ignored: 3, rejected: 2 });
    assert_eq!((file.first_seen, file.last_read), (Instant(1_746_079_200_000), Instant(1_746_082_800_000)));
    assert_eq!((file.completed, file.removed_from_server, file.error.as_deref()), (None, None, Some("why")));
}

async fn links(fixture: Fixture) {
    fill(&fixture).await;
    fixture.session(1, 1, "2025-05-02", 1, 0, 0).await;
    fixture.session(2, 1, "2025-05-01", 1, 0, 0).await;
    fixture
        .sql("INSERT INTO session_fichier (session_id, fichier_id) VALUES (1, 1), (1, 2), (1, 3), (1, 4), (2, 4)")
        .await;
    let files = fixture.store.log_files_by_session(&[SessionId(1), SessionId(2), SessionId(3)]).await.unwrap();
    let paths: Vec<_> = files[&SessionId(1)].iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a.LOG", "Z.LOG", "b.LOG", "c.LOG"]);
    assert_eq!((files.len(), files[&SessionId(2)].len()), (2, 1));
    let sessions = fixture.store.sessions_by_file(&[LogFileId(4), LogFileId(1)]).await.unwrap();
    assert_eq!(sessions[&LogFileId(4)], [SessionId(2), SessionId(1)]);
    assert_eq!(sessions[&LogFileId(1)], [SessionId(1)]);
}

async fn rejects(fixture: Fixture) {
    fill(&fixture).await;
    fixture
        .sql(
            "INSERT INTO ligne_rejetee (fichier_id, numero, position, motif, texte) VALUES (1, 9, 900, 'wait over 24 h', 'x'), \
             (1, 2, 100, 'no event name', 'é'), (1, 5, 200, 'no event name', ''), (2, 1, 0, 'no event name', 'z')",
        )
        .await;
    let rejects = fixture.store.rejects(&[LogFileId(1), LogFileId(2), LogFileId(3)], 2).await.unwrap();
    let numbers =
        |id| rejects.get(&LogFileId(id)).map(|list| list.iter().map(|reject| reject.number).collect::<Vec<_>>());
    assert_eq!((numbers(1), numbers(2), numbers(3)), (Some(vec![2, 5]), Some(vec![1]), None));
    let first = &rejects[&LogFileId(1)][0];
    assert_eq!((first.offset, first.reason.as_str(), first.text.as_str()), (100, "no event name", "é"));
}

//! Alerts and what is to be told of them.

use crate::fixture::Fixture;
use atelier_application::ports::alerts::{AlertStore, Reviewed, StoredAlert};
use atelier_application::ports::decisions::DecisionStore;
use atelier_application::ports::notify::{AlertEvent, Notification, Outbox};
use atelier_application::ports::sessions::{SessionReader, Window};
use atelier_application::ports::sync_runs::{RunKind, SyncRun, SyncRunStore, SyncSource, SyncStatus};
use atelier_application::ports::users::{PasswordHash, Role, UserStore};
use atelier_domain::alert::{
    AlertKind, Change, ChangedFile, Condition, Facts, QuarantinedFile, RejectingFile, RunEnd, Severity, Silence,
};
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::calendar::Calendar;
use atelier_domain::ids::{AlertId, MachineId, SessionId};
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use atelier_store::{Store, StoreOptions};
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, Statement};

on_both!(
    one_open_alert_of_each_identity,
    pages_and_those_raised_since,
    the_first_who_acknowledges,
    nothing_of_a_review_that_is_dropped,
    reviews_wait_for_each_other,
    what_may_be_wrong,
    each_silence_is_one_anomaly,
    told_once_and_in_order,
    a_lease_that_runs_out,
    two_who_tell,
);

const NOW: Instant = Instant(1_748_412_131_007);

fn after(seconds: i64) -> Instant {
    NOW + Millis::from_seconds(seconds)
}

fn condition(kind: AlertKind, subject: &str, message: &str) -> Condition {
    Condition {
        kind,
        subject: subject.into(),
        severity: kind.severity(),
        machine: None,
        message: message.into(),
        silence: None,
    }
}

fn quarantined(subject: &str) -> Condition {
    condition(AlertKind::FileQuarantined, subject, "It cannot be read.")
}

async fn apply(store: &Store, conditions: &[Condition], now: Instant) -> Reviewed {
    store.begin_review().await.unwrap().apply(conditions, now).await.unwrap()
}

async fn list(store: &Store, open: Option<bool>) -> Vec<StoredAlert> {
    store.alerts(open, &Window { limit: 99, after: None, before: None, from_end: false }).await.unwrap().items
}

fn ids(alerts: &[StoredAlert]) -> Vec<i64> {
    alerts.iter().map(|alert| alert.id.0).collect()
}

async fn one_open_alert_of_each_identity(fixture: Fixture) {
    let store = &fixture.store;
    let machine = fixture.machine(4, "M", "PVC").await;
    let both = [quarantined("a.LOG"), condition(AlertKind::SyncFailed, "FTP", "é")];
    assert_eq!(apply(store, &both, NOW).await, Reviewed { raised: 2, resolved: 0 });
    assert_eq!(apply(store, &both, after(1)).await, Reviewed::default());
    let first = list(store, Some(true)).await.pop().unwrap();
    let expected = StoredAlert {
        id: first.id,
        kind: AlertKind::FileQuarantined,
        severity: Severity::Warning,
        subject: "a.LOG".into(),
        message: "It cannot be read.".into(),
        machine: None,
        raised_at: NOW,
        resolved_at: None,
        acknowledged_by: None,
    };
    assert_eq!(first, expected);

    // It goes on with another message; the other is gone.
    let changed = Condition { message: "Still.".into(), machine: Some(machine), ..quarantined("a.LOG") };
    assert_eq!(apply(store, &[changed], after(2)).await, Reviewed { raised: 0, resolved: 1 });
    let expected = StoredAlert { message: "Still.".into(), machine: Some(machine), ..expected };
    assert_eq!(list(store, Some(true)).await, std::slice::from_ref(&expected));
    assert_eq!(list(store, Some(false)).await[0].resolved_at, Some(after(2)));

    // What comes back is a new alert.
    apply(store, &[], after(3)).await;
    assert_eq!(apply(store, &[quarantined("a.LOG")], after(4)).await, Reviewed { raised: 1, resolved: 0 });
    let open = list(store, Some(true)).await;
    assert!(open.len() == 1 && open[0].id > expected.id && open[0].raised_at == after(4), "{open:?}");
    let insert = "INSERT INTO alerte (type_alerte, gravite, sujet, message, leve_le, vu_le) \
        SELECT type_alerte, gravite, sujet, message, leve_le, vu_le FROM alerte WHERE resolu_le IS NULL";
    assert!(fixture.db.execute_unprepared(insert).await.is_err(), "two open alerts of one identity");
}

async fn pages_and_those_raised_since(fixture: Fixture) {
    let store = &fixture.store;
    let conditions: Vec<_> = ["a", "b", "c", "d"].map(quarantined).into();
    apply(store, &conditions, NOW).await;
    apply(store, &conditions[..3], after(1)).await;
    let all = ids(&list(store, None).await);
    let [d, c, b, a] = all[..] else { panic!("{all:?}") };
    assert!(a < b && b < c && c < d);
    assert_eq!((ids(&list(store, Some(true)).await), ids(&list(store, Some(false)).await)), (vec![c, b, a], vec![d]));
    let page = Window { limit: 2, after: Some(AlertId(d)), before: None, from_end: false };
    let page = store.alerts(None, &page).await.unwrap();
    assert_eq!((ids(&page.items), page.has_previous, page.has_next), (vec![c, b], true, true));
    let since = async |after, limit| ids(&store.raised_since(AlertId(after), limit).await.unwrap());
    assert_eq!((since(0, 2).await, since(b, 9).await, since(d, 9).await), (vec![a, b], vec![c, d], vec![]));
    let found = store.alerts_by_id(&[AlertId(b), AlertId(99)]).await.unwrap();
    assert_eq!(ids(&found), [b]);
}

async fn the_first_who_acknowledges(fixture: Fixture) {
    let store = &fixture.store;
    let user = async |name| store.add_user(name, &PasswordHash("x".into()), Role::Operator, NOW).await.unwrap().id;
    let (first, second) = (user("first").await, user("second").await);
    apply(store, &[quarantined("a.LOG")], NOW).await;
    let id = list(store, None).await[0].id;
    let taken = store.acknowledge(id, first, after(1)).await.unwrap().unwrap();
    assert_eq!(taken.acknowledged_by, Some(first));
    assert_eq!(store.acknowledge(id, second, after(2)).await.unwrap(), Some(taken.clone()));
    assert_eq!(list(store, Some(true)).await, [taken]);
    assert_eq!(store.acknowledge(AlertId(99), first, NOW).await.unwrap(), None);
}

async fn count(fixture: &Fixture, table: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS bigint) FROM {table}");
    let statement = Statement::from_string(fixture.db.get_database_backend(), sql);
    fixture.db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

async fn nothing_of_a_review_that_is_dropped(fixture: Fixture) {
    drop(fixture.store.begin_review().await.unwrap());
    // The second of these cannot be stored, so neither is the first, nor what was to be told of it.
    let nowhere = Condition { machine: Some(MachineId(99)), ..quarantined("b.LOG") };
    let review = fixture.store.begin_review().await.unwrap();
    assert!(review.apply(&[quarantined("a.LOG"), nowhere], NOW).await.is_err());
    assert_eq!((count(&fixture, "alerte").await, count(&fixture, "notification").await), (0, 0));
    apply(&fixture.store, &[quarantined("a.LOG")], NOW).await;
    assert_eq!((count(&fixture, "alerte").await, count(&fixture, "notification").await), (1, 1));
}

async fn reviews_wait_for_each_other(fixture: Fixture) {
    let other = Store::connect(&fixture.url, StoreOptions::default()).await.unwrap();
    let reviewing = |store: Store| async move { apply(&store, &[quarantined("a.LOG")], NOW).await.raised };
    let tasks: Vec<_> = (0..6)
        .map(|number| tokio::spawn(reviewing(if number % 2 == 0 { fixture.store.clone() } else { other.clone() })))
        .collect();
    let mut raised = 0;
    for task in tasks {
        raised += task.await.unwrap();
    }
    assert_eq!((raised, count(&fixture, "alerte").await, count(&fixture, "notification").await), (1, 1, 1));
}

async fn what_may_be_wrong(fixture: Fixture) {
    let store = &fixture.store;
    assert_eq!(store.facts(NOW).await.unwrap().known_since, None);
    let machine = fixture.machine(1, "A", "PVC").await;
    fixture.sql("UPDATE centre_usinage SET date_creation = '2025-05-28T06:02:11.007+00:00'").await;
    for (id, path, state, rejected, read) in [
        (1, "a.LOG", "QUARANTINED", 0, "2025-05-28T06:02:11.007"),
        (2, "b.LOG", "GROWING", 3, "2025-05-28T06:02:11.007"),
        (3, "c.LOG", "COMPLETE", 3, "2025-05-28T06:02:11.006"),
    ] {
        fixture
            .sql(&format!(
                "INSERT INTO fichier_log (id, centre_usinage_id, chemin, etat, taille, octets_lus, vu_le, lu_le, erreur, lignes, \
                 evenements, lignes_ignorees, lignes_rejetees) VALUES ({id}, 1, '{path}', '{state}', 9, 9, '{read}+00:00', \
                 '{read}+00:00', 'why', 9, 4, 3, {rejected})"
            ))
            .await;
    }
    for (id, kind, at, session) in [
        (1, "FILE_TRUNCATED", "2025-05-28T06:02:11.007", "NULL"),
        (2, "FILE_REWRITTEN", "2025-05-28T06:02:11.006", "NULL"),
        (3, "REJECTED_LINES", "2025-05-28T06:02:11.007", "NULL"),
        (4, "NO_PIECES", "2025-05-28T06:02:11.007", "7"),
    ] {
        fixture
            .sql(&format!(
                "INSERT INTO anomalie (type_anomalie, instant, centre_usinage_id, session_id, fichier_id, message) \
                 VALUES ('{kind}', '{at}+00:00', 1, {session}, {id}, 'x')"
            ))
            .await;
    }
    for (status, error) in [
        (SyncStatus::Failed, "old"),
        (SyncStatus::Succeeded, "good"),
        (SyncStatus::Partial, "half"),
        (SyncStatus::Failed, "bad"),
    ] {
        let begun = store.start(SyncSource::Ftp, RunKind::Sync, NOW).await.unwrap();
        let finished_at = Some(after(begun.id.0));
        store.save(&SyncRun { status, finished_at, error: Some(error.into()), ..begun }).await.unwrap();
    }
    store.start(SyncSource::Ftp, RunKind::Sync, NOW).await.unwrap();
    let Facts { quarantined, rejected, changed, sources, known_since, machines } = store.facts(NOW).await.unwrap();
    assert_eq!(known_since, Some(NOW));
    assert_eq!(machines, [], "without a calendar none is missed");
    let always = Calendar::default();
    store.set_calendar(Some(machine), ProductionDay(NaiveDate::default()), &always, None).await.unwrap();
    let [arrival] = &store.facts(NOW).await.unwrap().machines[..] else { panic!() };
    assert_eq!((arrival.machine, arrival.at), (machine, NOW), "when its files were last read");
    assert_eq!(quarantined, [QuarantinedFile { machine, path: "a.LOG".into(), error: Some("why".into()) }]);
    assert_eq!(rejected, [RejectingFile { machine, path: "b.LOG".into(), lines: 3, read_at: NOW }]);
    assert_eq!(changed, [ChangedFile { machine, path: "a.LOG".into(), change: Change::Truncated, noted_at: NOW }]);
    let [ftp, erp] = &sources[..] else { panic!("{sources:?}") };
    let ended = [(RunEnd::Failed, "bad"), (RunEnd::Partial, "half"), (RunEnd::Succeeded, "good")];
    assert_eq!(ftp.ended, ended.map(|(end, error)| (end, Some(error.to_owned()))));
    assert_eq!((ftp.source, ftp.last_good), ("FTP", Some(after(3))));
    assert_eq!((erp.source, erp.ended.len(), erp.last_good), ("ERP", 0, None));
}

async fn each_silence_is_one_anomaly(fixture: Fixture) {
    let store = &fixture.store;
    let machine = fixture.machine(4, "M", "PVC").await;
    fixture.session(8, 4, "2025-05-28", 10, 1, 1).await;
    let silent = |since: Instant, message: &str| {
        let day = ProductionDay(NaiveDate::from_ymd_opt(2025, 5, 28).unwrap());
        let told = condition(AlertKind::MachineSilent, "M", message);
        Condition { machine: Some(machine), silence: Some(Silence { since, day }), ..told }
    };
    let first = silent(NOW, "since then");
    apply(store, std::slice::from_ref(&first), after(1)).await;
    apply(store, std::slice::from_ref(&first), after(2)).await;
    apply(store, &[], after(3)).await;
    apply(store, &[first], after(4)).await;
    // Another begins before anybody looked.
    apply(store, &[silent(after(5), "since later")], after(9)).await;
    let found = store.anomalies(&[SessionId(8)]).await.unwrap().remove(&SessionId(8)).unwrap();
    let found: Vec<_> = found.iter().map(|one| (one.kind, one.at, one.message.as_str())).collect();
    let expected = [(NOW, "since then"), (after(5), "since later")];
    assert_eq!(found, expected.map(|(at, message)| (AnomalyKind::MachineSilent, at, message)));
}

async fn take(store: &Store, now: Instant) -> Option<Notification> {
    store.take_due(now, now + Millis::from_seconds(60)).await.unwrap()
}

async fn told_once_and_in_order(fixture: Fixture) {
    let store = &fixture.store;
    let machine = fixture.machine(4, "DEM12", "PVC").await;
    apply(store, &[Condition { machine: Some(machine), ..quarantined("a.LOG") }], NOW).await;
    assert_eq!(take(store, Instant(NOW.0 - 1)).await, None);
    let raised = take(store, NOW).await.unwrap();
    assert_eq!((raised.event, raised.attempt), (AlertEvent::Raised, 1));
    assert_eq!((raised.machine_name.as_deref(), raised.alert.subject.as_str()), (Some("DEM12"), "a.LOG"));
    assert_eq!(take(store, after(1)).await, None, "it is in somebody's hands");

    // It is gone before it was told: first that it was raised, then that it is over.
    store.not_delivered(&raised, "é", Some(after(30)), after(2)).await.unwrap();
    apply(store, &[], after(3)).await;
    assert_eq!(take(store, after(29)).await, None);
    let again = take(store, after(30)).await.unwrap();
    assert_eq!((again.id, again.attempt, again.delivery_id()), (raised.id, 2, raised.delivery_id()));
    store.delivered(&again, after(31)).await.unwrap();
    let resolved = take(store, after(31)).await.unwrap();
    assert_eq!((resolved.event, resolved.alert.resolved_at), (AlertEvent::Resolved, Some(after(3))));
    assert_ne!(resolved.delivery_id(), raised.delivery_id());
    store.not_delivered(&resolved, "no", None, after(32)).await.unwrap();
    assert_eq!(take(store, after(999_999)).await, None, "it was given up");
}

async fn a_lease_that_runs_out(fixture: Fixture) {
    let store = &fixture.store;
    apply(store, &[quarantined("a.LOG")], NOW).await;
    let lost = take(store, NOW).await.unwrap();
    assert_eq!(take(store, after(59)).await, None);
    let taken = take(store, after(60)).await.unwrap();
    assert_eq!((taken.id, taken.attempt), (lost.id, 2));
    // Whoever lost it changes nothing any more.
    store.not_delivered(&lost, "late", None, after(61)).await.unwrap();
    store.delivered(&lost, after(61)).await.unwrap();
    assert_eq!(take(store, after(120)).await.map(|taken| taken.attempt), Some(3));
}

async fn two_who_tell(fixture: Fixture) {
    let other = Store::connect(&fixture.url, StoreOptions::default()).await.unwrap();
    let conditions: Vec<_> = (0..12).map(|number| quarantined(&format!("{number}.LOG"))).collect();
    apply(&fixture.store, &conditions, NOW).await;
    let telling = |store: Store| async move {
        let mut told = Vec::new();
        // Nothing may mean that the other was faster at the one that both saw.
        for _ in 0..40 {
            if let Some(notification) = take(&store, NOW).await {
                told.push(notification.id.0);
                store.delivered(&notification, after(1)).await.unwrap();
            }
        }
        told
    };
    let (one, two) = tokio::join!(tokio::spawn(telling(fixture.store.clone())), tokio::spawn(telling(other)));
    let mut told = [one.unwrap(), two.unwrap()].concat();
    told.sort_unstable();
    let each = told.len();
    told.dedup();
    assert_eq!((each, told.len()), (12, 12));
}

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

use super::*;
use crate::error::AppError;
use crate::ports::alerts::{MockAlertReview, MockAlertStore, Reviewed, StoredAlert};
use crate::ports::clock::MockClock;
use crate::ports::identity::Subject;
use crate::ports::notify::{AlertEvent, MockNotifier, MockOutbox, Notification, NotifyError};
use crate::ports::sessions::Slice;
use crate::ports::store_error::StoreError;
use crate::ports::users::Role;
use atelier_domain::alert::{AlertKind, Expectations, Facts, QuarantinedFile, RECENT, Severity};
use atelier_domain::ids::{AlertId, MachineId, NotificationId, UserId};
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use futures_util::StreamExt as _;
use std::sync::{Arc, Mutex};

const NOW: Instant = Instant(1_750_000_000_000);

fn clock() -> Arc<MockClock> {
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    Arc::new(clock)
}

fn subject(role: Role) -> Subject {
    Subject { user: UserId(7), username: "jo".to_owned(), role, expires_at: Instant(i64::MAX), api_token: None }
}

fn alert(id: i64) -> StoredAlert {
    StoredAlert {
        id: AlertId(id),
        kind: AlertKind::SyncFailed,
        severity: Severity::Critical,
        subject: "FTP".into(),
        message: "It failed.".into(),
        machine: None,
        raised_at: NOW,
        resolved_at: None,
        acknowledged_by: None,
    }
}

fn page(items: Vec<StoredAlert>) -> Slice<StoredAlert> {
    Slice { items, has_next: false, has_previous: false }
}

fn broken() -> Facts {
    let file = QuarantinedFile { machine: MachineId(1), path: "a.LOG".into(), error: None };
    Facts { quarantined: vec![file], ..Facts::default() }
}

async fn review(store: MockAlertStore) -> Reviewed {
    Reviewer::new(Arc::new(store), clock(), Expectations::default()).review().await.unwrap()
}

#[tokio::test]
async fn where_all_is_well_and_was_nothing_is_written() {
    let mut store = MockAlertStore::new();
    store.expect_facts().once().withf(|since| *since == Instant(NOW.0 - RECENT.0)).returning(|_| Ok(Facts::default()));
    store.expect_alerts().once().withf(|open, _| *open == Some(true)).returning(|_, _| Ok(page(vec![])));
    assert_eq!(review(store).await, Reviewed::default());
}

#[tokio::test]
async fn the_conditions_are_those_of_the_facts_seen_under_the_lock() {
    let mut store = MockAlertStore::new();
    store.expect_facts().returning(|_| Ok(broken()));
    store.expect_begin_review().once().returning(|| {
        let mut review = MockAlertReview::new();
        review.expect_facts().once().returning(|_| Ok(Facts::default()));
        let resolved = Reviewed { raised: 0, resolved: 1 };
        review
            .expect_apply()
            .once()
            .withf(|conditions, now| conditions.is_empty() && *now == NOW)
            .returning(move |_, _| Ok(resolved));
        Ok(Box::new(review))
    });
    assert_eq!(review(store).await.resolved, 1);
}

#[tokio::test]
async fn an_open_alert_is_reviewed_though_all_is_well_now() {
    let mut store = MockAlertStore::new();
    store.expect_facts().returning(|_| Ok(Facts::default()));
    store.expect_alerts().returning(|_, _| Ok(page(vec![alert(1)])));
    store.expect_begin_review().once().returning(|| {
        let mut review = MockAlertReview::new();
        review.expect_facts().returning(|_| Ok(broken()));
        let as_expected =
            |conditions: &[atelier_domain::alert::Condition]| conditions.len() == 1 && conditions[0].subject == "a.LOG";
        review
            .expect_apply()
            .once()
            .withf(move |conditions, _| as_expected(conditions))
            .returning(|_, _| Ok(Reviewed::default()));
        Ok(Box::new(review))
    });
    review(store).await;
}

#[tokio::test]
async fn acknowledging_is_for_operators() {
    let desk = |store: MockAlertStore| AlertDesk::new(Arc::new(store), clock());
    let refused = desk(MockAlertStore::new()).acknowledge(&subject(Role::Viewer), AlertId(1)).await;
    assert!(matches!(refused, Err(AppError::Forbidden(_))));
    let mut store = MockAlertStore::new();
    let taken = StoredAlert { acknowledged_by: Some(UserId(3)), ..alert(1) };
    store
        .expect_acknowledge()
        .once()
        .withf(|id, user, now| (*id, *user, *now) == (AlertId(1), UserId(7), NOW))
        .return_once({
            let taken = taken.clone();
            move |_, _, _| Ok(Some(taken))
        });
    assert_eq!(desk(store).acknowledge(&subject(Role::Operator), AlertId(1)).await, Ok(taken));
    let mut store = MockAlertStore::new();
    store.expect_acknowledge().returning(|_, _, _| Ok(None));
    let missing = desk(store).acknowledge(&subject(Role::Admin), AlertId(9)).await;
    assert_eq!(missing, Err(AppError::NotFound("There is no alert 9.".into())));
}

#[tokio::test]
async fn alerts_are_told_once_each_from_now_on() {
    let mut store = MockAlertStore::new();
    store
        .expect_alerts()
        .once()
        .withf(|open, window| open.is_none() && window.limit == 1)
        .returning(|_, _| Ok(page(vec![alert(4)])));
    let raised = Mutex::new(vec![vec![], vec![alert(5), alert(6)], vec![], vec![alert(7)]]);
    store.expect_raised_since().returning(move |after, _| {
        let found = raised.lock().unwrap().remove(0);
        assert!(found.iter().all(|alert| alert.id > after), "{after} was told");
        Ok(found)
    });
    let stream = AlertDesk::new(Arc::new(store), clock()).raised(&subject(Role::Viewer)).await.unwrap();
    let told: Vec<_> = stream.take(3).map(|alert| alert.unwrap().id.0).collect().await;
    assert_eq!(told, [5, 6, 7]);
}

#[tokio::test]
async fn a_failure_is_told_and_ends_the_stream() {
    let mut store = MockAlertStore::new();
    store.expect_alerts().returning(|_, _| Ok(page(vec![])));
    store
        .expect_raised_since()
        .once()
        .withf(|after, _| *after == AlertId(0))
        .returning(|_, _| Err(StoreError::Transient("away".into())));
    let stream = AlertDesk::new(Arc::new(store), clock()).raised(&subject(Role::Viewer)).await.unwrap();
    assert_eq!(stream.collect::<Vec<_>>().await, [Err(AppError::Unavailable("away".into()))]);
}

fn notification(attempt: u32, age: Millis) -> Notification {
    let alert = StoredAlert { raised_at: Instant(NOW.0 - age.0), ..alert(1) };
    Notification { id: NotificationId(9), event: AlertEvent::Raised, alert, machine_name: None, attempt }
}

fn deliverer(outbox: MockOutbox, answers: Vec<Result<(), NotifyError>>) -> Deliverer {
    let mut notifier = MockNotifier::new();
    let answers = Mutex::new(answers);
    notifier.expect_deliver().returning(move |_| answers.lock().unwrap().remove(0));
    Deliverer::new(Arc::new(outbox), Arc::new(notifier), clock())
}

#[tokio::test]
async fn all_that_is_due_is_told() {
    let mut outbox = MockOutbox::new();
    let due = Mutex::new(vec![None, Some(notification(1, Millis(0))), Some(notification(1, Millis(0)))]);
    outbox.expect_take_due().times(3).returning(move |now, until| {
        assert_eq!((now, until - now), (NOW, Millis::from_seconds(60)));
        Ok(due.lock().unwrap().pop().unwrap())
    });
    outbox.expect_delivered().times(2).returning(|_, _| Ok(()));
    assert_eq!(deliverer(outbox, vec![Ok(()), Ok(())]).deliver_due().await, Ok(Delivery::NothingDue));
}

/// How long one waits that was not told at this attempt and age; nothing when it is given up.
async fn pause(attempt: u32, age: Millis, error: NotifyError) -> Option<i64> {
    let mut outbox = MockOutbox::new();
    outbox.expect_take_due().once().returning(move |_, _| Ok(Some(notification(attempt, age))));
    let noted = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&noted);
    outbox.expect_not_delivered().once().returning(move |_, error, next, now| {
        assert_eq!((error, now), ("why", NOW));
        *keep.lock().unwrap() = next.map(|next| (next - NOW).0 / 1_000);
        Ok(())
    });
    assert_eq!(deliverer(outbox, vec![Err(error)]).deliver_due().await, Ok(Delivery::Failed));
    *noted.lock().unwrap()
}

#[tokio::test]
async fn pauses_grow_and_what_is_refused_waits_long() {
    let transient = || NotifyError::Transient("why".into());
    let mut pauses = Vec::new();
    for attempt in 1..=7 {
        pauses.push(pause(attempt, Millis(0), transient()).await.unwrap());
    }
    assert_eq!(pauses, [10, 60, 300, 1_800, 7_200, 21_600, 21_600]);
    assert_eq!(pause(1, Millis(0), NotifyError::Refused("why".into())).await, Some(21_600));
}

#[tokio::test]
async fn after_three_days_it_is_given_up() {
    let three_days = 3 * Millis::DAY.0;
    for error in [NotifyError::Transient("why".into()), NotifyError::Refused("why".into())] {
        assert!(pause(3, Millis(three_days - 1), error.clone()).await.is_some());
        assert_eq!(pause(3, Millis(three_days), error).await, None);
    }
}

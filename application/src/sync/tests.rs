#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

use super::*;
use crate::ports::sessions::Slice;
use crate::ports::store_error::StoreError;
use crate::ports::sync_runner::MockSyncRunner;
use crate::ports::sync_runs::{MockSyncRunReader, RunKind};
use atelier_domain::ids::UserId;
use atelier_domain::time::Instant;
use std::sync::Mutex;

fn subject(role: Role) -> Subject {
    Subject { user: UserId(1), username: "jo".to_owned(), role, expires_at: Instant(i64::MAX), api_token: None }
}

fn run(id: i64, status: SyncStatus, files: u32) -> SyncRun {
    let begun = SyncRun::begun(SyncRunId(id), SyncSource::Ftp, RunKind::Sync, Instant(id));
    SyncRun { status, files_read: files, ..begun }
}

/// A store that answers with one list after the other, the last one for ever.
fn stored(answers: Vec<Vec<SyncRun>>) -> Arc<MockSyncRunReader> {
    let mut reader = MockSyncRunReader::new();
    let answers = Mutex::new(answers);
    reader.expect_sync_runs().returning(move |_, window| {
        let mut answers = answers.lock().unwrap();
        let mut items = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        items.truncate(window.limit as usize);
        Ok(Slice { items, has_next: false, has_previous: false })
    });
    Arc::new(reader)
}

fn starting(answers: Vec<Start>) -> Arc<MockSyncRunner> {
    let mut runner = MockSyncRunner::new();
    let answers = Mutex::new(answers);
    runner.expect_start().returning(move |_| answers.lock().unwrap().remove(0));
    Arc::new(runner)
}

async fn ask(role: Role, starts: Vec<Start>, runs: Vec<Vec<SyncRun>>) -> Result<SyncRun, AppError> {
    SyncControl::new(starting(starts), stored(runs)).sync_now(&subject(role), SyncSource::Ftp).await
}

#[tokio::test]
async fn a_viewer_starts_nothing() {
    assert!(matches!(ask(Role::Viewer, vec![], vec![]).await, Err(AppError::Forbidden(_))));
}

#[tokio::test]
async fn the_run_that_began_or_the_one_at_work() {
    let mine = run(7, SyncStatus::Running, 0);
    assert_eq!(ask(Role::Operator, vec![Start::Begun(mine.clone())], vec![]).await.unwrap(), mine);
    let other = run(6, SyncStatus::Running, 3);
    assert_eq!(ask(Role::Operator, vec![Start::AlreadyRunning], vec![vec![other.clone()]]).await.unwrap(), other);
}

#[tokio::test]
async fn a_run_that_is_just_ending_is_waited_for() {
    let mine = run(7, SyncStatus::Running, 0);
    let starts = vec![Start::AlreadyRunning, Start::AlreadyRunning, Start::Begun(mine.clone())];
    let ended = vec![run(6, SyncStatus::Succeeded, 3)];
    assert_eq!(ask(Role::Admin, starts, vec![ended]).await.unwrap(), mine);
}

#[tokio::test]
async fn refusals_keep_their_kind() {
    let refused = ask(Role::Operator, vec![Start::NotConfigured("No ERP.".into())], vec![]).await;
    assert_eq!(refused, Err(AppError::bad_input("source", "No ERP.")));
    let failed = ask(Role::Operator, vec![Start::Failed("full".into())], vec![]).await;
    assert_eq!(failed, Err(AppError::Unavailable("full".into())));
}

async fn watched(answers: Vec<Vec<SyncRun>>, count: usize) -> Vec<(i64, SyncStatus, u32)> {
    let control = SyncControl::new(starting(vec![]), stored(answers));
    let stream = control.progress(&subject(Role::Viewer), None).await.unwrap();
    let told: Vec<_> = stream.take(count).map(Result::unwrap).collect().await;
    told.into_iter().map(|run| (run.id.0, run.status, run.files_read)).collect()
}

#[tokio::test]
async fn the_latest_run_as_it_stands_then_every_change() {
    use SyncStatus::{Running, Succeeded};
    let old = run(1, Succeeded, 1);
    let answers = vec![
        vec![run(2, Running, 0), old.clone()],
        vec![run(2, Running, 5), old.clone()],
        vec![run(2, Running, 5), old.clone()],
        vec![run(4, Running, 0), run(3, Succeeded, 2), run(2, Succeeded, 9), old],
    ];
    let expected = [(2, Running, 0), (2, Running, 5), (2, Succeeded, 9), (3, Succeeded, 2), (4, Running, 0)];
    assert_eq!(watched(answers, 5).await, expected);
    assert_eq!(watched(vec![vec![run(2, Succeeded, 9), run(1, Succeeded, 1)]], 1).await, [(2, Succeeded, 9)]);
}

#[tokio::test]
async fn a_failure_is_told_and_ends_it() {
    let mut reader = MockSyncRunReader::new();
    let mut answers = vec![Ok(Slice::default()), Err(StoreError::Transient("away".into()))].into_iter();
    reader.expect_sync_runs().returning(move |_, _| answers.next().unwrap());
    let control = SyncControl::new(starting(vec![]), Arc::new(reader));
    let stream = control.progress(&subject(Role::Viewer), Some(SyncSource::Ftp)).await.unwrap();
    let told: Vec<_> = stream.collect().await;
    assert_eq!(told, [Err(AppError::Unavailable("away".into()))]);
}

#[tokio::test]
async fn only_administrators_derive_again_and_only_days_that_can_be() {
    let day = |text: &str| Some(atelier_domain::time::ProductionDay(text.parse().unwrap()));
    let scope = ReplayScope { from: day("2025-06-17"), to: day("2025-06-16"), machine: None };
    let control = SyncControl::new(starting(vec![]), stored(vec![]));
    let refused = control.replay(&subject(Role::Operator), ReplayScope::default()).await;
    assert!(matches!(refused, Err(AppError::Forbidden(_))));
    let refused = control.replay(&subject(Role::Admin), scope).await.unwrap_err();
    let AppError::BadUserInput { field, message } = refused else { panic!("{refused:?}") };
    assert!(field == "from" && message.contains("2025-06-17"), "{message}");
}

#[tokio::test]
async fn deriving_again_gives_its_run_or_the_one_at_work_or_says_what_is_unknown() {
    let (mine, other) = (run(7, SyncStatus::Running, 0), run(6, SyncStatus::Running, 3));
    for (start, expected) in [
        (Start::Begun(mine.clone()), Ok(mine)),
        (Start::AlreadyRunning, Ok(other.clone())),
        (Start::Unknown("There is no machine.".into()), Err(AppError::NotFound("There is no machine.".into()))),
    ] {
        let mut runner = MockSyncRunner::new();
        runner.expect_replay().return_once(move |_| start);
        let control = SyncControl::new(Arc::new(runner), stored(vec![vec![other.clone()]]));
        assert_eq!(control.replay(&subject(Role::Admin), ReplayScope::default()).await, expected);
    }
}

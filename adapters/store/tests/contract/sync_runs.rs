//! The list of runs.

use crate::fixture::Fixture;
use atelier_application::ports::sessions::Window;
use atelier_application::ports::sync_runs::{RunKind, SyncRun, SyncRunReader, SyncRunStore, SyncSource, SyncStatus};
use atelier_domain::ids::SyncRunId;
use atelier_domain::time::Instant;

on_both!(newest_first, as_they_were_saved);

const NOW: Instant = Instant(1_748_412_131_007);

async fn newest_first(fixture: Fixture) {
    let mut runs = Vec::new();
    for source in [SyncSource::Ftp, SyncSource::Erp, SyncSource::Ftp, SyncSource::Ftp] {
        runs.push(fixture.store.start(source, RunKind::Sync, NOW).await.unwrap().id);
    }
    let list = async |source: Option<SyncSource>, limit: u32, after: Option<SyncRunId>| {
        let window = Window { limit, after, before: None, from_end: false };
        let slice = fixture.store.sync_runs(source, &window).await.unwrap();
        (slice.items.iter().map(|run| run.id).collect::<Vec<_>>(), slice.has_previous, slice.has_next)
    };
    assert_eq!(list(None, 9, None).await, (vec![runs[3], runs[2], runs[1], runs[0]], false, false));
    assert_eq!(list(None, 2, Some(runs[3])).await, (vec![runs[2], runs[1]], true, true));
    assert_eq!(list(Some(SyncSource::Ftp), 2, None).await, (vec![runs[3], runs[2]], false, true));
    assert_eq!(list(Some(SyncSource::Ftp), 2, Some(runs[2])).await, (vec![runs[0]], true, false));
    assert_eq!(list(Some(SyncSource::Erp), 2, None).await, (vec![runs[1]], false, false));
}

async fn as_they_were_saved(fixture: Fixture) {
    let latest = async || {
        let window = Window { limit: 1, after: None, before: None, from_end: false };
        fixture.store.sync_runs(None, &window).await.unwrap().items.pop()
    };
    assert_eq!(latest().await, None);
    let begun = fixture.store.start(SyncSource::Ftp, RunKind::Sync, NOW).await.unwrap();
    assert_eq!(latest().await.as_ref(), Some(&begun));
    let half = SyncRun { files_seen: 9, files_read: 4, bytes_read: 5_000_000_000, progress: 0.5, ..begun };
    fixture.store.save(&half).await.unwrap();
    assert_eq!(latest().await.as_ref(), Some(&half));
    let over = SyncRun {
        status: SyncStatus::Partial,
        finished_at: Some(Instant(NOW.0 + 1_500)),
        files_failed: 1,
        sessions_created: 2,
        sessions_updated: 3,
        orders_changed: 4,
        progress: 1.0,
        error: Some("é".into()),
        ..half
    };
    fixture.store.save(&over).await.unwrap();
    assert_eq!(latest().await, Some(over));
}

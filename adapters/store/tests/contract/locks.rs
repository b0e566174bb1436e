//! Runs of the synchronisation and the lock on them.

use crate::fixture::Fixture;
use atelier_application::ports::sync_runs::{RunKind, SyncRunStore, SyncSource, SyncStatus};
use atelier_domain::time::Instant;
use atelier_store::{Store, StoreOptions};
use sea_orm::{ConnectionTrait, Statement};
use std::time::Duration;

on_both!(one_holder, one_holder_among_processes, freed_at_once, runs);

async fn one_holder(fixture: Fixture) {
    for _ in 0..5 {
        let lock = fixture.store.try_lock(SyncSource::Ftp).await.unwrap();
        assert!(lock.is_some());
        assert!(fixture.store.try_lock(SyncSource::Ftp).await.unwrap().is_none());
        assert!(fixture.store.clone().try_lock(SyncSource::Ftp).await.unwrap().is_none());
        assert!(fixture.store.try_lock(SyncSource::Erp).await.unwrap().is_some());
        drop(lock);
    }
}

/// A second store on the same database stands for another process: it shares nothing with the first.
async fn one_holder_among_processes(fixture: Fixture) {
    let other = Store::connect(&fixture.url, StoreOptions::default()).await.unwrap();
    let lock = fixture.store.try_lock(SyncSource::Ftp).await.unwrap();
    assert!(lock.is_some());
    assert!(other.try_lock(SyncSource::Ftp).await.unwrap().is_none());
    assert!(other.try_lock(SyncSource::Erp).await.unwrap().is_some());
    drop(lock);
    for _ in 0..50 {
        if other.try_lock(SyncSource::Ftp).await.unwrap().is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the lock was not freed");
}

/// Whoever comes after a holder of the same process finds the lock free, at whatever moment that is.
async fn freed_at_once(fixture: Fixture) {
    let store = fixture.store.clone();
    let task = tokio::spawn(async move {
        for round in 0..200_u32 {
            let lock = store.try_lock(SyncSource::Ftp).await.unwrap();
            assert!(lock.is_some(), "round {round}");
            drop(lock);
            // Other moments of letting go, from one round to the next.
            tokio::time::sleep(Duration::from_micros(u64::from(round) * 10)).await;
        }
    });
    task.await.unwrap();
}

async fn runs(fixture: Fixture) {
    let now = Instant(1_748_412_131_007);
    let lost = fixture.store.start(SyncSource::Ftp, RunKind::Sync, now).await.unwrap();
    let other = fixture.store.start(SyncSource::Erp, RunKind::Sync, now).await.unwrap();
    let mut run = fixture.store.start(SyncSource::Ftp, RunKind::Sync, Instant(now.0 + 1)).await.unwrap();
    assert_eq!((run.status, run.started_at, run.files_read), (SyncStatus::Running, Instant(now.0 + 1), 0));
    run.status = SyncStatus::Partial;
    run.finished_at = Some(Instant(now.0 + 2));
    run.bytes_read = 5_000_000_000;
    run.files_failed = 2;
    run.error = Some("two".into());
    fixture.store.save(&run).await.unwrap();
    let sql = "SELECT id, statut, octets_lus, fichiers_en_echec, erreur FROM synchronisation WHERE fin IS NOT NULL ORDER BY id";
    let rows = fixture.db.query_all_raw(Statement::from_string(fixture.db.get_database_backend(), sql)).await.unwrap();
    let read = |index: usize| {
        let row = &rows[index];
        let text = |column| row.try_get_by_index::<String>(column).unwrap();
        (
            row.try_get_by_index::<i64>(0).unwrap(),
            text(1),
            row.try_get_by_index::<i64>(2).unwrap(),
            row.try_get_by_index::<i32>(3).unwrap(),
            text(4),
        )
    };
    assert_eq!(rows.len(), 2, "that of the other source, {}, still runs", other.id);
    assert_eq!(
        read(0),
        (lost.id.0, "FAILED".into(), 0, 0, "The run was interrupted: its process ended before it did.".into())
    );
    assert_eq!(read(1), (run.id.0, "PARTIAL".into(), 5_000_000_000, 2, "two".into()));
}

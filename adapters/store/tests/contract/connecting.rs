//! Opening databases that cannot be opened.

use crate::fixture::Fixture;
use atelier_application::ports::machines::{MachineFilter, MachineStore as _};
use atelier_application::ports::store_error::StoreError;
use atelier_store::{Store, StoreOptions};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};
use std::time::Duration;

on_both!(answers);

async fn answers(fixture: Fixture) {
    fixture.store.ping().await.unwrap();
    fixture.store.clone().close().await;
    assert!(matches!(fixture.store.ping().await, Err(StoreError::Transient(_))));
}

/// SQLite has no such bound.
#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up() {
    let Some(fixture) = Fixture::postgres().await else { return };
    let options = StoreOptions { statement_time: Some(Duration::from_millis(200)), ..StoreOptions::default() };
    let store = Store::connect(&fixture.url, options).await.unwrap();
    let machines = async || store.machines(&MachineFilter::default()).await;
    machines().await.unwrap();
    let lock = fixture.db.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE centre_usinage IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let refused = tokio::time::timeout(Duration::from_secs(10), machines()).await.expect("an end in time");
    assert!(refused.unwrap_err().to_string().contains("statement timeout"));
    lock.rollback().await.unwrap();
    machines().await.unwrap();
}

async fn refusal(url: &str) -> StoreError {
    match Store::connect(url, StoreOptions::default()).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn addresses_of_nothing() {
    for (url, start) in [
        ("mysql://a:secret@b/c", "'mysql' is no kind of database known here: use sqlite://path or postgres://"),
        ("atelier.db", "The address of the database has no kind"),
        ("", "The address of the database has no kind"),
        ("sqlite::memory:", "A database in memory would be lost"),
        ("sqlite://", "The address of the SQLite database names no file"),
        ("sqlite:///no/such/folder/a.db", "The folder '/no/such/folder' of the database does not exist"),
        ("sqlite:///tmp", "'/tmp' is a folder"),
        ("postgres://u:secret@host:notaport/x", "The address of the PostgreSQL database cannot be read"),
    ] {
        let error = refusal(url).await;
        assert!(matches!(error, StoreError::Permanent(_)) && error.to_string().starts_with(start), "{url}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(
        &file,
        "not a database at all, but long enough to have a header of one hundred bytes, or so it would seem to be",
    )
    .unwrap();
    let error = refusal(&format!("sqlite://{}", file.display())).await;
    assert_eq!(error.to_string(), format!("'{}' is no SQLite database: name another file.", file.display()));
}

/// A folder in which not even root may create a file.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_to() {
    let error = refusal("sqlite:///proc/self/atelier.db").await;
    let start =
        "The database file '/proc/self/atelier.db' cannot be opened for writing: check that this user may write";
    assert!(error.to_string().starts_with(start), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = refusal(&format!("postgres://u:secret@127.0.0.1:{port}/x")).await;
    assert!(matches!(error, StoreError::Transient(_)), "{error:?}");
    let start = format!("There is no connection to PostgreSQL at 127.0.0.1:{port}: ");
    assert!(error.to_string().starts_with(&start) && !error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn a_database_that_is_not_there() {
    let Some(fixture) = Fixture::postgres().await else { return };
    let error = refusal(&format!("{}_missing", fixture.url)).await;
    assert!(error.to_string().ends_with("does not exist. Create the database, or correct its name."), "{error}");
}

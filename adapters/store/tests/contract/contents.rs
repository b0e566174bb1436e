//! Stored contents and the files they were read from.

use crate::fixture::Fixture;
use atelier_application::ports::ingest_store::{FileRecord, IngestStore, Reach};
use atelier_application::ports::log_files::LogFileReader;
use atelier_application::ports::store_error::StoreError;
use atelier_domain::ids::{MachineId, VersionId};
use atelier_domain::log_file::{LineCounts, LogFileState};
use atelier_domain::time::Instant;
use futures_util::TryStreamExt;

on_both!(many_at_once, files, a_missing_chunk);

/// A file with contents, the last of which has grown.
async fn store(fixture: &Fixture, path: &str, contents: &[&[u8]], grown: &[u8]) -> Vec<VersionId> {
    let mut unit = fixture.store.begin(MachineId(1)).await.unwrap();
    let record = FileRecord {
        path: path.to_owned(),
        name_date: None,
        state: LogFileState::Complete,
        present: None,
        size: 0,
        consumed: 0,
        modified: None,
        read_at: Instant(0),
        counts: LineCounts::default(),
    };
    let file = unit.save_file(&record).await.unwrap();
    let mut versions = Vec::new();
    for content in contents {
        versions.push(unit.add_version(file, content, &Reach::default()).await.unwrap());
    }
    if let (Some(version), Some(content)) = (versions.last(), contents.last()) {
        unit.append(*version, content.len() as u64, grown, &Reach::default()).await.unwrap();
    }
    unit.commit().await.unwrap();
    versions
}

async fn read(fixture: &Fixture, versions: &[VersionId]) -> Result<Vec<(VersionId, Vec<u8>)>, StoreError> {
    fixture.store.contents(versions).try_collect().await
}

async fn many_at_once(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    let long: Vec<u8> = (0..2_500_000_u32).map(|number| (number % 251) as u8).collect();
    let versions = store(&fixture, "a.LOG", &[b"one\n", &long], b"grown\n").await;
    let other = store(&fixture, "b.LOG", &[b"b\xE9\0\n"], b"").await;
    let wanted = [other[0], versions[1], VersionId(9_999), versions[0], versions[0]];
    let grown = [long.as_slice(), b"grown\n"].concat();
    let expected = vec![(versions[0], b"one\n".to_vec()), (versions[1], grown), (other[0], b"b\xE9\0\n".to_vec())];
    assert_eq!(read(&fixture, &wanted).await.unwrap(), expected);
    assert_eq!(read(&fixture, &[versions[0]]).await.unwrap(), expected[..1]);
    assert_eq!(read(&fixture, &[]).await.unwrap(), []);
}

async fn files(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    let versions = store(&fixture, "a.LOG", &[b"one\n", b"two\n"], b"").await;
    let other = store(&fixture, "b.LOG", &[b"b\n"], b"").await;
    let files = fixture.store.version_files(&[versions[0], versions[1], other[0], VersionId(9_999)]).await.unwrap();
    let path = |version| files.get(&version).map(|file| file.path.as_str());
    assert_eq!((path(versions[0]), path(versions[1]), path(other[0])), (Some("a.LOG"), Some("a.LOG"), Some("b.LOG")));
    assert_eq!((files.len(), &files[&versions[0]]), (3, &files[&versions[1]]));
    assert!(fixture.store.version_files(&[]).await.unwrap().is_empty());
}

async fn a_missing_chunk(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    let versions = store(&fixture, "a.LOG", &[b"one\n"], b"two\n").await;
    fixture.sql("DELETE FROM contenu_log WHERE position = 0").await;
    let error = read(&fixture, &versions).await.unwrap_err();
    assert!(error.to_string().contains("a chunk before it is missing"), "{error}");
}

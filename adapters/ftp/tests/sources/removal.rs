//! Deleting: what was looked at and nothing else, and a plain word when it cannot be done.

use atelier_application::ports::log_source::{LogSource, RemoteFile, Removal, SourceError};
use atelier_ftp::{FolderSource, FtpSource};

use super::support::fake::Fake;
use super::support::{config, put, read};

const LOG: &str = "DEM12 (PVC)/20250528.LOG";

fn plant() -> Fake {
    Fake::with(&[("/DEM12 (PVC)/20250528.LOG", b"0123456789"), ("/DEM12 (PVC)/20250529.LOG", b"x")])
}

/// The source, what it listed first, and what was deleted.
async fn listed(fake: Fake) -> (FtpSource, RemoteFile) {
    let source = FtpSource::new(config(fake.start().await));
    let file = source.list().await.unwrap().files.remove(0);
    assert_eq!(file.path, LOG);
    (source, file)
}

#[tokio::test]
async fn a_file_is_deleted_once_and_no_other() {
    let fake = plant();
    let (seen, deleted) = (fake.seen.clone(), fake.deleted.clone());
    let (source, file) = listed(fake).await;
    assert_eq!(source.remove(&file).await.unwrap(), Removal::Removed);
    assert_eq!(source.remove(&file).await.unwrap(), Removal::Gone);
    assert_eq!(deleted.lock().unwrap().iter().collect::<Vec<_>>(), [&format!("/{LOG}")]);
    let (connections, commands) = &*seen.lock().unwrap();
    let last: Vec<_> = commands.iter().rev().skip(1).take(3).map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!((*connections, last), (1, vec!["DELE", "MDTM", "SIZE"]), "size and date right before: {commands:?}");
}

#[tokio::test]
async fn a_file_that_changed_is_left_alone() {
    for fake in [
        Fake { size: Some(11), ..plant() },
        Fake { date: Some("213 20250528060212"), ..plant() },
        Fake { date: Some("213 20240528060211"), ..plant() },
    ] {
        let (_, file) = listed(plant()).await;
        let deleted = fake.deleted.clone();
        let source = FtpSource::new(config(fake.start().await));
        assert_eq!(source.remove(&file).await.unwrap(), Removal::Changed);
        assert!(deleted.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_server_that_says_too_little_keeps_its_file() {
    let (_, file) = listed(plant()).await;
    let fake = Fake { date: Some("502 no dates here"), ..plant() };
    let deleted = fake.deleted.clone();
    let error = FtpSource::new(config(fake.start().await)).remove(&file).await.unwrap_err();
    assert!(error.to_string().contains("no longer tells the date") && deleted.lock().unwrap().is_empty(), "{error}");
}

#[tokio::test]
async fn a_refusal_names_the_right_that_is_missing() {
    let (source, file) = listed(Fake { delete: Some("550 Permission denied."), ..plant() }).await;
    let error = source.remove(&file).await.unwrap_err();
    assert!(matches!(error, SourceError::Permanent(_)), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("right to delete") && text.contains("ATELIER_FTP_CLEANUP=keep") && text.contains(LOG),
        "{text}"
    );
    let (source, file) = listed(Fake { delete: Some("450 busy"), ..plant() }).await;
    assert!(source.remove(&file).await.unwrap_err().is_transient());
    assert_eq!(read(&source, LOG, 0).await.unwrap(), b"0123456789", "the connection is in step");
}

#[tokio::test]
async fn a_connection_that_breaks_at_the_end_is_not_asked_twice() {
    let fake = Fake { delete: Some(""), ..plant() };
    let (seen, deleted) = (fake.seen.clone(), fake.deleted.clone());
    let (source, file) = listed(fake).await;
    assert!(source.remove(&file).await.unwrap_err().is_transient());
    assert_eq!(seen.lock().unwrap().1.iter().filter(|line| line.starts_with("DELE")).count(), 1);
    assert_eq!(deleted.lock().unwrap().len(), 1);
    assert_eq!(source.remove(&file).await.unwrap(), Removal::Gone);
}

#[tokio::test]
async fn a_path_that_no_listing_can_have_given_is_refused() {
    let (source, file) = listed(plant()).await;
    for path in ["../x.log", "a\r\nDELE /DEM12 (PVC)/20250529.LOG", "/etc/passwd", ""] {
        let file = RemoteFile { path: path.to_owned(), ..file.clone() };
        assert!(matches!(source.remove(&file).await, Err(SourceError::Permanent(_))), "{path}");
        let folder = tempfile::tempdir().unwrap();
        let source = FolderSource::new(folder.path().to_owned());
        assert!(matches!(source.remove(&file).await, Err(SourceError::Permanent(_))), "{path}");
    }
}

#[tokio::test]
async fn a_folder_deletes_what_it_listed_and_has_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), LOG, b"0123456789");
    put(folder.path(), "DEM12 (PVC)/20250529.LOG", b"x");
    let source = FolderSource::new(folder.path().to_owned());
    let file = source.list().await.unwrap().files.remove(0);
    let other = RemoteFile { size: 9, ..file.clone() };
    assert_eq!(source.remove(&other).await.unwrap(), Removal::Changed);
    let other = RemoteFile { modified: None, ..file.clone() };
    assert_eq!(source.remove(&other).await.unwrap(), Removal::Changed);
    assert_eq!(source.remove(&file).await.unwrap(), Removal::Removed);
    assert_eq!(source.remove(&file).await.unwrap(), Removal::Gone);
    let left = source.list().await.unwrap().files;
    assert_eq!(left.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["DEM12 (PVC)/20250529.LOG"]);
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_deleted_through_a_link() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "a.log", b"x");
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "real/b.log", b"x");
    symlink(outside.path(), folder.path().join("out")).unwrap();
    symlink(folder.path().join("real/b.log"), folder.path().join("b.log")).unwrap();
    let source = FolderSource::new(folder.path().to_owned());
    let file = FolderSource::new(outside.path().to_owned()).list().await.unwrap().files.remove(0);
    for path in ["out/a.log", "b.log"] {
        let error = source.remove(&RemoteFile { path: path.to_owned(), ..file.clone() }).await.unwrap_err();
        assert!(matches!(error, SourceError::Permanent(_)) && error.to_string().contains("link"), "{path}: {error}");
    }
    assert!(outside.path().join("a.log").exists() && folder.path().join("real/b.log").exists());
}

//! Servers without machine listings.

use atelier_application::ports::log_source::{LogSource, SourceError};
use atelier_ftp::{FtpConfig, FtpSource};
use futures_util::StreamExt;

use super::support::fake::Fake;
use super::support::{config, read, shown};

fn plant() -> Fake {
    Fake::with(&[
        ("/DEM12 (PVC)/20250528.LOG", b"0123456789"),
        ("/DEM12 (PVC)/old [2024]/été.log", b"xyz"),
        ("/DEM12 (PVC)/readme.txt", b"no log"),
        ("/SU12 (HYBRIDE)/.keep", b""),
        ("/odd.log/inner.Log", b"a folder may be named so"),
        ("/top.LOG", b""),
    ])
}

const WANTED: [(&str, u64); 4] = [
    ("DEM12 (PVC)/20250528.LOG", 10),
    ("DEM12 (PVC)/old [2024]/été.log", 3),
    ("odd.log/inner.Log", 24),
    ("top.LOG", 0),
];

#[tokio::test]
async fn the_tree_is_found_by_names_and_sizes() {
    for fake in [
        plant(),
        Fake { empty: Some("550 No files found"), ..plant() },
        Fake { empty: Some("450 No files found"), ..plant() },
        Fake { empty: Some("226 Nothing"), ..plant() },
        Fake { false_machine_listing: true, ..plant() },
    ] {
        let listing = FtpSource::new(config(fake.start().await)).list().await.unwrap();
        assert_eq!(shown(&listing), WANTED);
        assert_eq!(listing.failures, []);
        assert_eq!(listing.files[0].modified.unwrap().to_rfc3339(), "2025-05-28T06:02:11+00:00");
    }
}

#[tokio::test]
async fn a_listing_takes_one_connection_and_files_are_not_asked_twice() {
    let fake = plant();
    let seen = fake.seen.clone();
    let source = FtpSource::new(config(fake.start().await));
    source.list().await.unwrap();
    source.list().await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.0, 1);
    assert_eq!(seen.1.iter().filter(|line| line.ends_with("20250528.LOG")).count(), 4, "{:?}", seen.1);
}

#[tokio::test]
async fn a_root_may_be_relative_and_must_exist() {
    let port = plant().start().await;
    for root in ["/DEM12 (PVC)", "DEM12 (PVC)/", "/DEM12 (PVC)/"] {
        let listing = FtpSource::new(FtpConfig { root: root.to_owned(), ..config(port) }).list().await.unwrap();
        assert_eq!(shown(&listing), [("20250528.LOG", 10), ("old [2024]/été.log", 3)]);
    }
    let error = FtpSource::new(FtpConfig { root: "/nowhere".to_owned(), ..config(port) }).list().await.unwrap_err();
    assert!(matches!(error, SourceError::Permanent(_)) && error.to_string().contains("ATELIER_FTP_ROOT"), "{error}");
}

#[tokio::test]
async fn content_comes_from_an_offset_on() {
    for no_rest in [false, true] {
        let source = FtpSource::new(config(Fake { no_rest, ..plant() }.start().await));
        let path = "DEM12 (PVC)/20250528.LOG";
        for (offset, wanted) in
            [(0, "0123456789"), (1, "123456789"), (9, "9"), (10, ""), (11, ""), (u64::MAX, ""), (0, "0123456789")]
        {
            assert_eq!(read(&source, path, offset).await.unwrap(), wanted.as_bytes(), "{offset}");
        }
        assert_eq!(read(&source, "top.LOG", 0).await.unwrap(), b"");
        assert!(matches!(read(&source, "gone.LOG", 0).await, Err(SourceError::NotFound(_))));
        assert!(matches!(read(&source, "gone.LOG", 5).await, Err(SourceError::NotFound(_))));
        assert!(matches!(read(&source, "../top.LOG", 0).await, Err(SourceError::Permanent(_))));
        assert!(matches!(read(&source, "a\r\nDELE top.LOG", 0).await, Err(SourceError::Permanent(_))));
    }
}

#[tokio::test]
async fn two_transfers_at_a_time_take_two_connections_and_a_third_waits() {
    let content = vec![b'x'; 4 << 20];
    let fake = Fake::with(&[("/a.log", &content)]);
    let seen = fake.seen.clone();
    let source = FtpSource::new(config(fake.start().await));
    let (first, second) = (source.fetch("a.log", 0).await.unwrap(), source.fetch("a.log", 1).await.unwrap());
    let third = tokio::time::timeout(std::time::Duration::from_millis(100), source.fetch("a.log", 2)).await;
    assert!(third.is_err());
    // A reader that goes away frees its place.
    drop(first);
    let third = source.fetch("a.log", 2).await.unwrap();
    let length = |content: atelier_application::ports::log_source::Content| {
        content.fold(0, |sum, piece| async move { sum + piece.unwrap().len() })
    };
    assert_eq!((length(second).await, length(third).await), (content.len() - 1, content.len() - 2));
    assert_eq!(seen.lock().unwrap().0, 3);
}

//! A folder of this computer.

use std::io::Write;

use atelier_application::ports::log_source::{LogSource, SourceError};
use atelier_ftp::FolderSource;

use super::support::{put, read, shown};

#[tokio::test]
async fn the_tree_is_found_and_read() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "DEM12 (PVC)/20250528.LOG", b"0123456789");
    put(folder.path(), "DEM12 (PVC)/sub/été.log", b"xyz");
    put(folder.path(), "odd.log/readme.txt", b"no log");
    let source = FolderSource::new(folder.path().to_owned());
    let listing = source.list().await.unwrap();
    assert_eq!(shown(&listing), [("DEM12 (PVC)/20250528.LOG", 10), ("DEM12 (PVC)/sub/été.log", 3)]);
    assert_eq!(listing.failures, []);
    assert!(listing.files[0].modified.is_some());
    let path = "DEM12 (PVC)/20250528.LOG";
    for (offset, wanted) in [(0, "0123456789"), (4, "456789"), (10, ""), (11, ""), (u64::MAX, "")] {
        assert_eq!(read(&source, path, offset).await.unwrap(), wanted.as_bytes(), "{offset}");
    }
    let mut file = std::fs::OpenOptions::new().append(true).open(folder.path().join(path)).unwrap();
    file.write_all(b"abc").unwrap();
    assert_eq!(read(&source, path, 10).await.unwrap(), b"abc");
}

#[tokio::test]
async fn a_long_file_comes_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    put(folder.path(), "a.log", &content);
    assert_eq!(read(&FolderSource::new(folder.path().to_owned()), "a.log", 3).await.unwrap(), content[3..]);
}

#[tokio::test]
async fn what_is_not_there_or_leaves_the_root_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "logs/a.log", b"x");
    put(folder.path(), "secret.log", b"x");
    let source = FolderSource::new(folder.path().join("logs"));
    assert!(matches!(read(&source, "b.log", 0).await, Err(SourceError::NotFound(_))));
    assert!(matches!(read(&source, "a.log/b.log", 0).await, Err(SourceError::NotFound(_))));
    for path in ["../secret.log", "/etc/passwd", "", "x/../../secret.log"] {
        assert!(matches!(read(&source, path, 0).await, Err(SourceError::Permanent(_))), "{path}");
    }
    let error = FolderSource::new(folder.path().join("nowhere")).list().await.unwrap_err();
    assert!(matches!(error, SourceError::Permanent(_)) && error.to_string().contains("ATELIER_LOG_DIR"), "{error}");
    assert!(FolderSource::new(folder.path().join("secret.log")).list().await.is_err());
}

#[tokio::test]
async fn a_deep_tree_ends_at_its_bound() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &format!("{}deep.log", "d/".repeat(16)), b"x");
    put(folder.path(), &format!("{}deeper.log", "d/".repeat(17)), b"x");
    let listing = FolderSource::new(folder.path().to_owned()).list().await.unwrap();
    assert_eq!(listing.files.len(), 1);
    assert_eq!(listing.failures.len(), 1, "{:?}", listing.failures);
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_not_followed_out_or_in_circles_and_odd_names_are_said() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "secret.log", b"x");
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a/1.log", b"x");
    symlink(folder.path(), folder.path().join("a/loop")).unwrap();
    symlink(outside.path(), folder.path().join("a/out")).unwrap();
    symlink(outside.path().join("secret.log"), folder.path().join("a/secret.log")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.log");
    std::fs::write(folder.path().join(odd), b"x").unwrap();
    std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.txt")), b"x").unwrap();
    let source = FolderSource::new(folder.path().to_owned());
    let listing = source.list().await.unwrap();
    assert_eq!(shown(&listing), [("a/1.log", 1)]);
    let failed: Vec<_> = listing.failures.iter().map(|failure| failure.path.as_str()).collect();
    assert_eq!(failed, ["a/out", "a/secret.log", "caf\u{fffd}.log"]);
    assert!(matches!(read(&source, "a/secret.log", 0).await, Err(SourceError::Permanent(_))));
    assert!(matches!(read(&source, "a/out/secret.log", 0).await, Err(SourceError::Permanent(_))));
}

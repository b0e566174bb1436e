//! Files of the archive, read back.

use super::*;
use atelier_domain::ids::VersionId;

fn what() -> Archived {
    Archived::Raw { path: "DEM12 (PVC)/a.LOG".to_owned(), version: VersionId(7) }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

async fn archive(folder: &Path, parts: &[&[u8]]) {
    let mut file = FolderArchive::new(folder.to_owned()).begin(&what()).await.unwrap();
    for part in parts {
        file.add(part.to_vec()).await.unwrap();
    }
    file.finish().await.unwrap();
}

#[tokio::test]
async fn a_file_holds_exactly_the_bytes_that_were_added() {
    let folder = tempfile::tempdir().unwrap();
    let long: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
    archive(folder.path(), &[b"one\n", &long, b"\xE9\0"]).await;
    let file = folder.path().join("raw/DEM12 (PVC)/a.LOG.7.zst");
    assert_eq!(files(folder.path()), std::slice::from_ref(&file));
    let read = zstd::decode_all(File::open(file).unwrap()).unwrap();
    assert!(read == [b"one\n", long.as_slice(), b"\xE9\0"].concat());
}

#[tokio::test]
async fn the_same_once_more_gives_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), &[b"one\n", b"two\n"]).await;
    let file = files(folder.path()).remove(0);
    let before = fs::read(&file).unwrap();
    archive(folder.path(), &[b"one\n", b"two\n"]).await;
    assert_eq!(files(folder.path()), std::slice::from_ref(&file));
    assert!(fs::read(file).unwrap() == before);
}

#[tokio::test]
async fn a_file_that_is_not_finished_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = FolderArchive::new(folder.path().to_owned()).begin(&what()).await.unwrap();
    file.add(b"one\n".to_vec()).await.unwrap();
    assert!(files(folder.path()).iter().all(|file| file.extension().unwrap() == "partial"));
    drop(file);
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let archive = FolderArchive::new(folder.path().join("mounted/later"));
    for error in [archive.check().await.unwrap_err(), archive.begin(&what()).await.err().unwrap()] {
        assert!(error.to_string().contains("mounted/later") && error.to_string().ends_with("create it."), "{error}");
    }
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
    assert!(FolderArchive::new(folder.path().to_owned()).check().await.is_ok());
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

//! The in-process server that the demo uses.

use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use atelier_application::ports::log_source::{LogSource, SourceError};
use atelier_ftp::{FtpConfig, FtpSource};
use libunftp::ServerBuilder;
use tempfile::TempDir;
use unftp_sbe_fs::Filesystem;

use super::support::{config, put, read, shown};

async fn serve(root: PathBuf) -> u16 {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = ServerBuilder::new(Box::new(move || Filesystem::new(root.clone()).unwrap())).build().unwrap();
    tokio::spawn(server.listen(format!("127.0.0.1:{port}")));
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    port
}

async fn plant() -> (TempDir, FtpSource) {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "DEM12 (PVC)/20250528.LOG", b"0123456789");
    put(folder.path(), "DEM12 (PVC)/sub folder/été.log", b"xyz");
    put(folder.path(), "DEM12 (PVC)/readme.txt", b"no log");
    put(folder.path(), "odd.log/inner.Log", b"");
    std::fs::create_dir(folder.path().join("SU12 (HYBRIDE)")).unwrap();
    let port = serve(folder.path().to_owned()).await;
    let source = FtpSource::new(FtpConfig { timeout: Duration::from_secs(5), ..config(port) });
    (folder, source)
}

#[tokio::test]
async fn the_tree_is_found() {
    let (_folder, source) = plant().await;
    let listing = source.list().await.unwrap();
    let wanted = [("DEM12 (PVC)/20250528.LOG", 10), ("DEM12 (PVC)/sub folder/été.log", 3), ("odd.log/inner.Log", 0)];
    assert_eq!(shown(&listing), wanted);
    assert_eq!(listing.failures, []);
    assert!(listing.files.iter().all(|file| file.modified.is_some()));
}

#[tokio::test]
async fn a_wrong_root_is_permanent() {
    let (folder, _) = plant().await;
    let port = serve(folder.path().to_owned()).await;
    let error = FtpSource::new(FtpConfig { root: "/nowhere".to_owned(), ..config(port) }).list().await.unwrap_err();
    assert!(matches!(error, SourceError::Permanent(_)) && error.to_string().contains("ATELIER_FTP_ROOT"), "{error}");
}

#[tokio::test]
async fn content_comes_from_an_offset_on_and_grows() {
    let (folder, source) = plant().await;
    let path = "DEM12 (PVC)/20250528.LOG";
    for (offset, wanted) in [(0, "0123456789"), (4, "456789"), (10, ""), (11, ""), (0, "0123456789")] {
        assert_eq!(read(&source, path, offset).await.unwrap(), wanted.as_bytes(), "{offset}");
    }
    let mut file = std::fs::OpenOptions::new().append(true).open(folder.path().join(path)).unwrap();
    file.write_all(b"abc").unwrap();
    assert_eq!(read(&source, path, 10).await.unwrap(), b"abc");
    assert!(matches!(read(&source, "DEM12 (PVC)/gone.LOG", 0).await, Err(SourceError::NotFound(_))));
}

#[tokio::test]
async fn a_long_file_that_grows_while_it_is_read_comes_whole() {
    let (folder, source) = plant().await;
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    put(folder.path(), "DEMALU (ALU)/20250528.LOG", &content);
    let target = folder.path().join("DEMALU (ALU)/20250528.LOG");
    let writer = std::thread::spawn(move || {
        let mut file = std::fs::OpenOptions::new().append(true).open(target).unwrap();
        for _ in 0..50 {
            file.write_all(&[7; 1000]).unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let got = read(&source, "DEMALU (ALU)/20250528.LOG", 5).await.unwrap();
    writer.join().unwrap();
    assert!(got.starts_with(&content[5..]));
    assert!(got[content.len() - 5..].iter().all(|byte| *byte == 7));
}

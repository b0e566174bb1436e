//! Deleting finished files, from real servers and from a folder: they go, what they said stays.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono_tz::Europe::Paris;
use serde_json::{Value, json};

use crate::harness::atelier::Atelier;
use crate::harness::database::Database;
use crate::harness::ftp;
use crate::harness::samples::Tree;

/// Every file below a folder, by its path in it, as if it had last changed a day ago.
fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let day_before = SystemTime::now() - Duration::from_hours(24);
                fs::File::options().append(true).open(&path).unwrap().set_modified(day_before).unwrap();
                found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The samples and a file of today.
fn plant() -> (Tree, String) {
    let tree = Tree::of("logs");
    let today = chrono::Utc::now().with_timezone(&Paris).format("%Y%m%d");
    let path = format!("DEM12 (PVC)/{today}.LOG");
    tree.write(&path, format!("{today} 00:00:01|@MachineStart\r\n").as_bytes());
    assert_eq!(files(tree.path()).len(), 16);
    (tree, path)
}

async fn told(atelier: &Atelier) -> Value {
    let serving = atelier.serve().await;
    let document = "{ sessions(first: 100, orderBy: {field: DATE, direction: ASC}) { nodes { date totalPieces } }
        logFiles(first: 100) { nodes { path removedFromServerAt } } }";
    serving.boss().await.query(document, json!({})).await
}

/// Reads everything and lets it be deleted; what is left, and what is told of it.
async fn clean(tree: &Tree, today: &str, atelier: &Atelier) {
    assert_eq!(atelier.sync()["sessionsCreated"], 16);
    atelier.add_boss();
    let before = told(atelier).await;
    assert_eq!(files(tree.path()).len(), 16, "nothing is deleted unless it is asked for");
    let output = atelier.run_env(&["sync", "ftp"], "ATELIER_FTP_CLEANUP", "delete-after=0d").expect_code(0);
    assert_eq!(files(tree.path()), [today], "{output:?}");
    assert!(output.stderr.contains("15 finished files were deleted"), "{output:?}");
    let after = told(atelier).await;
    assert_eq!(after["sessions"], before["sessions"]);
    for file in after["logFiles"]["nodes"].as_array().unwrap() {
        assert_eq!(file["removedFromServerAt"].is_null(), file["path"] == today, "{file}");
    }
    assert!(before["logFiles"]["nodes"].as_array().unwrap().iter().all(|file| file["removedFromServerAt"].is_null()));
    let json = atelier.sync();
    assert_eq!((&json["status"], &json["sessionsUpdated"]), (&json!("SUCCEEDED"), &json!(0)));
}

#[tokio::test]
async fn finished_files_go_from_vsftpd() {
    let ((tree, today), database) = (plant(), Database::sqlite());
    let Some(server) = ftp::vsftpd(tree.path()) else { return };
    clean(&tree, &today, &Atelier::new(&database).envs(server.env())).await;
}

#[tokio::test]
async fn finished_files_go_from_pure_ftpd() {
    let ((tree, today), database) = (plant(), Database::sqlite());
    let Some(server) = ftp::pure_ftpd(tree.path()) else { return };
    clean(&tree, &today, &Atelier::new(&database).envs(server.env())).await;
}

#[tokio::test]
async fn finished_files_go_from_libunftp() {
    let ((tree, today), database) = (plant(), Database::sqlite());
    let server = ftp::libunftp(tree.path());
    clean(&tree, &today, &Atelier::new(&database).envs(server.env())).await;
}

#[tokio::test]
async fn finished_files_go_from_a_folder() {
    let (tree, today) = plant();
    for database in [Some(Database::sqlite()), Database::postgres()].into_iter().flatten() {
        let copy = Tree::empty();
        for file in files(tree.path()) {
            copy.write(&file, &fs::read(tree.path().join(&file)).unwrap());
        }
        files(copy.path());
        let atelier = Atelier::new(&database).env("ATELIER_LOG_DIR", copy.path().to_str().unwrap());
        clean(&copy, &today, &atelier).await;
    }
}

#[test]
fn a_right_that_is_missing_is_told_and_nothing_fails() {
    let ((tree, _), database) = (plant(), Database::sqlite());
    for folder in ["DEM12 (PVC)", "DEMALU (ALU)", "SU12 (HYBRIDE)"] {
        tree.chmod(folder, 0o755);
    }
    let Some(server) = ftp::vsftpd(tree.path()) else { return };
    let atelier = Atelier::new(&database).envs(server.env()).env("ATELIER_FTP_CLEANUP", "delete-after=0d");
    let output = atelier.run(&["sync", "ftp"]).expect_code(0);
    assert_eq!(output.stderr.matches("the right to delete").count(), 3, "{output:?}");
    assert!(!output.stderr.contains(ftp::PASSWORD), "{output:?}");
    assert_eq!(files(tree.path()).len(), 16);
    for folder in ["DEM12 (PVC)", "DEMALU (ALU)", "SU12 (HYBRIDE)"] {
        tree.chmod(folder, 0o777);
    }
    atelier.run(&["sync", "ftp"]).expect_code(0);
    // As their date was set anew they were read again, and went at once.
    assert_eq!(files(tree.path()).len(), 1);
}

#[test]
fn check_says_whether_files_are_deleted() {
    let (tree, database) = (Tree::of("logs"), Database::sqlite());
    let atelier = Atelier::new(&database).env("ATELIER_LOG_DIR", tree.path().to_str().unwrap());
    assert!(atelier.run(&["check"]).expect_code(0).stdout.contains("cleanup: off"));
    let output = atelier.run_env(&["check"], "ATELIER_FTP_CLEANUP", "delete-after=30d").expect_code(0);
    assert!(output.stdout.contains("cleanup: ON") && output.stdout.contains("30 days"), "{output:?}");
    let output = atelier.run_env(&["check"], "ATELIER_FTP_CLEANUP", "delete after 30 days").expect_code(1);
    assert!(output.stderr.contains("ATELIER_FTP_CLEANUP") && output.stderr.contains("delete-after=30d"), "{output:?}");
}

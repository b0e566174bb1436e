//! `atelier retention`: what it says, and what is left.

use crate::harness::atelier::Atelier;
use crate::harness::database::Database;
use crate::harness::samples;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const FOLDER: &str = "DEM12 (PVC)";

fn logs(root: &Path) {
    fs::create_dir_all(root.join(FOLDER)).unwrap();
    for day in 16..=18 {
        let name = format!("{FOLDER}/202506{day}.LOG");
        fs::write(root.join(&name), samples::bytes(&format!("logs/{name}"))).unwrap();
    }
}

/// All files below a folder, with what is in them.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_is_told_and_then_removed() {
    let database = Database::sqlite();
    let (source, archive) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    logs(source.path());
    let atelier = Atelier::new(&database).env("ATELIER_LOG_DIR", source.path().to_str().unwrap());
    atelier.sync();
    atelier.add_boss();
    let off = atelier.run(&["retention"]).expect_code(0);
    assert!(off.stdout.starts_with("Everything is kept"), "{off:?}");
    assert!(atelier.run(&["check"]).expect_code(0).stdout.contains("retention: off"));

    let atelier = atelier
        .env("ATELIER_RETENTION_DETAILS", "30d")
        .env("ATELIER_RETENTION_RAW", "30d")
        .env("ATELIER_RETENTION_ARCHIVE", archive.path().join("not there").to_str().unwrap());
    let refused = atelier.run(&["retention"]).expect_code(1);
    assert!(refused.stderr.contains("not there") && refused.stderr.contains("create it"), "{refused:?}");
    let wrong = atelier.run(&["check"]).expect_code(1);
    assert!(wrong.stderr.contains("WRONG  retention: The archive folder"), "{wrong:?}");
    let atelier = atelier.env("ATELIER_RETENTION_ARCHIVE", archive.path().to_str().unwrap());
    assert!(atelier.run(&["check"]).expect_code(0).stdout.contains("retention: details are kept for 30 days"));

    let Database::Sqlite(folder) = &database else { unreachable!() };
    let stored = || fs::read(folder.path().join("atelier.db")).unwrap();
    let before = stored();
    let told = atelier.run(&["retention", "--dry-run", "--json"]).expect_code(0).json();
    assert!(stored() == before, "a dry run writes nothing");
    assert_eq!(files(archive.path()), []);
    let machine = &told["machines"][0];
    assert_eq!((&told["dryRun"], &told["detailsDays"], &machine["name"]), (&json!(true), &json!(30), &json!("DEM12")));
    let (details, raw) = (&machine["details"], &machine["raw"]);
    assert_eq!((&details["sessions"], &raw["contents"]), (&json!(3), &json!(3)));
    assert_eq!((&raw["firstDay"], &raw["lastDay"]), (&json!("2025-06-16"), &json!("2025-06-18")));

    let done = atelier.run(&["retention"]).expect_code(0).stdout;
    let expected = format!(
        "DEM12: details of 3 sessions (2025-06-16 to 2025-06-18) removed: {} pieces, {} jobs, {} waits, {} stops",
        details["pieces"], details["jobs"], details["waits"], details["stops"]
    );
    assert_eq!(done.lines().next(), Some(expected.as_str()), "{done}");
    assert!(done.contains("raw bytes of 3 contents (2025-06-16 to 2025-06-18) removed"), "{done}");
    assert_eq!(files(archive.path()).len(), 6);
    let again = atelier.run(&["retention"]).expect_code(0).stdout;
    assert_eq!(again.trim(), "Nothing is older than it is to be kept.");

    // Written once more, with the same bytes and another date.
    logs(source.path());
    let run = atelier.sync();
    assert_eq!((&run["filesRead"], &run["sessionsUpdated"]), (&json!(3), &json!(0)));
    assert_eq!(atelier.run(&["retention"]).expect_code(0).stdout.trim(), "Nothing is older than it is to be kept.");

    let serving = atelier.serve().await;
    let query = "{ sessions { nodes { totalPieces detailsRemovedAt timeline { state } jobs { id } waitPeriods { id } stopPeriods { id }
        pieces(first: 5) { totalCount nodes { number } pageInfo { hasNextPage } } } } }";
    let data = serving.boss().await.query(query, json!({})).await;
    let sessions = data["sessions"]["nodes"].as_array().unwrap();
    assert_eq!(sessions.len(), 3);
    for session in sessions {
        assert!(session["totalPieces"].as_i64().unwrap() > 0 && session["detailsRemovedAt"].is_string(), "{session}");
        let lists = ["timeline", "jobs", "waitPeriods", "stopPeriods"];
        assert!(lists.iter().all(|list| session[list] == json!([])), "{session}");
        let none = json!({ "totalCount": 0, "nodes": [], "pageInfo": { "hasNextPage": false } });
        assert_eq!(session["pieces"], none);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_removes_what_is_old_when_that_is_due() {
    let database = Database::sqlite();
    let source = tempfile::tempdir().unwrap();
    logs(source.path());
    let atelier = Atelier::new(&database)
        .env("ATELIER_LOG_DIR", source.path().to_str().unwrap())
        .env("ATELIER_RETENTION_DETAILS", "30d")
        .env("ATELIER_RETENTION_SCHEDULE", "* * * * *");
    atelier.sync();
    atelier.add_boss();
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    let query = "{ sessions { nodes { totalPieces detailsRemovedAt jobs { id } } } }";
    let begun = Instant::now();
    let sessions = loop {
        let sessions = boss.query(query, json!({})).await["sessions"]["nodes"].as_array().unwrap().clone();
        assert_eq!(sessions.len(), 3);
        if sessions.iter().all(|session| session["detailsRemovedAt"].is_string()) {
            break sessions;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "due every minute: {sessions:?}\n{}", serving.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    for session in sessions {
        assert!(session["totalPieces"].as_i64().unwrap() > 0 && session["jobs"] == json!([]), "{session}");
    }
    let log = serving.log();
    assert!(log.contains("what is old was removed") && log.contains("machine=\"DEM12\""), "{log}");
    assert!(serving.terminate().is_some_and(|status| status.success()));
}

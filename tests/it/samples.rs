//! The samples through the whole program: served over FTP, synchronized, stored, asked for with GraphQL, and compared
//! value by value with what an independent implementation of the rules found in them.

use serde_json::{Value, json};

use crate::harness::atelier::{Atelier, Serving};
use crate::harness::compare::{Differences, pick, pick_each};
use crate::harness::database::Database;
use crate::harness::ftp;
use crate::harness::graphql::Client;
use crate::harness::samples::{self, Tree};

const SESSIONS: &str = "query($machine: ID!, $after: String) {
  sessions(filter: {machineIds: [$machine]}, orderBy: {field: DATE, direction: ASC}, first: 4, after: $after) {
    nodes { id date } pageInfo { hasNextPage endCursor } totalCount
  }
}";

const SESSION: &str = "query($id: ID!) { session(id: $id) {
  machine { name } date status firstEventAt lastEventAt firstPieceAt lastPieceAt firstStartAt lastStopAt totalPieces revision
  observed { spanSeconds waitSeconds stopSeconds effectiveSeconds occupancyRate waitRate stopRate piecesPerHour }
  jobs { reference lengthMm colour startedAt pieces }
  waitPeriods { startedAt endedAt durationSeconds }
  stopPeriods { startedAt endedAt durationSeconds ongoing }
  timeline { state startedAt endedAt pieces }
  anomalies { kind at lineNumber logFile { path } }
  logFiles { path }
} }";

const PIECES: &str = "query($id: ID!, $after: String) { session(id: $id) {
  pieces(first: 100, after: $after) {
    nodes { number producedAt details job { reference } cycleSeconds } pageInfo { hasNextPage endCursor } totalCount
  }
} }";

const LOG_FILES: &str = "query($after: String) { logFiles(first: 10, after: $after) {
  nodes {
    machine { name } path state sizeBytes consumedBytes lines events ignoredLines rejectedCount
    rejectedLines(first: 100) { lineNumber byteOffset reason text }
  }
  pageInfo { hasNextPage endCursor }
} }";

const ANOMALIES: &str = "query($after: String) { anomalies(first: 100, after: $after) {
  nodes { kind session { id } logFile { path } } pageInfo { hasNextPage endCursor }
} }";

/// The anomalies that are of a file, not of a session.
const OF_FILES: [&str; 3] = ["REJECTED_LINES", "FILE_REWRITTEN", "FILE_TRUNCATED"];

/// Members that are compared as they are.
const PLAIN: [&str; 9] = [
    "date",
    "status",
    "firstEventAt",
    "lastEventAt",
    "firstPieceAt",
    "lastPieceAt",
    "firstStartAt",
    "lastStopAt",
    "totalPieces",
];

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("text was expected, not {value}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Every session there is, with all it holds, machine by machine and day by day.
async fn sessions(client: &Client) -> Vec<Value> {
    let machines = client.query("{ machines { id name } }", json!({})).await;
    let mut all = Vec::new();
    for machine in list(&machines["machines"]) {
        for session in client.pages(SESSIONS, json!({"machine": machine["id"]}), "/sessions").await {
            let id = json!({"id": session["id"]});
            let mut data = client.query(SESSION, id.clone()).await;
            let mut session = data["session"].take();
            session["pieces"] = client.pages(PIECES, id, "/session/pieces").await.into();
            all.push(session);
        }
    }
    all.sort_by_key(|session| (text(&session["machine"]["name"]).to_owned(), text(&session["date"]).to_owned()));
    all
}

fn compare_session(differences: &mut Differences, place: &str, expected: &Value, got: &Value) {
    differences.compare(place, &pick(expected, &PLAIN), got);
    differences.compare(&format!("{place}.observed"), &expected["observed"], &got["observed"]);
    let lists: [(&str, &[&str]); 4] = [
        ("jobs", &["reference", "lengthMm", "colour", "startedAt", "pieces"]),
        ("waitPeriods", &["startedAt", "endedAt", "durationSeconds"]),
        ("stopPeriods", &["startedAt", "endedAt", "durationSeconds", "ongoing"]),
        ("timeline", &["state", "startedAt", "endedAt", "pieces"]),
    ];
    for (name, members) in lists {
        differences.compare(&format!("{place}.{name}"), &pick_each(&expected[name], members), &got[name]);
    }
    let piece = |piece: &Value| {
        json!([
            piece["number"],
            piece["producedAt"],
            piece["details"],
            piece["job"]["reference"],
            piece["cycleSeconds"]
        ])
    };
    let pieces: Value = list(&got["pieces"]).iter().map(piece).collect();
    differences.compare(&format!("{place}.pieces"), &expected["pieces"], &pieces);

    let anomaly = |anomaly: &Value| json!({"kind": anomaly["kind"], "at": anomaly["at"], "path": anomaly["logFile"]["path"], "line": anomaly["lineNumber"]});
    let anomalies: Vec<Value> = list(&got["anomalies"])
        .iter()
        // Whether those of a file are shown at its sessions too is the program's choice.
        .filter(|anomaly| !OF_FILES.contains(&text(&anomaly["kind"])))
        .map(anomaly)
        .collect();
    differences.compare_unordered(&format!("{place}.anomalies"), list(&expected["anomalies"]), &anomalies);

    let expected_files: Vec<Value> = [list(&expected["files"]), list(&expected["otherFiles"])].concat();
    let files: Vec<Value> = list(&got["logFiles"]).iter().map(|file| file["path"].clone()).collect();
    differences.compare_unordered(&format!("{place}.logFiles"), &expected_files, &files);
}

fn compare_sessions(differences: &mut Differences, expected: &Value, got: &[Value]) {
    let key = |machine: &Value, date: &Value| format!("{} {}", text(machine), text(date));
    let mut left: Vec<&Value> = got.iter().collect();
    for session in list(&expected["sessions"]) {
        let place = key(&session["machine"], &session["date"]);
        match left.iter().position(|other| key(&other["machine"]["name"], &other["date"]) == place) {
            Some(index) => compare_session(differences, &place, session, left.swap_remove(index)),
            None => differences.add(&place, "a session", "none"),
        }
    }
    for session in left {
        differences.add(&key(&session["machine"]["name"], &session["date"]), "no session", "one");
    }
}

async fn compare_files(differences: &mut Differences, expected: &Value, client: &Client) {
    let got = client.pages(LOG_FILES, json!({}), "/logFiles").await;
    let paths = |files: &[Value]| files.iter().map(|file| file["path"].clone()).collect::<Vec<_>>();
    let files = list(&expected["files"]);
    differences.compare_unordered("logFiles", &paths(files), &paths(&got));
    for file in files {
        let Some(got) = got.iter().find(|other| other["path"] == file["path"]) else {
            continue;
        };
        let place = format!("file {}", text(&file["path"]));
        let members = ["state", "sizeBytes", "consumedBytes", "lines", "events", "ignoredLines", "rejectedCount"];
        differences.compare(&place, &pick(file, &members), got);
        differences.compare(&format!("{place}, machine"), &file["machine"], &got["machine"]["name"]);
        let rejected = pick_each(&file["rejectedLines"], &["lineNumber", "byteOffset", "text"]);
        differences.compare(&format!("{place}.rejectedLines"), &rejected, &got["rejectedLines"]);
        for line in list(&got["rejectedLines"]) {
            if line["reason"].as_str().is_none_or(|reason| reason.trim().is_empty()) {
                differences.add(&format!("{place}.rejectedLines"), "a reason", line);
            }
        }
    }
    if client.has_field("Query", "anomalies").await {
        let all = client.pages(ANOMALIES, json!({}), "/anomalies").await;
        for file in files {
            let of_it = |one: &&Value| one["logFile"]["path"] == file["path"] && OF_FILES.contains(&text(&one["kind"]));
            let kinds: Vec<Value> = all.iter().filter(of_it).map(|one| one["kind"].clone()).collect();
            let place = format!("file {}, anomalies", text(&file["path"]));
            differences.compare_unordered(&place, list(&file["anomalies"]), &kinds);
        }
    }
}

/// Compares everything the server tells with what was expected.
async fn compare(expected: &Value, serving: &Serving) {
    let client = serving.boss().await;
    let mut differences = Differences::default();
    compare_sessions(&mut differences, expected, &sessions(&client).await);
    compare_files(&mut differences, expected, &client).await;
    differences.assert_none();
}

/// `id` and revision of each session.
async fn revisions(client: &Client) -> Value {
    client.query("{ sessions(first: 100) { nodes { id revision updatedAt } } }", json!({})).await
}

/// Synchronizes a sample from a server into a database, compares, and sees that doing it again changes nothing.
async fn tells_what_is_expected(sample: &str, expected: &Value, server: &ftp::Server, database: &Database) {
    let atelier = Atelier::new(database).envs(server.env());
    let output = atelier.run(&["sync", "ftp", "--json"]).expect_code(0);
    for folder in list(&expected["unclaimedFolders"]) {
        let said = output.stdout.contains(text(folder)) || output.stderr.contains(text(folder));
        assert!(said, "{sample}: nothing says that no machine claims {folder}: {output:?}");
    }
    let summary = output.json();
    assert_eq!(summary["sessionsCreated"], list(&expected["sessions"]).len(), "{summary}");
    assert_eq!(summary["filesFailed"], 0, "{summary}");

    atelier.add_boss();
    let serving = atelier.serve().await;
    compare(expected, &serving).await;

    let client = serving.boss().await;
    let before = revisions(&client).await;
    let again = atelier.sync();
    assert_eq!((&again["sessionsCreated"], &again["sessionsUpdated"]), (&json!(0), &json!(0)), "{again}");
    assert_eq!(revisions(&client).await, before, "a second run that found nothing changed something");
    compare(expected, &serving).await;
}

#[tokio::test]
async fn a_week_of_three_machines_on_sqlite_from_vsftpd() {
    let (tree, database) = (Tree::of("logs"), Database::sqlite());
    let Some(server) = ftp::vsftpd(tree.path()) else {
        return;
    };
    tells_what_is_expected("logs", &samples::json("expected.json"), &server, &database).await;
}

#[tokio::test]
async fn a_week_of_three_machines_on_postgres_from_pure_ftpd() {
    let tree = Tree::of("logs");
    let Some(database) = Database::postgres() else {
        return;
    };
    let Some(server) = ftp::pure_ftpd(tree.path()) else {
        return;
    };
    tells_what_is_expected("logs", &samples::json("expected.json"), &server, &database).await;
}

#[tokio::test]
async fn hostile_files_on_sqlite_from_libunftp() {
    let (tree, database) = (Tree::of("hostile"), Database::sqlite());
    let server = ftp::libunftp(tree.path());
    tells_what_is_expected("hostile", &samples::json("hostile_expected.json"), &server, &database).await;
}

#[tokio::test]
async fn hostile_files_on_postgres_from_vsftpd() {
    let tree = Tree::of("hostile");
    let Some(database) = Database::postgres() else {
        return;
    };
    let Some(server) = ftp::vsftpd(tree.path()) else {
        return;
    };
    tells_what_is_expected("hostile", &samples::json("hostile_expected.json"), &server, &database).await;
}

/// A file that is overwritten with other content: what was in it stays.
async fn a_rewritten_file(tree: &Tree, server: &ftp::Server, database: &Database) {
    let file = "SU12 (HYBRIDE)/20250324.LOG";
    let atelier = Atelier::new(database).envs(server.env());
    tree.write(file, &samples::bytes("hostile/versions/20250324.LOG.1"));
    assert_eq!(atelier.sync()["sessionsCreated"], 1);
    tree.write(file, &samples::bytes("hostile/versions/20250324.LOG.2"));
    let second = atelier.sync();
    assert_eq!((&second["sessionsCreated"], &second["sessionsUpdated"]), (&json!(0), &json!(1)), "{second}");
    atelier.add_boss();
    let serving = atelier.serve().await;
    compare(&samples::json("hostile_expected.json")["versions"], &serving).await;
}

#[tokio::test]
async fn a_rewritten_file_on_sqlite_from_pure_ftpd() {
    let (tree, database) = (Tree::empty(), Database::sqlite());
    let Some(server) = ftp::pure_ftpd(tree.path()) else {
        return;
    };
    a_rewritten_file(&tree, &server, &database).await;
}

#[tokio::test]
async fn a_rewritten_file_on_postgres_from_libunftp() {
    let tree = Tree::empty();
    let Some(database) = Database::postgres() else {
        return;
    };
    let server = ftp::libunftp(tree.path());
    a_rewritten_file(&tree, &server, &database).await;
}

/// What the server would have to say for an expected session.
fn as_told(session: &Value) -> Value {
    let mut told = session.clone();
    told["machine"] = json!({"name": session["machine"]});
    let files = list(&session["files"]).iter().chain(list(&session["otherFiles"]));
    told["logFiles"] = files.map(|path| json!({"path": path})).collect();
    let anomaly = |one: &Value| json!({"kind": one["kind"], "at": one["at"], "lineNumber": one["line"], "logFile": {"path": one["path"]}});
    told["anomalies"] = list(&session["anomalies"]).iter().map(anomaly).collect();
    let piece = |one: &Value| json!({"number": one[0], "producedAt": one[1], "details": one[2], "job": {"reference": one[3]}, "cycleSeconds": one[4]});
    told["pieces"] = list(&session["pieces"]).iter().map(piece).collect();
    told
}

/// The comparison itself: it accepts what is expected, and notices each kind of thing that is not.
#[test]
fn the_comparison_notices_what_differs() {
    for sample in ["expected.json", "hostile_expected.json"] {
        let expected = samples::json(sample);
        let mut told: Vec<Value> = list(&expected["sessions"]).iter().map(as_told).collect();
        let mut differences = Differences::default();
        compare_sessions(&mut differences, &expected, &told);
        differences.assert_none();

        let session = told.iter_mut().find(|session| session["totalPieces"] != 0).unwrap();
        session["totalPieces"] = json!(-1);
        session["observed"]["spanSeconds"] = json!(0.001);
        session["pieces"][0]["cycleSeconds"] = json!(0.5);
        session["timeline"][0]["endedAt"] = json!("2025-01-01T00:00:00Z");
        session["logFiles"] = json!([]);
        session["anomalies"] = json!([{"kind": "NO_PIECES", "at": "2025-01-01T00:00:00Z"}]);
        let mut differences = Differences::default();
        compare_sessions(&mut differences, &expected, &told);
        assert_eq!(differences.count(), 6, "{differences:?}");
    }
}

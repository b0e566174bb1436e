//! The samples through the whole program: served over FTP, synchronized, stored, asked for with GraphQL, and compared
//! value by value with what an independent implementation of the rules found in them.

use serde_json::{Value, json};

use crate::harness::atelier::{Atelier, Serving};
use crate::harness::compare::{Differences, list, pick, pick_each, text};
use crate::harness::database::Database;
use crate::harness::decisions::{decide, declare, until_derived};
use crate::harness::figures::{self, compare_ledger, compare_sessions, compare_stops, compare_trs, last_day};
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
  scrapPieces events
  trs { ...Trs }
  ledger { ...Share }
  observed { spanSeconds waitSeconds stopSeconds effectiveSeconds occupancyRate waitRate stopRate piecesPerHour }
  jobs { reference lengthMm colour startedAt pieces }
  waitPeriods { startedAt endedAt durationSeconds }
  stopPeriods { startedAt endedAt durationSeconds ongoing reason { code } }
  timeline { state startedAt endedAt pieces }
  anomalies { kind at lineNumber logFile { path } }
  logFiles { path }
} }";

const STATISTICS: &str = "query($to: Date!, $by: [StatisticsKey!]!) { statistics(filter: {to: $to}, groupBy: $by) {
  machine { name } date sessions totalPieces scrapPieces stops waits mtbfSeconds mttrSeconds
  observed { spanSeconds waitSeconds stopSeconds effectiveSeconds occupancyRate waitRate stopRate piecesPerHour }
  trs { trs trg tre availability performance quality totalSeconds openingSeconds requiredSeconds operatingSeconds netSeconds
    usefulSeconds missing }
  ledger { kind reason { code } seconds share occurrences }
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
const PLAIN: [&str; 11] = [
    "date",
    "status",
    "firstEventAt",
    "lastEventAt",
    "firstPieceAt",
    "lastPieceAt",
    "firstStartAt",
    "lastStopAt",
    "totalPieces",
    "scrapPieces",
    "events",
];

/// Every session there is, with all it holds, machine by machine and day by day.
async fn sessions(client: &Client) -> Vec<Value> {
    let machines = client.query("{ machines { id name } }", json!({})).await;
    let document = figures::with_fragments(SESSION);
    let mut all = Vec::new();
    for machine in list(&machines["machines"]) {
        for session in client.pages(SESSIONS, json!({"machine": machine["id"]}), "/sessions").await {
            let id = json!({"id": session["id"]});
            let mut data = client.query(&document, id.clone()).await;
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
    compare_trs(differences, &format!("{place}.trs"), &expected["trs"], &got["trs"]);
    compare_ledger(differences, &format!("{place}.ledger"), &expected["ledger"], &got["ledger"]);
    compare_stops(differences, &format!("{place}.stopPeriods"), &expected["stopPeriods"], &got["stopPeriods"]);
    let lists: [(&str, &[&str]); 3] = [
        ("jobs", &["reference", "lengthMm", "colour", "startedAt", "pieces"]),
        ("waitPeriods", &["startedAt", "endedAt", "durationSeconds"]),
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

/// Figures of each machine over all its sessions, and of each session by itself.
async fn compare_statistics(differences: &mut Differences, expected: &Value, client: &Client) {
    let of = async |by: Value| {
        let data = client.query(STATISTICS, json!({"to": last_day(expected), "by": by})).await;
        list(&data["statistics"]).to_vec()
    };
    let rows = of(json!(["MACHINE"])).await;
    for machine in list(&expected["statistics"]) {
        let place = format!("statistics of {}", text(&machine["machine"]));
        let Some(row) = rows.iter().find(|row| row["machine"]["name"] == machine["machine"]) else {
            differences.add(&place, "a row", "none");
            continue;
        };
        let members =
            ["sessions", "totalPieces", "scrapPieces", "stops", "waits", "mtbfSeconds", "mttrSeconds", "observed"];
        differences.compare(&place, &pick(machine, &members), &pick(row, &members));
        let missing = machine["sessionsWithoutCycle"] != 0;
        differences.compare(&format!("{place}, missing"), &json!(missing), &json!(!row["trs"]["missing"].is_null()));
        let mut trs = row["trs"].clone();
        trs.as_object_mut().unwrap().remove("missing");
        differences.compare(&format!("{place}.trs"), &machine["trs"], &trs);
        compare_ledger(differences, &format!("{place}.ledger"), &machine["ledger"], &row["ledger"]);
    }
    let rows = of(json!(["DATE", "MACHINE"])).await;
    differences.compare("statistics by day", &json!(list(&expected["sessions"]).len()), &json!(rows.len()));
    for session in list(&expected["sessions"]) {
        let own = |row: &&Value| row["machine"]["name"] == session["machine"] && row["date"] == session["date"];
        let Some(row) = rows.iter().find(own) else { continue };
        let members = ["mtbfSeconds", "mttrSeconds", "observed"];
        let place = format!("statistics of {} on {}", session["machine"], session["date"]);
        differences.compare(&place, &pick(session, &members), &pick(row, &members));
        compare_ledger(differences, &format!("{place}.ledger"), &session["ledger"], &row["ledger"]);
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
    let mut sessions = sessions(&client).await;
    sessions.retain(|session| text(&session["date"]) <= last_day(expected));
    compare_sessions(&mut differences, expected, &sessions, compare_session);
    compare_statistics(&mut differences, expected, &client).await;
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
    let reason = |one: &Value| {
        let mut told = one.clone();
        told["reason"] = if one["reason"].is_null() { json!(null) } else { json!({"code": one["reason"]}) };
        told
    };
    for name in ["ledger", "stopPeriods"] {
        told[name] = list(&session[name]).iter().map(reason).collect();
    }
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
        compare_sessions(&mut differences, &expected, &told, compare_session);
        differences.assert_none();

        let session = told.iter_mut().find(|session| session["totalPieces"] != 0).unwrap();
        session["totalPieces"] = json!(-1);
        session["observed"]["spanSeconds"] = json!(0.001);
        session["trs"]["openingSeconds"] = json!(0.5);
        session["ledger"][0]["seconds"] = json!(0.5);
        session["pieces"][0]["cycleSeconds"] = json!(0.5);
        session["timeline"][0]["endedAt"] = json!("2025-01-01T00:00:00Z");
        session["logFiles"] = json!([]);
        session["anomalies"] = json!([{"kind": "NO_PIECES", "at": "2025-01-01T00:00:00Z"}]);
        let mut differences = Differences::default();
        compare_sessions(&mut differences, &expected, &told, compare_session);
        assert_eq!(differences.count(), 8, "{differences:?}");
    }
}

/// What people decide before the first synchronisation, or after it, gives the same figures.
async fn calendars(server: &ftp::Server, database: &Database, first: bool) {
    let atelier = Atelier::new(database).envs(server.env());
    atelier.add_boss();
    if !first {
        atelier.sync();
    }
    let serving = atelier.serve().await;
    let client = serving.boss().await;
    let config = samples::json("calendar_config.json");
    let expected = samples::json("calendar_expected.json");
    decide(&client, &config).await;
    if first {
        until_derived(&client).await;
        atelier.sync();
    }
    until_derived(&client).await;
    declare(&client, &config, last_day(&expected)).await;
    until_derived(&client).await;
    compare(&expected, &serving).await;
    let before = revisions(&client).await;
    atelier.sync();
    assert_eq!(revisions(&client).await, before, "a run that found nothing changed something");
    let replayed = atelier.run(&["replay"]).expect_code(0);
    assert_eq!(revisions(&client).await, before, "deriving again changed something: {replayed:?}");
    compare(&expected, &serving).await;
}

#[tokio::test]
async fn calendars_on_sqlite_before_the_first_run() {
    let (tree, database) = (Tree::of("calendar"), Database::sqlite());
    let server = ftp::libunftp(tree.path());
    calendars(&server, &database, true).await;
}

#[tokio::test]
async fn calendars_on_postgres_after_the_first_run() {
    let tree = Tree::of("calendar");
    let Some(database) = Database::postgres() else {
        return;
    };
    let server = ftp::libunftp(tree.path());
    calendars(&server, &database, false).await;
}

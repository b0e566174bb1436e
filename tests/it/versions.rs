//! Setting a version aside, over the API and on the command line.

use std::fs;

use serde_json::{Value, json};

use crate::harness::atelier::{Atelier, Serving};
use crate::harness::database::Database;
use crate::harness::graphql::Client;
use crate::harness::samples::Tree;

const FILE: &str = "DEM12 (PVC)/20250618.LOG";

/// A plant of which one file was overwritten with that of a day before, and what its sessions were without.
async fn plant(database: &Database) -> (Tree, Atelier, Value) {
    let tree = Tree::of("logs");
    let atelier = Atelier::new(database).env("ATELIER_LOG_DIR", tree.path().to_str().unwrap()).env("USER", "eve");
    atelier.sync();
    atelier.add_boss();
    let right = sessions(&atelier.serve().await).await;
    let wrong = fs::read(tree.path().join("DEM12 (PVC)/20250617.LOG")).unwrap();
    let wrong = String::from_utf8(wrong).unwrap().replace("20250617 ", "20250619 ");
    tree.write(FILE, wrong.as_bytes());
    atelier.sync();
    (tree, atelier, right)
}

async fn sessions(serving: &Serving) -> Value {
    let document = "{ sessions(first: 100, orderBy: {field: DATE, direction: ASC}) { nodes { date machine { name } totalPieces status \
        observed { spanSeconds waitSeconds stopSeconds effectiveSeconds } jobs { reference pieces } logFiles { path } } } }";
    let mut found = serving.boss().await.query(document, json!({})).await;
    // A session that was taken away and came back has another id, and so another place among those of its day.
    let nodes = found["sessions"]["nodes"].as_array_mut().unwrap();
    nodes.sort_by_key(|node| (node["date"].to_string(), node["machine"]["name"].to_string()));
    found
}

async fn versions(client: &Client) -> Vec<Value> {
    let document = "{ logFiles(first: 100) { nodes { path versions { id sizeBytes present excludedAt \
        excludedBy { username } exclusionReason } } } }";
    let found = client.query(document, json!({})).await;
    let files = found["logFiles"]["nodes"].as_array().unwrap();
    let file = files.iter().find(|file| file["path"] == FILE).unwrap();
    file["versions"].as_array().unwrap().clone()
}

async fn over_the_api(database: Database) {
    let (_tree, atelier, right) = plant(&database).await;
    let viewer = ("watcher", "correct-horse-battery");
    atelier.run_with(&["user", "add", viewer.0, "--role", "operator"], &format!("{}\n", viewer.1)).expect_code(0);
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    let all = sessions(&serving).await;
    assert_ne!(all, right, "what was uploaded counts");
    let stored = versions(&boss).await;
    let present: Vec<_> = stored.iter().map(|version| version["present"].as_bool().unwrap()).collect();
    assert_eq!(present, [false, true]);
    let wrong = stored[1]["id"].clone();

    let exclude =
        "mutation($id: ID!, $why: String!) { excludeLogVersion(id: $id, reason: $why) { path versions { id } } }";
    let arguments = json!({"id": wrong, "why": "the file of another day"});
    let watcher = Client::login(&serving.base, viewer.0, viewer.1).await;
    assert_eq!(watcher.error_code(exclude, arguments.clone()).await, "FORBIDDEN");
    let done = boss.query(exclude, arguments.clone()).await;
    assert_eq!(done["excludeLogVersion"]["path"], FILE);
    assert_eq!(sessions(&serving).await, right);
    assert_eq!(boss.error_code(exclude, arguments).await, "CONFLICT");
    assert_eq!(boss.error_code(exclude, json!({"id": "999999", "why": "x"})).await, "NOT_FOUND");
    let stored = versions(&boss).await;
    assert_eq!(stored[1]["excludedBy"]["username"], "boss");
    assert_eq!(stored[1]["exclusionReason"], "the file of another day");
    assert!(stored[1]["excludedAt"].is_string() && stored[0]["excludedAt"].is_null());

    // Whatever reads or derives again: it stays aside.
    atelier.sync();
    let output = atelier.run(&["replay"]).expect_code(0);
    assert!(output.stdout.contains("0 sessions new, 0 changed"), "{output:?}");
    assert_eq!(sessions(&serving).await, right);

    let include = "mutation($id: ID!) { includeLogVersion(id: $id) { id } }";
    boss.query(include, json!({"id": wrong})).await;
    assert_eq!(sessions(&serving).await, all);
    let trail = "{ auditTrail(first: 2) { nodes { actor action user { username } object detail { name value } } } }";
    assert_eq!(watcher.error_code(trail, json!({})).await, "FORBIDDEN");
    let found = boss.query(trail, json!({})).await;
    let object = format!("version {} of {FILE}", wrong.as_str().unwrap());
    let entry = |action: &str, detail: Value| json!({"actor": "boss", "action": action, "user": {"username": "boss"}, "object": object, "detail": detail});
    let file = json!({"name": "file", "value": FILE});
    let reason = json!({"name": "reason", "value": "the file of another day"});
    let expected = json!([entry("VERSION_INCLUDED", json!([file])), entry("VERSION_EXCLUDED", json!([file, reason]))]);
    assert_eq!(found["auditTrail"]["nodes"], expected);
}

#[tokio::test]
async fn a_wrong_upload_is_set_aside_over_the_api_on_sqlite() {
    over_the_api(Database::sqlite()).await;
}

#[tokio::test]
async fn a_wrong_upload_is_set_aside_over_the_api_on_postgres() {
    if let Some(database) = Database::postgres() {
        over_the_api(database).await;
    }
}

#[tokio::test]
async fn a_wrong_upload_is_set_aside_on_the_command_line() {
    let database = Database::sqlite();
    let (_tree, atelier, right) = plant(&database).await;
    let rows = |args: &[&str]| -> Vec<Vec<String>> {
        let output = atelier.run(args).expect_code(0);
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        output.stdout.lines().skip(1).map(words).collect()
    };
    let all = rows(&["version", "list"]);
    assert_eq!(all.len(), 16);
    assert_eq!(rows(&["version", "list", "--machine", "DEM12"]).len(), 6);
    let of_file = rows(&["version", "list", "--file", FILE]);
    let column = |rows: &[Vec<String>], index: usize| rows.iter().map(|row| row[index].clone()).collect::<Vec<_>>();
    assert_eq!(
        (column(&of_file, 2), column(&of_file, 6)),
        (vec!["no".into(), "yes".into()], vec!["no".into(), "no".to_owned()])
    );
    let id = of_file[1][0].as_str();
    let output = atelier.run(&["version", "exclude", id, "--reason", "a test"]).expect_code(0);
    assert!(output.stdout.contains(&format!("version {id} of {FILE} excluded: 0 sessions new,")), "{output:?}");
    assert_eq!(column(&rows(&["version", "list", "--file", FILE]), 6), ["no", "yes"]);
    let serving = atelier.serve().await;
    assert_eq!(sessions(&serving).await, right);
    let trail = serving.boss().await.query("{ auditTrail { nodes { actor action user { id } } } }", json!({})).await;
    let entry = |action: &str| json!({"actor": "command line (eve)", "action": action, "user": null});
    assert_eq!(trail["auditTrail"]["nodes"], json!([entry("VERSION_EXCLUDED"), entry("USER_CREATED")]));
    atelier.run(&["version", "include", id]).expect_code(0);

    for (args, says) in [
        (&["version", "include", id][..], "not excluded"),
        (&["version", "exclude", "999999", "--reason", "x"], "There is no version 999999"),
        (&["version", "exclude", id, "--reason", " "], "1 to 500 characters"),
        (&["version", "list", "--machine", "NONE"], "There is no machine 'NONE'"),
        (&["version", "list", "--file", "none.LOG"], "No file 'none.LOG' was ever read"),
    ] {
        let output = atelier.run(args).expect_code(1);
        assert!(output.stderr.contains(says), "{output:?}");
    }
}

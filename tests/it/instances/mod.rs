//! Two instances on one PostgreSQL: one run at a time among all processes, and every subscriber hears everything.

mod catching_up;
mod locks;
mod writers;

use crate::harness::atelier::{Atelier, Serving};
use crate::harness::database::Database;
use crate::harness::graphql::{Client, Received, Socket};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const CREATED: &str = "subscription($after: ID) { sessionCreated(afterId: $after) { id revision } }";
const UPDATED: &str = "subscription($after: Long) { sessionUpdated(afterRevision: $after) { id revision } }";

/// Two programs that serve, and the folder both read.
struct Two {
    servers: [Serving; 2],
    atelier: Atelier,
    logs: TempDir,
    database: Database,
}

impl Two {
    /// Nothing where PostgreSQL is missing.
    async fn start() -> Option<Self> {
        let database = Database::postgres()?;
        let logs = tempfile::tempdir().unwrap();
        let program = || Atelier::new(&database).env("ATELIER_LOG_DIR", logs.path().to_str().unwrap());
        let atelier = program();
        atelier.add_boss();
        let servers = [atelier.serve().await, atelier.serve().await];
        Some(Self { servers, atelier, logs, database })
    }

    async fn clients(&self) -> [Client; 2] {
        [self.servers[0].boss().await, self.servers[1].boss().await]
    }
}

/// Adds lines of `day` June 2025 to a file of one of three machines.
fn grow(logs: &Path, machine: usize, day: u32, minutes: std::ops::Range<u32>) {
    let folder = logs.join(["DEM12 (PVC)", "DEMALU (ALU)", "SU12 (HYBRIDE)"][machine]);
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("202506{day:02}.LOG"));
    let mut content = fs::read(&file).unwrap_or_default();
    for minute in minutes {
        content.extend(format!("202506{day:02} 08:{minute:02}:00|@StukUitgevoerd: {minute}\r\n").into_bytes());
    }
    fs::write(file, content).unwrap();
}

/// Waits for the run that a client starts.
async fn sync(client: &Client) {
    let run = client.query("mutation { syncNow(source: FTP) { id } }", json!({})).await["syncNow"]["id"].take();
    wait_for(client, &run).await;
}

/// Waits for the end of a run and gives its status.
async fn wait_for(client: &Client, run: &Value) -> String {
    for _ in 0..600 {
        let runs = client.query("{ syncRuns(first: 20) { nodes { id status finishedAt } } }", json!({})).await;
        let nodes = runs["syncRuns"]["nodes"].as_array().cloned().unwrap_or_default();
        if let Some(run) = nodes.iter().find(|each| each["id"] == *run && !each["finishedAt"].is_null()) {
            return run["status"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the run {run} goes on for ever");
}

/// The session that is told next: its id, its revision, and how long it took.
async fn told(socket: &mut Socket, field: &str) -> (i64, i64, Duration) {
    let begun = Instant::now();
    let data = socket.next().await;
    let session = &data[field];
    (id(session), session["revision"].as_i64().unwrap(), begun.elapsed())
}

fn id(session: &Value) -> i64 {
    session["id"].as_str().unwrap().parse().unwrap()
}

async fn silent(socket: &mut Socket) {
    match socket.receive(Duration::from_millis(400)).await {
        Received::Nothing => {}
        other => panic!("told twice, or what it did not ask for: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_of_both_hear_every_session_once_and_at_once_whoever_syncs() {
    let Some(two) = Two::start().await else { return };
    let clients = two.clients().await;
    let (mut created, mut updated) = (Vec::new(), Vec::new());
    for client in &clients {
        let mut socket = client.connect().await.acknowledged().await;
        socket.subscribe("created", CREATED, json!({})).await;
        created.push(socket);
        let mut socket = client.connect().await.acknowledged().await;
        socket.subscribe("updated", UPDATED, json!({})).await;
        updated.push(socket);
    }
    // A subscription says nothing when it has begun.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut last = (0, 0);
    for round in 0..6 {
        grow(two.logs.path(), round % 3, 10 + round as u32, 0..5);
        match round % 3 {
            0 => sync(&clients[0]).await,
            1 => sync(&clients[1]).await,
            _ => drop(two.atelier.sync()),
        }
        let mut heard = Vec::new();
        for socket in &mut created {
            let (id, revision, took) = told(socket, "sessionCreated").await;
            assert!(took < Duration::from_millis(700), "{took:?} after the run was over (round {round})");
            assert!((id, revision) > last, "{id} after {last:?}");
            heard.push((id, revision));
        }
        assert_eq!(heard[0], heard[1], "round {round}");
        last = heard[0];
        grow(two.logs.path(), round % 3, 10 + round as u32, 10..15);
        match round % 3 {
            0 => sync(&clients[1]).await,
            1 => drop(two.atelier.sync()),
            _ => sync(&clients[0]).await,
        }
        let mut heard = [Vec::new(), Vec::new()];
        for (socket, heard) in updated.iter_mut().zip(&mut heard) {
            // The session of the round before changed once more: its file was found finished.
            while heard.last().is_none_or(|(id, _)| *id != last.0) {
                let (id, revision, took) = told(socket, "sessionUpdated").await;
                assert!(took < Duration::from_millis(700), "{took:?} after the run was over (round {round})");
                heard.push((id, revision));
            }
        }
        assert_eq!(heard[0], heard[1], "round {round}");
        assert!(heard[0].is_sorted_by(|one, next| one.1 < next.1) && heard[0].len() <= 2, "{heard:?}");
    }
    for socket in created.iter_mut().chain(&mut updated) {
        silent(socket).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deriving_again_over_the_api_is_seen_on_the_other_instance_and_brings_back_what_was_lost() {
    let Some(two) = Two::start().await else { return };
    let [one, other] = two.clients().await;
    for day in 1..20 {
        grow(two.logs.path(), 0, day, 0..3);
    }
    sync(&one).await;
    let count = "{ sessions(first: 1) { totalCount } machines { id name } }";
    let before = one.query(count, json!({})).await;
    assert_eq!(before["sessions"]["totalCount"], 19);
    let Database::Postgres(database) = &two.database else { unreachable!("it has two instances") };
    let lost = "SELECT id FROM session_production WHERE date_production <> '2025-06-03'";
    database.sql(&format!(
        "DELETE FROM session_fichier WHERE session_id IN ({lost}); DELETE FROM session_production WHERE id IN ({lost})"
    ));
    let mut socket = other.connect().await.acknowledged().await;
    socket
        .subscribe("progress", "subscription { syncProgress(source: FTP) { id status sessionsCreated } }", json!({}))
        .await;
    let earlier = socket.next().await["syncProgress"]["id"].take();
    let machine = &before["machines"].as_array().unwrap().iter().find(|each| each["name"] == "DEM12").unwrap()["id"];
    let document =
        "mutation($machine: ID, $from: Date) { replay(machineId: $machine, from: $from) { id source status } }";
    let run = one.query(document, json!({"machine": machine, "from": "2025-06-03"})).await["replay"].take();
    assert_eq!((&run["source"], &run["status"]), (&json!("FTP"), &json!("RUNNING")));
    assert_ne!(run["id"], earlier);
    loop {
        let progress = socket.next().await["syncProgress"].take();
        if progress["id"] == run["id"] && progress["status"] != "RUNNING" {
            assert_eq!((&progress["status"], &progress["sessionsCreated"]), (&json!("SUCCEEDED"), &json!(16)));
            break;
        }
    }
    assert_eq!(other.query(count, json!({})).await["sessions"]["totalCount"], 17);
    // The command beside two servers.
    let output = two.atelier.run(&["replay", "--to", "2025-06-02"]).expect_code(0);
    assert!(output.stdout.contains("2 sessions new"), "{output:?}");
    assert_eq!(one.query(count, json!({})).await, before);
    let output = two.atelier.run(&["replay", "--from", "2025-06-02", "--to", "2025-06-01"]).expect_code(1);
    assert!(output.stderr.contains("2025-06-02"), "{output:?}");
    assert_eq!(one.error_code("mutation { replay(machineId: \"987654\") { id } }", json!({})).await, "NOT_FOUND");
}

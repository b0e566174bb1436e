//! Alerts from end to end: a file that cannot be read, whoever is told of it, and its recovery.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::harness::atelier::{Atelier, Serving};
use crate::harness::database::Database;
use crate::harness::graphql::Client;
use crate::harness::samples::Tree;
use crate::harness::{ftp, process};

const SECRET: &str = "a secret of the webhook";

/// A receiver of webhooks, which takes everything once it has refused `refusals` times.
struct Inbox {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

#[derive(Debug, Clone)]
struct Received {
    delivery: String,
    signature: String,
    body: Vec<u8>,
}

impl Received {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// As the manual tells receivers to.
    fn is_signed(&self) -> bool {
        let (time, proof) = self.signature.split_once(',').unwrap();
        let (time, proof) = (time.strip_prefix("t=").unwrap(), proof.strip_prefix("v1=").unwrap());
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{time}.").as_bytes());
        mac.update(&self.body);
        let bytes = (0..proof.len()).step_by(2).map(|at| u8::from_str_radix(&proof[at..at + 2], 16).unwrap());
        mac.verify_slice(&bytes.collect::<Vec<_>>()).is_ok()
    }
}

impl Inbox {
    fn start(refusals: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/alerts?token=do-not-tell", listener.local_addr().unwrap());
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let kept = Arc::clone(&received);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let request = read(&mut stream);
                let status = if number < refusals { "503 Service Unavailable" } else { "204 No Content" };
                kept.lock().unwrap().push(request);
                let _ = write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\n\r\n");
            }
        });
        Self { url, received }
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// What happened to alerts of which kind, as told.
    fn told(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut told: Vec<_> = self
            .received()
            .iter()
            .map(Received::json)
            .map(|body| (text(&body["event"]), text(&body["kind"])))
            .collect();
        told.sort();
        told
    }
}

fn read(stream: &mut TcpStream) -> Received {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).unwrap();
        assert_ne!(count, 0, "the request ended early");
        bytes.extend(&chunk[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.to_owned())
                .unwrap_or_default()
        };
        let body = bytes[end + 4..].to_vec();
        if body.len() >= header("content-length").parse().unwrap() {
            return Received { delivery: header("x-atelier-delivery"), signature: header("x-atelier-signature"), body };
        }
    }
}

const OPEN: &str =
    "{ alerts(open: true) { nodes { id kind severity message machine { name } acknowledgedBy { username } } } }";

async fn account(atelier: &Atelier, serving: &Serving, name: &str, role: &str) -> Client {
    let password = "correct-horse-battery";
    atelier.run_with(&["user", "add", name, "--role", role], &format!("{password}\n")).expect_code(0);
    Client::login(&serving.base, name, password).await
}

/// Waits until it holds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} does not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_told_and_so_is_its_recovery() {
    let Some(database) = Database::postgres() else { return };
    let Database::Postgres(rows) = &database else { unreachable!() };
    let (tree, inbox) = (Tree::of("logs"), Inbox::start(0));
    let broken = "DEM12 (PVC)/20250618.LOG";
    tree.chmod(broken, 0o000);
    let Some(server) = ftp::vsftpd(tree.path()) else { return };
    let atelier = Atelier::new(&database)
        .envs(server.env())
        .env("ATELIER_ALERT_WEBHOOK", &inbox.url)
        .env("ATELIER_ALERT_WEBHOOK_SECRET", SECRET);
    for run in 1..=3 {
        assert_eq!(inbox.told(), [], "before run {run}");
        atelier.run(&["sync", "ftp"]).expect_code(2);
    }
    let raised = |kind: &str| ("alert.raised".to_owned(), kind.to_owned());
    assert_eq!(inbox.told(), [raised("FILE_QUARANTINED"), raised("SYNC_PARTIAL")]);
    let received = inbox.received();
    assert!(received.iter().all(Received::is_signed), "{received:?}");
    assert_ne!(received[0].delivery, received[1].delivery);

    let serving = atelier.serve().await;
    let viewer = account(&atelier, &serving, "vera", "viewer").await;
    let operator = account(&atelier, &serving, "otto", "operator").await;
    let open = viewer.query(OPEN, json!({})).await["alerts"]["nodes"].take();
    let quarantined = open.as_array().unwrap().iter().find(|alert| alert["kind"] == "FILE_QUARANTINED").unwrap();
    assert_eq!((&quarantined["severity"], &quarantined["machine"]["name"]), (&json!("WARNING"), &json!("DEM12")));
    assert!(quarantined["message"].as_str().unwrap().contains(broken), "{quarantined}");
    let acknowledge = "mutation($id: ID!) { acknowledgeAlert(id: $id) { resolvedAt acknowledgedBy { username } } }";
    let id = json!({ "id": quarantined["id"] });
    assert_eq!(viewer.error_code(acknowledge, id.clone()).await, "FORBIDDEN");
    let taken = operator.query(acknowledge, id).await["acknowledgeAlert"].take();
    assert_eq!(taken, json!({ "resolvedAt": null, "acknowledgedBy": { "username": "otto" } }));

    // It rests for an hour after it was quarantined.
    rows.sql("UPDATE fichier_log SET essai_le = essai_le - interval '2 hours' WHERE etat = 'QUARANTINED'");
    tree.chmod(broken, 0o666);
    operator.query("mutation { syncNow(source: FTP) { id } }", json!({})).await;
    until("the recovery", || inbox.received().len() == 4).await;
    let resolved = |kind: &str| ("alert.resolved".to_owned(), kind.to_owned());
    let told =
        [raised("FILE_QUARANTINED"), raised("SYNC_PARTIAL"), resolved("FILE_QUARANTINED"), resolved("SYNC_PARTIAL")];
    assert_eq!(inbox.told(), told);
    assert!(inbox.received().iter().all(Received::is_signed));
    assert_eq!(viewer.query(OPEN, json!({})).await["alerts"]["nodes"], json!([]));
    let log = serving.log();
    assert!(!log.contains("do-not-tell") && !log.contains(SECRET), "{log}");
}

#[tokio::test]
async fn a_failed_run_is_heard_and_told_again_until_it_is_taken() {
    let (database, inbox) = (Database::sqlite(), Inbox::start(1));
    let atelier = Atelier::new(&database)
        .env("ATELIER_FTP_HOST", "127.0.0.1")
        .env("ATELIER_FTP_PORT", process::free_port().to_string())
        .env("ATELIER_ALERT_WEBHOOK", &inbox.url)
        .env("ATELIER_ALERT_WEBHOOK_SECRET", SECRET);
    let serving = atelier.serve().await;
    let operator = account(&atelier, &serving, "otto", "operator").await;
    let mut socket = operator.connect().await.acknowledged().await;
    socket.subscribe("1", "subscription { alertRaised { kind severity message resolvedAt } }", json!({})).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    operator.query("mutation { syncNow(source: FTP) { id } }", json!({})).await;
    let heard = socket.next().await["alertRaised"].take();
    assert_eq!((&heard["kind"], &heard["severity"]), (&json!("SYNC_FAILED"), &json!("CRITICAL")));
    until("the second attempt", || inbox.received().len() == 2).await;
    let received = inbox.received();
    assert_eq!(received[0].delivery, received[1].delivery);
    assert!(received.iter().all(Received::is_signed), "{received:?}");
    assert_eq!(inbox.told(), vec![("alert.raised".to_owned(), "SYNC_FAILED".to_owned()); 2]);
    let log = serving.log();
    assert!(log.contains("an alert could not be told") && !log.contains("do-not-tell"), "{log}");
    let status = serving.terminate().unwrap_or_else(|| panic!("serve does not end within 10 s:\n{log}"));
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn serve_ends_in_time_though_the_receiver_is_silent() {
    let database = Database::sqlite();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let atelier = Atelier::new(&database)
        .env("ATELIER_FTP_HOST", "127.0.0.1")
        .env("ATELIER_FTP_PORT", process::free_port().to_string())
        .env("ATELIER_ALERT_WEBHOOK", format!("http://{}/", silent.local_addr().unwrap()));
    let serving = atelier.serve().await;
    let operator = account(&atelier, &serving, "otto", "operator").await;
    operator.query("mutation { syncNow(source: FTP) { id } }", json!({})).await;
    let waiting = tokio::task::spawn_blocking(move || silent.accept().unwrap().0).await.unwrap();
    let log = serving.log();
    let status = serving.terminate().unwrap_or_else(|| panic!("serve does not end within 10 s:\n{log}"));
    assert!(status.success(), "{status}");
    drop(waiting);
}

#[test]
fn check_tells_of_the_webhook_without_its_secrets() {
    let (database, tree) = (Database::sqlite(), Tree::of("logs"));
    let atelier = Atelier::new(&database)
        .env("ATELIER_LOG_DIR", tree.path().to_str().unwrap())
        .env("ATELIER_ALERT_WEBHOOK", "https://user:do-not-tell@hooks.example/do-not-tell");
    let output = atelier.run(&["check"]).expect_code(0);
    assert!(output.stdout.contains("https://hooks.example, not signed"), "{output:?}");
    assert!(!format!("{output:?}").contains("do-not-tell"), "{output:?}");
}

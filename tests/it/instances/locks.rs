//! One run at a time among all processes; a holder that dies frees the lock, one that only sleeps keeps it.

use super::grow;
use crate::harness::atelier::Atelier;
use crate::harness::database::Database;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A program whose run holds the lock for as long as it likes: its server answers, but never greets.
fn holding(database: &Database, server: &TcpListener) -> Atelier {
    Atelier::new(database)
        .env("ATELIER_FTP_HOST", "127.0.0.1")
        .env("ATELIER_FTP_PORT", server.local_addr().unwrap().port().to_string())
        .env("ATELIER_FTP_TIMEOUT", "100s")
}

/// Whether `sync` had to leave the field to another run; it ends well in either case.
fn finds_another(atelier: &Atelier) -> bool {
    atelier.run(&["sync", "ftp"]).expect_code(0).stderr.contains("Another sync is running")
}

fn one_at_a_time(database: &Database) {
    let (server, logs): (TcpListener, TempDir) =
        (TcpListener::bind("127.0.0.1:0").unwrap(), tempfile::tempdir().unwrap());
    grow(logs.path(), 0, 16, 0..5);
    let second = Atelier::new(database).env("ATELIER_LOG_DIR", logs.path().to_str().unwrap());
    second.run(&["migrate", "up"]).expect_code(0);
    let holder = holding(database, &server).start(&["sync", "ftp"]);
    // It connects once it has the lock.
    let _connection: (TcpStream, _) = server.accept().unwrap();
    assert!(finds_another(&second));
    let output = second.run(&["replay"]).expect_code(1);
    assert!(output.stderr.contains("Another run is at work"), "{output:?}");
    holder.signal("STOP");
    std::thread::sleep(Duration::from_millis(1500));
    assert!(finds_another(&second), "a holder that sleeps still holds it");
    holder.signal("KILL");
    let died = Instant::now();
    while finds_another(&second) {
        assert!(died.elapsed() < Duration::from_secs(2), "a holder that was killed still holds it");
    }
    let summary = second.sync();
    assert_eq!(summary["filesSeen"], 1, "{summary}");
}

#[test]
fn one_run_at_a_time_on_sqlite() {
    one_at_a_time(&Database::sqlite());
}

#[test]
fn one_run_at_a_time_on_postgres() {
    if let Some(database) = Database::postgres() {
        one_at_a_time(&database);
    }
}

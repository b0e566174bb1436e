//! What goes wrong is told in one sentence, and nothing of it is stored.

use super::{Erp, atelier, orders, sync};
use crate::harness::database::Database;
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Between the program and the ERP: it hangs up once so many bytes came from there.
struct Cutter {
    port: u16,
    sent: Arc<AtomicU64>,
}

impl Cutter {
    fn start(to: u16, after: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, sent) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU64::new(0)));
        let counted = Arc::clone(&sent);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", to)).unwrap());
                let (mut from, mut there) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut from, &mut there));
                let (mut server, mut client, sent) = (server, client, Arc::clone(&counted));
                std::thread::spawn(move || {
                    let mut bytes = [0; 4096];
                    while let Ok(count @ 1..) = server.read(&mut bytes) {
                        let before = sent.fetch_add(count as u64, Ordering::SeqCst);
                        let left = after.saturating_sub(before).min(count as u64) as usize;
                        if client.write_all(&bytes[..left]).is_err() || left < count {
                            let _ = client.shutdown(std::net::Shutdown::Both);
                            let _ = server.shutdown(std::net::Shutdown::Both);
                            return;
                        }
                    }
                });
            }
        });
        Self { port, sent }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_in_the_middle_of_its_answer() {
    let (database, Some(erp)) = (Database::sqlite(), Erp::of_samples()) else { return };
    let whole = Cutter::start(erp.port(), u64::MAX);
    let account = "root";
    let atelier = atelier(&database, &erp).env("ATELIER_ERP_RETRIES", "1");
    let through = |cutter: &Cutter| erp.url_of(account, cutter.port);
    let other = Database::sqlite();
    super::atelier(&other, &erp).env("ATELIER_ERP_URL", through(&whole)).run(&["sync", "erp"]).expect_code(2);
    let length = whole.sent.load(Ordering::SeqCst);
    assert!(length > 3_000, "{length}");
    for after in (0..length - 16).step_by(97) {
        let cutter = Cutter::start(erp.port(), after);
        let told = atelier.run_env(&["sync", "erp", "--json"], "ATELIER_ERP_URL", &through(&cutter)).expect_code(1);
        let error = told.json()["error"].as_str().unwrap().to_owned();
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.starts_with("The ERP ") && !error.contains("`'"), "after {after} bytes: {error}");
        assert_eq!((&told.json()["status"], &told.json()["ordersChanged"]), (&json!("FAILED"), &json!(0)));
    }
    atelier.add_boss();
    let serving = atelier.serve().await;
    assert_eq!(orders(&serving.boss().await, json!({})).await.len(), 0, "nothing half is stored");
    drop(serving);
    sync(&atelier).expect_code(2);
    let cutter = Cutter::start(erp.port(), length / 2);
    atelier.run_env(&["sync", "erp"], "ATELIER_ERP_URL", &through(&cutter)).expect_code(1);
    let serving = atelier.serve().await;
    assert_eq!(orders(&serving.boss().await, json!({})).await.len(), 10, "a run that fails removes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_has_its_sentence() {
    let (database, Some(erp)) = (Database::sqlite(), Erp::of_samples()) else { return };
    let atelier = atelier(&database, &erp).env("ATELIER_ERP_RETRIES", "1").env("ATELIER_ERP_TIMEOUT", "2s");
    let told = |url: &str| {
        let output = atelier.run_env(&["sync", "erp"], "ATELIER_ERP_URL", url).expect_code(1);
        let check = atelier.run_env(&["check"], "ATELIER_ERP_URL", url);
        let sentence = output.stderr.lines().last().unwrap().to_owned();
        assert!(check.stderr.contains(&sentence), "{check:?} has not: {sentence}");
        assert!(!sentence.contains("s3cret") && sentence.ends_with('.'), "{sentence}");
        sentence
    };
    let port = erp.port();
    let wrong = told(&erp.url_of("nobody:s3cret", port));
    assert!(wrong.contains("refuses the user nobody") && wrong.contains("ATELIER_ERP_URL"), "{wrong}");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(told(&erp.url_of("root", closed)).contains("does not answer"));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nothing = told(&erp.url_of("root", silent.local_addr().unwrap().port()));
    assert!(nothing.contains("nothing came in 2 s"), "{nothing}");
    assert!(told(&format!("mysql://root@127.0.0.1:{port}/nowhere")).contains("no such database"));
    erp.within("ALTER TABLE A_Kopf RENAME COLUMN AuNummer TO Nummer");
    assert!(told(&erp.url()).contains("The table A_Kopf") && told(&erp.url()).contains("no column AuNummer"));
    erp.within("ALTER TABLE A_Kopf RENAME COLUMN Nummer TO AuNummer; RENAME TABLE A_Vorgang TO away");
    assert!(told(&erp.url()).contains("has no table A_Vorgang"));
    erp.within("RENAME TABLE away TO A_Vorgang");
    let account = format!("half_{}", erp.name);
    erp.sql(&format!("CREATE USER {account}@'127.0.0.1'"));
    for table in ["A_Kopf", "P_Zubeh", "A_Logbuch"] {
        erp.sql(&format!("GRANT SELECT ON {}.{table} TO {account}@'127.0.0.1'", erp.name));
    }
    let denied = told(&erp.url_of(&account, port));
    assert!(denied.contains("grant SELECT on the four tables") && denied.contains("A_Vorgang"), "{denied}");
    erp.sql(&format!("DROP USER {account}@'127.0.0.1'"));
    erp.within(
        "DROP TABLE A_Logbuch; CREATE VIEW A_Logbuch AS SELECT 'K1' AS ID_A_Kopf, \
        'x' AS Notiz, SLEEP(9) AS Code",
    );
    let slow = atelier.run(&["sync", "erp"]).expect_code(1).stderr;
    assert!(slow.contains("took more than 2 s while A_Logbuch was being read"), "{slow}");
    let unset = atelier.run_env(&["sync", "erp"], "ATELIER_ERP_URL", "").expect_code(1).stderr;
    assert!(unset.contains("set ATELIER_ERP_URL to mysql://"), "{unset}");
    let malformed = atelier.run_env(&["sync", "erp"], "ATELIER_ERP_URL", "mysql://root:s3cret@h").expect_code(1).stderr;
    assert!(malformed.contains("mysql://USER:PASSWORD@HOST:PORT/NAME") && !malformed.contains("s3cret"), "{malformed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_say_nothing_and_a_null_where_none_should_be() {
    let (database, Some(erp)) = (Database::sqlite(), Erp::of_samples()) else { return };
    erp.within(
        "ALTER TABLE A_Kopf DROP PRIMARY KEY, MODIFY ID VARCHAR(40) NULL; \
        INSERT INTO A_Kopf (ID, AuNummer) VALUES (NULL, 5), ('K1', 99); \
        INSERT INTO P_Zubeh (ID_A_Kopf, ZCode) VALUES (NULL, 'VR'), ('K1', NULL); \
        INSERT INTO A_Vorgang (ID_A_Kopf, Nummer) VALUES ('K1', NULL)",
    );
    let told = sync(&atelier(&database, &erp)).expect_code(2);
    let run = told.json();
    assert_eq!((&run["ordersSeen"], &run["ordersFailed"], &run["status"]), (&json!(10), &json!(2), &json!("PARTIAL")));
    let error = run["error"].as_str().unwrap();
    assert!(
        error.contains("A row of A_Kopf has no ID") && error.contains("(its AuNummer: 5)") && error.contains("K14"),
        "{error}"
    );
    for remark in ["2 rows of P_Zubeh", "1 row of A_Vorgang", "1 row of A_Kopf", "1 row of A_Logbuch"] {
        assert!(told.stderr.contains(remark), "{remark}: {}", told.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_told_to_stop_while_the_erp_is_silent_stops() {
    let (database, Some(erp)) = (Database::sqlite(), Erp::of_samples()) else { return };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = erp.url_of("root", silent.local_addr().unwrap().port());
    let atelier = atelier(&database, &erp).env("ATELIER_ERP_URL", url);
    let mut running = atelier.start(&["sync", "erp"]);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    running.signal("INT");
    let ended = running.wait(std::time::Duration::from_secs(4)).expect("it does not stop");
    assert_eq!(ended.code(), Some(2));
    atelier.add_boss();
    let serving = atelier.serve().await;
    let runs =
        serving.boss().await.query("{ syncRuns(source: ERP) { nodes { status error finishedAt } } }", json!({})).await;
    let run = &runs["syncRuns"]["nodes"][0];
    assert_eq!(run["status"], "PARTIAL");
    assert!(run["finishedAt"].is_string() && run["error"].as_str().unwrap().contains("interrupted"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_can_start_it_over_the_api() {
    let (database, Some(erp)) = (Database::sqlite(), Erp::of_samples()) else { return };
    let atelier = atelier(&database, &erp);
    atelier.add_boss();
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    let started = boss.query("mutation { syncNow(source: ERP) { id source } }", json!({})).await;
    assert_eq!(started["syncNow"]["source"], "ERP");
    for _ in 0..200 {
        let runs = boss.query("{ syncRuns(source: ERP) { nodes { id status ordersChanged } } }", json!({})).await;
        let run = &runs["syncRuns"]["nodes"][0];
        if run["status"] != "RUNNING" {
            assert_eq!(
                (&run["id"], &run["status"], &run["ordersChanged"]),
                (&started["syncNow"]["id"], &json!("PARTIAL"), &json!(10))
            );
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it goes on for ever");
}

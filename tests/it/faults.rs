//! What users see when something is wrong: a plain sentence that names the cause, the right exit code, the right code of
//! a GraphQL error, and never a secret.

use std::fs;
use std::net::TcpListener;
use std::time::SystemTime;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::harness::atelier::{Atelier, BOSS, JWT_SECRET, Output, Serving};
use crate::harness::database::Database;
use crate::harness::graphql::Client;
use crate::harness::samples::Tree;
use crate::harness::{ftp, graphql, postgres, process};

/// The error of a command that must refuse: it says all of this, in any letter case.
#[track_caller]
fn refused(output: &Output, says: &[&str]) {
    assert_ne!(output.code(), 0, "{output:?}");
    let error = output.stderr.to_lowercase();
    for part in says {
        assert!(error.contains(&part.to_lowercase()), "`{part}` is not in the error:\n{}", output.stderr);
    }
    for noise in ["panicked at", "stack backtrace", "RUST_BACKTRACE", JWT_SECRET, ftp::PASSWORD] {
        assert!(!output.stderr.contains(noise), "`{noise}` is no business of the user's:\n{}", output.stderr);
    }
}

fn with_config(text: &str) -> (Atelier, Database) {
    let database = Database::sqlite();
    let atelier = Atelier::new(&database);
    let file = atelier.folder().join("settings.toml");
    fs::write(&file, text).unwrap();
    (atelier.env("ATELIER_CONFIG", file.to_str().unwrap()), database)
}

#[test]
fn an_unknown_key_is_named() {
    let (atelier, _database) = with_config("colour_of_the_door = \"red\"\n");
    refused(&atelier.run(&["check"]), &["colour_of_the_door"]);
}

#[test]
fn a_configuration_that_is_no_toml_is_named() {
    let (atelier, _database) = with_config("[[machines\n");
    refused(&atelier.run(&["check"]), &["settings.toml"]);
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let database = Database::sqlite();
    let atelier = Atelier::new(&database).env("ATELIER_CONFIG", "/nowhere/atelier.toml");
    refused(&atelier.run(&["check"]), &["/nowhere/atelier.toml"]);
}

#[test]
fn a_malformed_schedule_is_refused() {
    let database = Database::sqlite();
    let atelier = Atelier::new(&database).env("ATELIER_FTP_SCHEDULE", "every now and then");
    refused(&atelier.run(&["serve"]), &["schedule", "every now and then"]);
}

#[test]
fn an_unknown_zone_is_refused() {
    let database = Database::sqlite();
    let atelier = Atelier::new(&database).env("ATELIER_PLANT_TIMEZONE", "Europe/Atlantis");
    refused(&atelier.run(&["serve"]), &["zone", "Europe/Atlantis"]);
}

#[test]
fn serve_wants_a_secret() {
    let database = Database::sqlite();
    let atelier = Atelier::new(&database).without("ATELIER_JWT_SECRET");
    refused(&atelier.run(&["serve"]), &["ATELIER_JWT_SECRET"]);
}

#[test]
fn serve_wants_a_secret_of_32_bytes() {
    let database = Database::sqlite();
    let atelier = Atelier::new(&database).env("ATELIER_JWT_SECRET", "only-31-bytes-long-is-too-short");
    let output = atelier.run(&["serve"]);
    refused(&output, &["ATELIER_JWT_SECRET", "32"]);
    assert!(!output.stderr.contains("only-31-bytes"), "{}", output.stderr);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let database = Database::sqlite();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let atelier = Atelier::new(&database).env("ATELIER_HTTP_ADDR", &address);
    refused(&atelier.run(&["serve"]), &[&address]);
}

#[test]
fn an_unknown_command_is_refused() {
    let output = Atelier::bare().run(&["make-coffee"]);
    refused(&output, &["make-coffee"]);
}

#[test]
fn a_short_password_is_refused() {
    let database = Database::sqlite();
    let output = Atelier::new(&database).run_with(&["user", "add", "eve", "--role", "admin"], "elevenchars\n");
    refused(&output, &["12"]);
    assert!(!output.stderr.contains("elevenchars"), "{}", output.stderr);
}

#[tokio::test]
async fn a_token_made_at_the_computer_is_one_line_and_serves() {
    let database = Database::sqlite();
    let atelier = Atelier::new(&database);
    let made = atelier.run(&["token", "create", "--name", "bi", "--role", "viewer", "--days", "2"]).expect_code(0);
    let token = made.stdout.trim_end().to_owned();
    assert!(token.starts_with("atl_") && token.len() > 40 && !token.contains(char::is_whitespace), "{token}");
    refused(&atelier.run(&["token", "create", "--name", "bi", "--role", "admin"]), &["bi", "VIEWER"]);
    refused(&atelier.run(&["token", "create", "--name", " ", "--role", "viewer"]), &["name"]);
    let serving = atelier.serve().await;
    let asked = async |token: &str, query: &str| {
        let request = graphql::http().post(format!("{}/graphql", serving.base)).bearer_auth(token);
        request
            .json(&serde_json::json!({ "query": query }))
            .send()
            .await
            .unwrap()
            .json::<serde_json::Value>()
            .await
            .unwrap()
    };
    let me = asked(&token, "{ me { username role } apiTokens { name expiresAt } }").await;
    assert_eq!(me["data"]["me"], serde_json::json!({ "username": "bi", "role": "VIEWER" }), "{me}");
    assert_eq!(me["data"]["apiTokens"][0]["name"], "bi", "{me}");
    let wrong = asked(&format!("{token}x"), "{ me { username } }").await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{wrong}");
    assert!(!serving.log().contains(&token));
}

#[test]
fn a_wrong_ftp_password_ends_with_1() {
    let (tree, database) = (Tree::of("logs"), Database::sqlite());
    let server = ftp::libunftp(tree.path());
    let atelier = Atelier::new(&database).envs(server.env()).env("ATELIER_FTP_PASSWORD", "guesswork");
    let output = atelier.run(&["sync", "ftp"]).expect_code(1);
    refused(&output, &["127.0.0.1"]);
    assert!(!output.stderr.contains("guesswork"), "{}", output.stderr);
}

#[test]
fn no_ftp_server_ends_with_1() {
    let database = Database::sqlite();
    let port = process::free_port().to_string();
    let atelier = Atelier::new(&database)
        .env("ATELIER_FTP_HOST", "127.0.0.1")
        .env("ATELIER_FTP_PORT", &port)
        .env("ATELIER_FTP_USER", "atelier")
        .env("ATELIER_FTP_PASSWORD", ftp::PASSWORD);
    refused(&atelier.run(&["sync", "ftp"]).expect_code(1), &["127.0.0.1", &port]);
}

#[test]
fn no_source_at_all_says_what_to_configure() {
    let database = Database::sqlite();
    refused(&Atelier::new(&database).run(&["sync", "ftp"]).expect_code(1), &["ATELIER_FTP_HOST"]);
}

#[test]
fn a_root_that_is_not_there_ends_with_1() {
    let (tree, database) = (Tree::of("logs"), Database::sqlite());
    let Some(server) = ftp::vsftpd(tree.path()) else {
        return;
    };
    let atelier = Atelier::new(&database).envs(server.env()).env("ATELIER_FTP_ROOT", "/no/such/folder");
    refused(&atelier.run(&["sync", "ftp"]).expect_code(1), &["/no/such/folder"]);
}

#[test]
fn an_unreadable_file_costs_no_other() {
    let (tree, database) = (Tree::of("logs"), Database::sqlite());
    let unreadable = "DEM12 (PVC)/20250618.LOG";
    tree.chmod(unreadable, 0o000);
    let Some(server) = ftp::vsftpd(tree.path()) else {
        return;
    };
    let atelier = Atelier::new(&database).envs(server.env());
    let output = atelier.run(&["sync", "ftp", "--json"]).expect_code(2);
    let summary = output.json();
    assert_eq!((&summary["filesFailed"], &summary["sessionsCreated"]), (&json!(1), &json!(14)), "{summary}");
    assert!(output.stderr.contains(unreadable), "the file is not named: {output:?}");

    // Once it can be read, the next run makes good.
    tree.chmod(unreadable, 0o666);
    let summary = atelier.sync();
    assert_eq!((&summary["filesFailed"], &summary["sessionsCreated"]), (&json!(0), &json!(1)), "{summary}");
}

#[test]
fn a_folder_with_the_name_of_a_log_costs_no_file() {
    let (tree, database) = (Tree::of("logs"), Database::sqlite());
    tree.write("DEM12 (PVC)/20250621.LOG/readme.txt", b"not a log");
    let server = ftp::libunftp(tree.path());
    let output = Atelier::new(&database).envs(server.env()).run(&["sync", "ftp", "--json"]);
    assert!([0, 2].contains(&output.code()), "{output:?}");
    assert_eq!(output.json()["sessionsCreated"], 15, "{output:?}");
}

#[test]
fn a_database_out_of_reach_is_named_without_its_password() {
    let port = process::free_port();
    let url = format!("postgres://atelier:do-not-tell@127.0.0.1:{port}/atelier");
    let database = Database::sqlite();
    let output = Atelier::new(&database).env("ATELIER_DATABASE_URL", url).run(&["migrate", "status"]);
    refused(&output, &["database"]);
    assert!(!output.stderr.contains("do-not-tell"), "{}", output.stderr);
}

#[test]
fn a_database_of_a_kind_not_known_is_refused() {
    let database = Database::sqlite();
    let output = Atelier::new(&database).env("ATELIER_DATABASE_URL", "oracle://here/there").run(&["migrate", "up"]);
    refused(&output, &["ATELIER_DATABASE_URL"]);
}

#[test]
fn a_database_goes_down_and_up_again() {
    let mut databases = vec![Database::sqlite()];
    databases.extend(Database::postgres());
    for database in &databases {
        let atelier = Atelier::new(database);
        let migrate = |command| atelier.run(&["migrate", command]).expect_code(0).stdout;
        migrate("up");
        let up = migrate("status");
        migrate("down");
        let down = migrate("status");
        assert_ne!(up, down, "the status says the same before and after");
        // Up from wherever it is, and up from up, which is nothing.
        migrate("up");
        migrate("up");
        assert_eq!(migrate("status"), up);
    }
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let Some(server) = postgres::Server::shared() else {
        return;
    };
    let database = server.database();
    let atelier = Atelier::bare().env("ATELIER_DATABASE_URL", database.url());
    atelier.run(&["migrate", "up"]).expect_code(0);
    let tables = "SELECT table_name FROM information_schema.columns WHERE column_name = 'applied_at'";
    let table = database.sql(tables).pop().expect("migrations are noted in a table");
    database.sql(&format!("INSERT INTO {table} (version, applied_at) VALUES ('m99991231_235959_of_the_future', 0)"));
    let atelier = atelier.env("ATELIER_LOG_DIR", "/tmp");
    for command in [["migrate", "up"], ["sync", "ftp"]] {
        refused(&atelier.run(&command), &["newer", "m99991231_235959_of_the_future"]);
    }
}

/// A server with an account, and no data.
async fn empty_server(database: &Database) -> Serving {
    let atelier = Atelier::new(database);
    atelier.add_boss();
    atelier.serve().await
}

#[tokio::test]
async fn bad_requests_have_their_codes() {
    let database = Database::sqlite();
    let serving = empty_server(&database).await;
    let boss = serving.boss().await;
    let code = |document| boss.error_code(document, json!({}));
    assert_eq!(code("{ sessions(first: 10000) { totalCount } }").await, "BAD_USER_INPUT");
    assert_eq!(code("{ sessions(first: -1) { totalCount } }").await, "BAD_USER_INPUT");
    assert_eq!(code("{ sessions(first: 1, last: 1) { totalCount } }").await, "BAD_USER_INPUT");
    assert_eq!(code("{ sessions(first: 1, after: \"no cursor\") { totalCount } }").await, "BAD_USER_INPUT");
    let largest = boss.query("{ sessions(first: 500) { totalCount } }", json!({})).await;
    assert_eq!(largest["sessions"]["totalCount"], 0);
}

#[tokio::test]
async fn an_unknown_session_is_null_or_not_found() {
    let database = Database::sqlite();
    let serving = empty_server(&database).await;
    let answer = serving.boss().await.ask("{ session(id: \"987654321\") { id } }", json!({})).await;
    let code = &answer["errors"][0]["extensions"]["code"];
    assert_eq!(answer["data"]["session"], Value::Null, "{answer}");
    assert!(code.is_null() || code == "NOT_FOUND", "{answer}");
}

#[tokio::test]
async fn who_is_not_known_learns_nothing() {
    let database = Database::sqlite();
    let serving = empty_server(&database).await;
    let nobody = Client::anonymous(&serving.base);
    for document in ["{ me { id } }", "{ machines { id } }", "{ sessions(first: 1) { totalCount } }"] {
        assert_eq!(nobody.error_code(document, json!({})).await, "UNAUTHENTICATED", "{document}");
    }
    for (name, password) in [(BOSS.0, "wrong-horse-battery"), ("nobody", BOSS.1)] {
        let (status, answer) = nobody.ask_for_token(name, password).await;
        assert!((400..500).contains(&status) && answer["access_token"].is_null(), "{status} {answer}");
    }
}

/// A token like this one with other claims, signed with this secret.
fn forged(token: &str, secret: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut claims: Value = jsonwebtoken::dangerous::insecure_decode(token).unwrap().claims;
    change(&mut claims);
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap()
}

#[tokio::test]
async fn a_token_that_is_not_good_is_no_token() {
    let database = Database::sqlite();
    let serving = empty_server(&database).await;
    let boss = serving.boss().await;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let expired = now.as_secs() - 60;
    let unchanged = forged(boss.token(), JWT_SECRET, |_| {});
    assert_eq!(
        Client::with_token(&serving.base, unchanged).query("{ me { username } }", json!({})).await["me"]["username"],
        "boss"
    );
    let bad = [
        forged(boss.token(), JWT_SECRET, |claims| {
            claims["exp"] = expired.into();
        }),
        forged(boss.token(), "another secret, as long as a secret must be", |_| {}),
        "no token at all".to_owned(),
    ];
    for token in bad {
        let client = Client::with_token(&serving.base, token);
        assert_eq!(client.error_code("{ me { id } }", json!({})).await, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn serve_ends_when_asked() {
    let database = Database::sqlite();
    let serving = empty_server(&database).await;
    let log = serving.log();
    let status = serving.terminate().unwrap_or_else(|| panic!("serve does not end within 10 s:\n{log}"));
    assert!(status.success(), "{status}");
}

//! Throwaway PostgreSQL databases.
//!
//! `scripts/test` starts one server for all tests and says where in `ATELIER_TEST_POSTGRES_URL`. Without it each test
//! process starts its own with `scripts/throwaway-postgres`, which ends when its standard input does: that is, however
//! the test process ends.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{process, skip};

/// A server: one shared by all tests, or one of its own for a test that stops it.
#[derive(Debug)]
pub(crate) struct Server {
    /// `postgres://postgres@127.0.0.1:PORT`, without a database.
    pub(crate) url: String,
    script: Option<Child>,
}

impl Server {
    /// A server of the caller's own; `durable` keeps fsync on. It stops when dropped.
    pub(crate) fn start(durable: bool) -> Option<Self> {
        if !is_installed() {
            return skip::skipped("postgresql");
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/throwaway-postgres");
        let mut child = Command::new(script)
            .args(durable.then_some("--durable"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/throwaway-postgres runs");
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("postgres://"), "PostgreSQL did not start; see scripts/throwaway-postgres");
        Some(Self { url: url.trim().to_owned(), script: Some(child) })
    }

    /// The server all tests share.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED
            .get_or_init(|| match std::env::var("ATELIER_TEST_POSTGRES_URL") {
                Ok(url) => Some(Self { url: url.trim_end_matches('/').to_owned(), script: None }),
                Err(_) => Self::start(false),
            })
            .as_ref()
    }

    /// A fresh, empty database on this server.
    pub(crate) fn database(&self) -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // An earlier process with this number may have been killed before it could clean up.
        psql(&self.url, "postgres", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        psql(&self.url, "postgres", &format!("CREATE DATABASE {name}"));
        Database { server: self.url.clone(), name }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut script) = self.script.take() {
            drop(script.stdin.take());
            let _ = script.wait();
        }
    }
}

/// A database of one test; dropped with it.
#[derive(Debug)]
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// What `ATELIER_DATABASE_URL` takes.
    pub(crate) fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    /// Runs SQL and returns its rows, columns separated by `|`.
    pub(crate) fn sql(&self, sql: &str) -> Vec<String> {
        psql(&self.server, &self.name, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that is gone already took the database with it.
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = psql_command(&self.server, "postgres", &drop).output();
    }
}

fn is_installed() -> bool {
    process::find("initdb").is_some() || newest_bin().is_some()
}

/// Debian keeps the server's programs out of the path, in a folder for each version.
fn newest_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.filter_map(|entry| Some(entry.ok()?.path())).max_by_key(version)?;
    Some(newest.join("bin")).filter(|bin| bin.join("initdb").is_file())
}

fn psql_command(server: &str, database: &str, sql: &str) -> Command {
    let program = newest_bin().map(|bin| bin.join("psql")).filter(|psql| psql.is_file());
    let mut command = Command::new(program.unwrap_or_else(|| "psql".into()));
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d"]);
    command.arg(format!("{server}/{database}")).args(["-c", sql]);
    command.env("PGOPTIONS", "-c client_min_messages=warning");
    command
}

fn psql(server: &str, database: &str, sql: &str) -> Vec<String> {
    let output = psql_command(server, database, sql).output().expect("psql runs");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

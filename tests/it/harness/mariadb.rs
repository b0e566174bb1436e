//! A throwaway MariaDB server with databases of tests: the ERP.
//!
//! `scripts/test` starts one server for all tests and says where in `ATELIER_TEST_MARIADB_URL`. Without it each test process
//! starts its own with `scripts/throwaway-mariadb`, which ends when its standard input does: that is, however the test process
//! ends.

use super::{process, skip};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A server: one shared by all tests, or one of its own for a test that needs options.
#[derive(Debug)]
pub(crate) struct Server {
    /// `mysql://root@127.0.0.1:PORT`, without a database.
    url: String,
    script: Option<Child>,
}

impl Server {
    /// A server of the caller's own, with more options of `mariadbd`. It stops when dropped.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        if ["mariadbd", "mariadb", "mariadb-install-db"].iter().any(|program| process::find(program).is_none()) {
            return skip::skipped("mariadb-server-core and mariadb-client-core");
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/throwaway-mariadb");
        let mut child = Command::new(script)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/throwaway-mariadb runs");
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("mysql://"), "MariaDB did not start; see scripts/throwaway-mariadb");
        Some(Self { url: url.trim().to_owned(), script: Some(child) })
    }

    /// The server all tests share.
    fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED
            .get_or_init(|| match std::env::var("ATELIER_TEST_MARIADB_URL") {
                Ok(url) => Some(Self { url: url.trim_end_matches('/').to_owned(), script: None }),
                Err(_) => Self::start(&[]),
            })
            .as_ref()
    }

    /// A fresh, empty database on this server.
    pub(crate) fn database(&self) -> Erp {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("erp_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let erp = Erp { server: self.url.clone(), name: name.clone() };
        erp.sql(&format!("DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4"));
        erp
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

/// The database of an ERP; dropped with it.
#[derive(Debug)]
pub(crate) struct Erp {
    server: String,
    pub(crate) name: String,
}

impl Erp {
    /// An empty one on the shared server.
    pub(crate) fn empty() -> Option<Self> {
        Some(Server::shared()?.database())
    }

    /// That of the samples.
    pub(crate) fn of_samples() -> Option<Self> {
        let erp = Self::empty()?;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples/erp.sql");
        erp.within(&std::fs::read_to_string(path).unwrap());
        Some(erp)
    }

    /// What `ATELIER_ERP_URL` takes.
    pub(crate) fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    /// The port of its server.
    pub(crate) fn port(&self) -> u16 {
        self.server.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// The same database at another port, for somebody else.
    pub(crate) fn url_of(&self, account: &str, port: u16) -> String {
        format!("mysql://{account}@127.0.0.1:{port}/{}", self.name)
    }

    /// Runs SQL in it and returns its rows, columns separated by tabs.
    pub(crate) fn within(&self, sql: &str) -> Vec<String> {
        self.sql(&format!("USE {};\n{sql}", self.name))
    }

    /// Runs SQL on its server.
    pub(crate) fn sql(&self, sql: &str) -> Vec<String> {
        let client = process::find("mariadb").expect("where the server is, the client is");
        let port = format!("-P{}", self.port());
        let mut child = Command::new(client)
            .args(["--no-defaults", "-h127.0.0.1", &port, "-uroot", "-N", "-B", "--default-character-set=utf8mb4"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let sql = sql.to_owned();
        let writer = std::thread::spawn(move || input.write_all(sql.as_bytes()));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Drop for Erp {
    fn drop(&mut self) {
        // A server that is gone already took the database with it.
        let client = process::find("mariadb").expect("where the server is, the client is");
        let drop = format!("DROP DATABASE IF EXISTS {}", self.name);
        let port = format!("-P{}", self.port());
        let _ = Command::new(client)
            .args(["--no-defaults", "-h127.0.0.1", &port, "-uroot", "-e", &drop])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

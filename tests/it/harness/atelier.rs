//! The built `atelier` program: run to its end, or serving.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::database::Database;
use super::graphql::{self, Client};
use super::process::{self, Running};

/// What signs the tokens of these tests.
pub(crate) const JWT_SECRET: &str = "a secret of the tests, long enough to be one";

/// The account [`Serving::boss`] signs in with.
pub(crate) const BOSS: (&str, &str) = ("boss", "correct-horse-battery");

/// No command of a test takes longer.
const LIMIT: Duration = Duration::from_mins(2);

/// The program with its settings and a folder of its own, where neither `.env` nor `atelier.toml` is but the test's.
#[derive(Debug)]
pub(crate) struct Atelier {
    env: BTreeMap<String, String>,
    folder: TempDir,
}

/// How a command ended and what it said.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// The exit code, or a panic should a signal have ended it.
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("ended by a signal: {self:?}"))
    }

    /// Panics with all it said unless it ended with this code.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The last line of the standard output that is an object of JSON, or the whole of it.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .or_else(|_| serde_json::from_str(self.stdout.trim().lines().last().unwrap_or_default()))
            .unwrap_or_else(|error| panic!("no JSON ({error}) in {self:?}"))
    }
}

/// `target/<profile>/atelier`, beside which the test executable's folder is, or the one of `ATELIER_TEST_PROGRAM`.
fn program() -> PathBuf {
    if let Some(other) = std::env::var_os("ATELIER_TEST_PROGRAM") {
        return other.into();
    }
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).expect("the test executable is in target/<profile>/deps");
    let program = profile.join("atelier");
    assert!(
        program.is_file(),
        "{} is not built: run scripts/test, or `cargo build --workspace` first",
        program.display()
    );
    program
}

impl Atelier {
    /// Without any setting: what a user has who configured nothing.
    pub(crate) fn bare() -> Self {
        Self { env: BTreeMap::new(), folder: tempfile::tempdir().unwrap() }
    }

    /// With a database, a secret, the zone of the samples and no schedule.
    pub(crate) fn new(database: &Database) -> Self {
        Self::bare()
            .env("ATELIER_DATABASE_URL", database.url())
            .env("ATELIER_JWT_SECRET", JWT_SECRET)
            .env("ATELIER_PLANT_TIMEZONE", "Europe/Paris")
            .env("ATELIER_FTP_SCHEDULE", "off")
            .env("ATELIER_FTP_TIMEOUT", "10s")
            .env("ATELIER_FTP_RETRIES", "1")
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Sets several.
    pub(crate) fn envs<K: AsRef<str>, V: Into<String>>(self, all: impl IntoIterator<Item = (K, V)>) -> Self {
        all.into_iter().fold(self, |this, (name, value)| this.env(name.as_ref(), value))
    }

    /// Unsets one.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.env.remove(name);
        self
    }

    /// The folder it runs in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = process::tied(program());
        command.args(args).current_dir(self.folder());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ATELIER_") {
                command.env_remove(name);
            }
        }
        // Backtraces and colours are settings of whoever runs the tests.
        command.env_remove("RUST_BACKTRACE").env("NO_COLOR", "1").envs(&self.env);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.run_with(args, "")
    }

    /// Runs a command with one more variable.
    pub(crate) fn run_env(&self, args: &[&str], name: &str, value: &str) -> Output {
        let mut env = self.env.clone();
        env.insert(name.to_owned(), value.to_owned());
        self.run_in(&env, args, "")
    }

    /// Runs a command with this on its standard input.
    pub(crate) fn run_with(&self, args: &[&str], input: &str) -> Output {
        self.run_in(&self.env, args, input)
    }

    fn run_in(&self, env: &BTreeMap<String, String>, args: &[&str], input: &str) -> Output {
        let logs = tempfile::tempdir().unwrap();
        let (stdout, stderr) = (logs.path().join("stdout"), logs.path().join("stderr"));
        let mut stdin = tempfile::tempfile().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        std::io::Seek::rewind(&mut stdin).unwrap();
        let mut command = self.command(args);
        command.envs(env);
        command.stdin(stdin).stdout(fs::File::create(&stdout).unwrap()).stderr(fs::File::create(&stderr).unwrap());
        let mut running = Running::spawn(command).unwrap();
        let status = running.wait(LIMIT);
        let read = |file| String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
        let (stdout, stderr) = (read(stdout), read(stderr));
        let status = status.unwrap_or_else(|| panic!("atelier {args:?} goes on for ever:\n{stdout}\n{stderr}"));
        Output { status, stdout, stderr }
    }

    /// Starts a command and kills it (`kill -9`) after `delay`, wherever it is then.
    pub(crate) fn kill_after(&self, args: &[&str], delay: Duration) {
        let running = self.start(args);
        std::thread::sleep(delay);
        drop(running);
    }

    /// Starts a command and lets it run; it is killed when dropped.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        let mut command = self.command(args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Running::spawn(command).unwrap()
    }

    /// The same, with what it says in a file.
    pub(crate) fn start_telling(&self, args: &[&str], file: &Path) -> Running {
        let file = fs::File::create(file).unwrap();
        let mut command = self.command(args);
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        Running::spawn(command).unwrap()
    }

    /// `sync ftp --json`, which must end well.
    #[track_caller]
    pub(crate) fn sync(&self) -> Value {
        self.run(&["sync", "ftp", "--json"]).expect_code(0).json()
    }

    /// Makes the account of an administrator.
    pub(crate) fn add_boss(&self) {
        let (name, password) = BOSS;
        self.run_with(&["user", "add", name, "--role", "admin"], &format!("{password}\n")).expect_code(0);
    }

    /// Starts `serve` on a free port and waits until it is ready.
    pub(crate) async fn serve(&self) -> Serving {
        let port = process::free_port();
        self.serve_on(port).await
    }

    async fn serve_on(&self, port: u16) -> Serving {
        let log = self.folder().join(format!("serve-{port}.log"));
        let file = fs::File::create(&log).unwrap();
        let mut command = self.command(&["serve"]);
        command.env("ATELIER_HTTP_ADDR", format!("127.0.0.1:{port}"));
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let running = Running::spawn(command).unwrap();
        let mut serving = Serving { base: format!("http://127.0.0.1:{port}"), running, log };
        serving.wait_until_ready().await;
        serving
    }
}

/// A running `atelier serve`; killed when dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    /// `http://127.0.0.1:PORT`.
    pub(crate) base: String,
    pub(crate) running: Running,
    log: PathBuf,
}

impl Serving {
    /// What it has written so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    async fn wait_until_ready(&mut self) {
        let start = Instant::now();
        let url = format!("{}/readyz", self.base);
        loop {
            if let Ok(answer) = graphql::http().get(&url).send().await
                && answer.status().is_success()
            {
                return;
            }
            assert!(self.running.ended().is_none(), "serve ended before it was ready:\n{}", self.log());
            assert!(start.elapsed() < LIMIT, "serve does not become ready:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Signed in as the account of [`Atelier::add_boss`].
    pub(crate) async fn boss(&self) -> Client {
        Client::login(&self.base, BOSS.0, BOSS.1).await
    }

    /// SIGTERM: how it ended, if it did within the 10 s it has.
    pub(crate) fn terminate(mut self) -> Option<ExitStatus> {
        self.running.signal("TERM");
        self.running.wait(Duration::from_secs(11))
    }
}

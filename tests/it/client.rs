//! What front ends rely on, from their side: a TypeScript client made from the schema and the README, in `tests/client`, and
//! the page in the binary, in `web/graphiql`.

use crate::harness::atelier::{Atelier, BOSS};
use crate::harness::database::Database;
use crate::harness::mariadb::Erp;
use crate::harness::process::{self, Running};
use crate::harness::skip;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The oldest Node.js that will do.
const NODE: u32 = 20;

/// Nothing here takes longer, on a slow machine either.
const LIMIT: Duration = Duration::from_mins(4);

/// A folder with a `package.json` whose packages are installed.
struct Project {
    folder: PathBuf,
    node: PathBuf,
    npm: PathBuf,
}

impl Project {
    /// The one in this folder of the repository; `None` where it cannot run.
    fn at(folder: &str) -> Option<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).canonicalize().unwrap();
        let (Some(node), Some(npm)) = (process::find("node"), process::find("npm")) else {
            return skip::skipped(&format!("Node.js {NODE} or newer, and npm"));
        };
        let answer = Command::new(&node).arg("--version").output().unwrap();
        let version = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        let major = version.trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
        if major.is_none_or(|major| major < NODE) {
            return skip::skipped(&format!("Node.js {NODE} or newer (this is {version})"));
        }
        if !path.join("node_modules").is_dir() {
            return skip::skipped(&format!("the packages of {folder} (`npm ci` there)"));
        }
        Some(Self { folder: path, node, npm })
    }

    /// Runs a program in the folder; panics with the end of what it said unless it ends well.
    #[track_caller]
    fn run(&self, program: &Path, args: &[&str], env: &[(&str, &str)]) {
        let output = tempfile::NamedTempFile::new().unwrap();
        let mut command = process::tied(program);
        command.args(args).current_dir(&self.folder);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ATELIER") {
                command.env_remove(name);
            }
        }
        // What npm does besides is not asked for here.
        command.env("NO_COLOR", "1").env("npm_config_update_notifier", "false").envs(env.iter().copied());
        let both = fs::OpenOptions::new().append(true).open(output.path()).unwrap();
        command.stdin(Stdio::null()).stdout(both.try_clone().unwrap()).stderr(both);
        let mut running = Running::spawn(command).unwrap();
        let status = running.wait(LIMIT);
        if status.is_none() {
            // npm hands it on; a mere kill would leave what it started.
            running.signal("TERM");
            running.wait(Duration::from_secs(2));
        }
        let said = fs::read_to_string(output.path()).unwrap_or_default();
        let lines: Vec<_> = said.lines().collect();
        let tail = lines[lines.len().saturating_sub(120)..].join("\n");
        let ended = status.map_or("goes on for ever".to_owned(), |status| status.to_string());
        assert!(
            status.is_some_and(|status| status.success()),
            "{} {} in {}: {ended}\n{tail}",
            program.display(),
            args.join(" "),
            self.folder.display()
        );
    }
}

#[tokio::test]
async fn a_typescript_client_runs_what_the_readme_shows() {
    let Some(project) = Project::at("tests/client") else { return };
    let (database, logs) = (Database::sqlite(), tempfile::tempdir().unwrap());
    for folder in ["DEM12 (PVC)", "DEMALU (ALU)", "SU12 (HYBRIDE)"] {
        fs::create_dir(logs.path().join(folder)).unwrap();
    }
    let logs = logs.path().to_str().unwrap();
    let mut atelier = Atelier::new(&database).env("ATELIER_LOG_DIR", logs);
    // Without an ERP the client goes on without orders.
    let erp = Erp::of_samples();
    if let Some(erp) = &erp {
        // One that cannot be read, and what the README's example looks for.
        erp.within("DELETE FROM A_Kopf WHERE ID = 'K14'");
        erp.within("UPDATE A_Kopf SET Kommission = 'Résidence du Parc' WHERE ID IN ('K1', 'K2')");
        atelier = atelier.env("ATELIER_ERP_URL", erp.url()).env("ATELIER_ERP_SCHEDULE", "off");
    }
    atelier.add_boss();
    let serving = atelier.serve().await;
    let mut env = vec![
        ("ATELIER", serving.base.as_str()),
        ("ATELIER_USERNAME", BOSS.0),
        ("ATELIER_PASSWORD", BOSS.1),
        ("ATELIER_LOG_DIR", logs),
    ];
    if erp.is_some() {
        env.push(("ATELIER_ERP", "yes"));
    }
    project.run(&project.npm, &["test"], &env);
}

/// All files below a folder, by their paths in it.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_page_in_the_binary_is_what_its_source_builds() {
    let Some(project) = Project::at("web/graphiql") else { return };
    // Not where it is committed: a test leaves the sources alone.
    let folder = tempfile::tempdir().unwrap();
    let built = folder.path().join("dist");
    let vite = ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", built.to_str().unwrap()];
    project.run(&project.node, &vite, &[]);
    let (built, committed) = (files(&built), files(&project.folder.join("dist")));
    let names = built.keys().chain(committed.keys());
    let mut other: Vec<_> = names.filter(|name| built.get(*name) != committed.get(*name)).collect();
    other.sort();
    other.dedup();
    assert!(other.is_empty(), "web/graphiql/dist is not what `npm run build` makes there: {other:?}");
}

#[test]
fn the_page_passes_its_own_tests() {
    let Some(project) = Project::at("web/graphiql") else { return };
    project.run(&project.npm, &["test"], &[]);
}

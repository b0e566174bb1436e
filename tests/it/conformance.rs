//! The conformance pack: examples that were worked out by hand (`conformance/README.md`), each given to the whole
//! program, which has to come to the same figures.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::atelier::Atelier;
use crate::harness::compare::{Differences, list, pick};
use crate::harness::database::Database;
use crate::harness::decisions::{decide, declare, until_derived};
use crate::harness::figures::{self, TRS, compare_ledger, compare_sessions, compare_stops, compare_trs, last_day};
use crate::harness::graphql::Client;
use crate::harness::samples::Tree;

const SESSIONS: &str = "query($to: Date!, $after: String) {
  sessions(filter: {to: $to}, orderBy: {field: DATE, direction: ASC}, first: 50, after: $after) {
    nodes {
      machine { name } date status totalPieces scrapPieces trs { ...Trs } ledger { ...Share }
      stopPeriods { startedAt endedAt durationSeconds ongoing reason { code } } anomalies { kind at }
    }
    pageInfo { hasNextPage endCursor } totalCount
  }
}";

const FAILURES: &str = "query($to: Date!) { statistics(filter: {to: $to}, groupBy: [DATE, MACHINE]) {
  machine { name } date mtbfSeconds mttrSeconds
} }";

/// Members of a session that are compared as they are.
const PLAIN: [&str; 6] = ["status", "totalPieces", "scrapPieces", "mtbfSeconds", "mttrSeconds", "date"];

/// What one file says.
#[derive(Debug, Default)]
struct Example {
    /// Variables of the environment, a line each.
    settings: String,
    /// Log files by their paths.
    logs: BTreeMap<String, String>,
    decisions: Value,
    expected: Value,
}

impl Example {
    /// Reads the blocks of a file; what is missing, twice there or unknown is an error.
    fn read(markdown: &str) -> Result<Self, String> {
        let mut example = Self::default();
        for (info, body) in blocks(markdown)? {
            let json = || serde_json::from_str::<Value>(&body).map_err(|error| format!("{info}: {error}"));
            let empty = match info.split_once(' ') {
                Some(("log", path)) => example.logs.insert(path.to_owned(), body).is_none(),
                Some(("json", "decisions")) => std::mem::replace(&mut example.decisions, json()?).is_null(),
                Some(("json", "expected")) => std::mem::replace(&mut example.expected, json()?).is_null(),
                None if info == "settings" => std::mem::replace(&mut example.settings, body).is_empty(),
                _ => return Err(format!("block {info:?} is unknown")),
            };
            if !empty {
                return Err(format!("block {info:?} is there twice"));
            }
        }
        if example.logs.is_empty() || list(&example.expected["sessions"]).is_empty() {
            return Err("a log and an expected session are needed".to_owned());
        }
        evaluate(&mut example.expected);
        example.check()?;
        Ok(example)
    }

    /// Nothing is misspelt or left out, and each ledger adds up to the opening time.
    fn check(&self) -> Result<(), String> {
        let decided = ["calendars", "referenceCycles", "scrap", "stopReasons", "qualifiedStops"];
        members("decisions", &self.decisions, &[], &decided)?;
        members("expected", &self.expected, &["sessions"], &[])?;
        for session in list(&self.expected["sessions"]) {
            let place = format!("{} {}", session["machine"], session["date"]);
            let more = ["machine", "trs", "ledger", "stopPeriods", "anomalies"];
            members(&place, session, &[PLAIN.as_slice(), &more].concat(), &[])?;
            members(&place, &session["trs"], &TRS, &[])?;
            let lists: [(&str, &[&str], &[&str]); 3] = [
                ("ledger", &["kind", "reason", "seconds", "share"], &["occurrences"]),
                ("stopPeriods", &["startedAt", "endedAt", "durationSeconds", "ongoing", "reason"], &[]),
                ("anomalies", &["kind"], &["at"]),
            ];
            for (name, needed, others) in lists {
                list(&session[name]).iter().try_for_each(|one| members(&place, one, needed, others))?;
            }
            let parts: Option<f64> = list(&session["ledger"]).iter().map(|part| part["seconds"].as_f64()).sum();
            let opening = session["trs"]["openingSeconds"].as_f64();
            if parts.zip(opening).is_none_or(|(parts, opening)| (parts - opening).abs() >= 0.001) {
                return Err(format!("{place}: the ledger adds up to {parts:?} s, TO is {opening:?} s"));
            }
        }
        Ok(())
    }

    /// Has the program work it out, and tells what differs.
    async fn differences(&self) -> Differences {
        let (tree, database) = (Tree::empty(), Database::sqlite());
        for (path, log) in &self.logs {
            tree.write(path, log.as_bytes());
        }
        let atelier = Atelier::new(&database).env("ATELIER_LOG_DIR", tree.path().to_str().unwrap());
        let settings = self.settings.lines().map(|line| line.split_once('=').expect("NAME=value"));
        let atelier = atelier.envs(settings);
        atelier.add_boss();
        let serving = atelier.serve().await;
        let client = serving.boss().await;
        let to = last_day(&self.expected);
        decide(&client, &self.decisions).await;
        until_derived(&client).await;
        atelier.sync();
        until_derived(&client).await;
        declare(&client, &self.decisions, to).await;
        until_derived(&client).await;
        let mut differences = Differences::default();
        compare_sessions(&mut differences, &self.expected, &told(&client, to).await, compare_session);
        differences
    }
}

/// The fenced blocks: what follows the opening fence, and the lines up to the closing one.
fn blocks(markdown: &str) -> Result<Vec<(String, String)>, String> {
    let (mut blocks, mut lines) = (Vec::new(), markdown.lines());
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let mut body = String::new();
        loop {
            match lines.next() {
                Some("```") => break,
                Some(line) => body.extend([line, "\n"]),
                None => return Err(format!("block {info:?} has no end")),
            }
        }
        blocks.push((info.to_owned(), body));
    }
    Ok(blocks)
}

/// An object, if anything, with all members that are needed and none but those and others that may be there.
fn members(place: &str, value: &Value, needed: &[&str], others: &[&str]) -> Result<(), String> {
    let Some(object) = value.as_object() else {
        return if value.is_null() && needed.is_empty() { Ok(()) } else { Err(format!("{place}: {value}")) };
    };
    let unknown = object.keys().find(|name| !needed.iter().chain(others).any(|known| known == name));
    let missing = needed.iter().find(|name| !object.contains_key(**name));
    let wrong = unknown.map(|name| format!("{place}: {name} is unknown"));
    wrong.or_else(|| missing.map(|name| format!("{place}: {name} is missing"))).map_or(Ok(()), Err)
}

/// Puts numbers in the place of `440/460` and `7 min 30 s`.
fn evaluate(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(evaluate),
        Value::Object(all) => all.values_mut().for_each(evaluate),
        Value::String(text) => {
            if let Some(number) = fraction(text).or_else(|| seconds(text)) {
                *value = json!(number);
            }
        }
        _ => {}
    }
}

fn fraction(text: &str) -> Option<f64> {
    let (part, whole) = text.split_once('/')?;
    Some(part.parse::<f64>().ok()? / whole.parse::<f64>().ok()?)
}

fn seconds(text: &str) -> Option<f64> {
    let words: Vec<&str> = text.split(' ').collect();
    let pairs = words.chunks(2).map(|pair| match pair {
        [number, "min"] => Some(60.0 * number.parse::<f64>().ok()?),
        [number, "s"] => number.parse().ok(),
        _ => None,
    });
    pairs.sum()
}

/// The sessions the program has up to a day, with MTBF and MTTR.
async fn told(client: &Client, to: &str) -> Vec<Value> {
    let mut sessions = client.pages(&figures::with_fragments(SESSIONS), json!({"to": to}), "/sessions").await;
    let rows = client.query(FAILURES, json!({"to": to})).await["statistics"].take();
    for session in &mut sessions {
        let own = |row: &&Value| row["machine"] == session["machine"] && row["date"] == session["date"];
        let row = list(&rows).iter().find(own).expect("statistics have a row of each session");
        session["mtbfSeconds"] = row["mtbfSeconds"].clone();
        session["mttrSeconds"] = row["mttrSeconds"].clone();
    }
    sessions
}

fn compare_session(differences: &mut Differences, place: &str, expected: &Value, got: &Value) {
    differences.compare(place, &pick(expected, &PLAIN), got);
    compare_trs(differences, &format!("{place}.trs"), &expected["trs"], &got["trs"]);
    compare_ledger(differences, &format!("{place}.ledger"), &expected["ledger"], &got["ledger"]);
    compare_stops(differences, &format!("{place}.stopPeriods"), &expected["stopPeriods"], &got["stopPeriods"]);
    // When a line arrived, and so how long nothing did, is not told by the log.
    let of_the_log = |anomaly: &&Value| anomaly["kind"] != "MACHINE_SILENT";
    let anomalies: Vec<Value> = list(&got["anomalies"]).iter().filter(of_the_log).cloned().collect();
    differences.compare_unordered(&format!("{place}.anomalies"), list(&expected["anomalies"]), &anomalies);
}

/// All examples there are, by name.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = all
        .filter(|path| path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("README.md"))
        .collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 16)]
async fn the_program_comes_to_what_was_worked_out_by_hand() {
    let mut all = Differences::default();
    let mut running = Vec::new();
    for file in files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        match Example::read(&fs::read_to_string(&file).unwrap()) {
            Ok(example) => running.push((name, tokio::spawn(async move { example.differences().await }))),
            Err(error) => all.add(&name, "an example", error),
        }
    }
    for (name, example) in running {
        match example.await {
            Ok(differences) => all.take_in(&name, differences),
            Err(error) => all.add(&name, "an answer", error),
        }
    }
    all.assert_none();
}

#[test]
fn an_example_is_read_whole_or_not_at_all() {
    let whole = fs::read_to_string(&files()[0]).unwrap();
    assert_eq!(Example::read(&whole).unwrap().expected["sessions"][0]["status"], "COMPLETE");
    for (from, to) in [
        ("```json expected", "```json"),
        ("```json expected", "```json forecast"),
        ("```json decisions", "```json expected"),
        ("```log ", "```text "),
        ("\"calendars\"", "\"calendar\""),
        ("\"tre\"", "\"ter\""),
        ("\"openingSeconds\": \"480 min\"", "\"openingSeconds\": \"479 min\""),
        ("\"sessions\": [", "\"sessions\": [], \"more\": ["),
    ] {
        assert!(whole.contains(from), "{from} is not in the first example");
        assert!(Example::read(&whole.replace(from, to)).is_err(), "with {to} for {from} it is still an example");
    }
    assert!(Example::read(&format!("{whole}```log x.LOG\n")).is_err(), "a block without an end");
    assert_eq!((fraction("1/4"), seconds("1 min 2.5 s"), seconds("2025-06-16")), (Some(0.25), Some(62.5), None));
}

//! What people decide about machines, and what machines teach: figures follow, whatever comes first.

mod calendars;
mod configured;
mod kills;
mod learned;
mod stops;

use crate::harness::atelier::{Atelier, Serving};
use crate::harness::database::Database;
use crate::harness::graphql::Client;
use crate::harness::samples::Tree;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;

const FOLDER: &str = "DEM12 (PVC)";

const SET_CALENDAR: &str = "mutation($id: ID!, $input: CalendarInput!, $from: Date) { \
    setCalendar(machineId: $id, input: $input, from: $from) { calendar { shifts { start end } } } }";

/// A program over log files that were read, serving, and its administrator.
struct Plant {
    _tree: Tree,
    atelier: Atelier,
    serving: Serving,
    boss: Client,
}

impl Plant {
    async fn of(tree: Tree, database: &Database) -> Self {
        let atelier = Atelier::new(database).env("ATELIER_LOG_DIR", tree.path().to_str().unwrap());
        // A file that changed a moment ago is not finished yet.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        atelier.sync();
        atelier.sync();
        atelier.add_boss();
        let serving = atelier.serve().await;
        let boss = serving.boss().await;
        Self { _tree: tree, atelier, serving, boss }
    }

    /// All figures of all sessions of a machine, by day.
    async fn figures(&self) -> Vec<Value> {
        figures(&self.boss).await
    }

    async fn machine(&self) -> Value {
        self.boss.query("{ machine(name: \"DEM12\") { id } }", json!({})).await["machine"]["id"].take()
    }

    /// Sets the calendar of DEM12.
    async fn set_calendar(&self, input: &Value, from: &str) {
        let variables = json!({ "id": self.machine().await, "input": input, "from": from });
        self.boss.query(SET_CALENDAR, variables).await;
    }

    /// Asks for something that days are derived again for, and gives the run that did it, which went well.
    async fn run_of(&self, document: &str, variables: Value) -> Value {
        let before = runs(&self.boss).await.len();
        self.boss.query(document, variables).await;
        for _ in 0..600 {
            let runs = runs(&self.boss).await;
            if runs.len() > before && runs[0]["finishedAt"].is_string() {
                assert_eq!((runs.len(), &runs[0]["status"]), (before + 1, &json!("SUCCEEDED")), "{runs:?}");
                return runs[0].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nothing was derived");
    }

    async fn calendar_run(&self, input: &Value, from: &str) -> Value {
        let variables = json!({ "id": self.machine().await, "input": input, "from": from });
        self.run_of(SET_CALENDAR, variables).await
    }
}

/// All runs, the newest first.
async fn runs(client: &Client) -> Vec<Value> {
    let document = "{ syncRuns(first: 100) { nodes { id status finishedAt sessionsCreated sessionsUpdated error } } }";
    client.query(document, json!({})).await["syncRuns"]["nodes"].as_array().unwrap().clone()
}

const TRS: &str = "trs { trs trg tre availability performance quality totalSeconds openingSeconds requiredSeconds operatingSeconds \
    netSeconds usefulSeconds cycleSource qualitySource calendarSource missing }";
const LEDGER: &str = "ledger { kind reason { code } seconds share occurrences }";

async fn figures(client: &Client) -> Vec<Value> {
    let document = format!(
        "{{ machine(name: \"DEM12\") {{ sessions(first: 500, orderBy: {{field: DATE, direction: ASC}}) {{ nodes {{ \
         date status totalPieces scrapPieces {TRS} {LEDGER} anomalies {{ kind }} \
         stopPeriods {{ startedAt endedAt reason {{ code planned }} comment }} }} }} }} }}"
    );
    let found = client.query(&document, json!({})).await;
    found["machine"]["sessions"]["nodes"].as_array().unwrap().clone()
}

/// The session of a day.
async fn session(client: &Client, date: &str) -> Value {
    let document = format!(
        "query($from: Date, $to: Date) {{ machine(name: \"DEM12\") {{ sessions(filter: {{from: $from, to: $to}}) {{ nodes {{ \
         id scrap {{ id pieces }} stopPeriods {{ id }} scrapPieces {TRS} {LEDGER} }} }} }} }}"
    );
    let mut found = client.query(&document, json!({ "from": date, "to": date })).await;
    found["machine"]["sessions"]["nodes"][0].take()
}

/// A calendar that is open on these dates only, from and until these times.
fn open_on(dates: &[&str], start: &str, end: &str) -> Value {
    let exception = |date| json!({ "date": date, "open": true, "start": start, "end": end });
    json!({ "shifts": [], "exceptions": dates.iter().map(exception).collect::<Vec<_>>() })
}

/// So many pieces of a day of June 2025, one each so many seconds from six o'clock on.
fn pieces(day: u32, count: u32, seconds: u32) -> String {
    let mut text = String::new();
    for number in 0..count {
        let (at, second) = (6 * 60 + number * seconds / 60, number * seconds % 60);
        writeln!(text, "202506{day:02} {:02}:{:02}:{second:02}|@StukUitgevoerd: {number}", at / 60, at % 60).unwrap();
    }
    text
}

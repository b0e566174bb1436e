//! What people decide and no log holds, given to a server: `decisions` have the members of `calendar_config.json`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::compare::{list, pick, same};
use super::graphql::Client;

const SET_CALENDAR: &str = "mutation($id: ID!, $input: CalendarInput!, $from: Date) {
  setCalendar(machineId: $id, input: $input, from: $from) { calendar {
    source shifts { weekday name start end } plannedStops { weekday label start end }
    exceptions { date label open start end }
  } }
}";

const SET_CYCLE: &str = "mutation($id: ID!, $reference: String, $seconds: Float, $from: Date) {
  setReferenceCycle(machineId: $id, jobReference: $reference, seconds: $seconds, from: $from) { id }
}";

const SAVE_REASON: &str = "mutation($input: StopReasonInput!) { saveStopReason(input: $input) { code } }";

const STOPS: &str = "query($to: Date!) { sessions(first: 500, filter: {to: $to}) {
  nodes { id date machine { name } stopPeriods { id startedAt } }
} }";

const DECLARE: &str =
    "mutation($id: ID!, $input: ScrapInput!) { declareScrap(sessionId: $id, input: $input) { scrapPieces } }";

const QUALIFY: &str = "mutation($id: ID!, $code: String!) {
  qualifyStop(periodId: $id, reasonCode: $code, comment: \"vu\") { reason { code } comment }
}";

/// Calendars (from long ago), reference cycles and reasons of stops.
pub(crate) async fn decide(client: &Client, decisions: &Value) {
    let machines = client.query("{ machines { id name } }", json!({})).await;
    let machine = |name: &Value| {
        let found = list(&machines["machines"]).iter().find(|machine| machine["name"] == *name);
        found.unwrap_or_else(|| panic!("no machine {name}"))["id"].clone()
    };
    for (name, calendar) in decisions["calendars"].as_object().into_iter().flatten() {
        let variables = json!({"id": machine(&json!(name)), "input": calendar, "from": "2000-01-01"});
        let told = client.query(SET_CALENDAR, variables).await["setCalendar"]["calendar"].take();
        for part in ["shifts", "plannedStops", "exceptions"] {
            assert_eq!(list(&told[part]), list(&calendar[part]), "{part} of {name}");
        }
    }
    for cycle in list(&decisions["referenceCycles"]) {
        let variables = json!({"id": machine(&cycle["machine"]), "reference": cycle["jobReference"],
            "seconds": cycle["seconds"], "from": cycle["from"]});
        client.query(SET_CYCLE, variables).await;
    }
    for reason in list(&decisions["stopReasons"]) {
        client.query(SAVE_REASON, json!({"input": reason})).await;
    }
}

/// Scrap and qualified stops of sessions that are there already, none of them after `to`.
pub(crate) async fn declare(client: &Client, decisions: &Value, to: &str) {
    let sessions = client.query(STOPS, json!({"to": to})).await["sessions"]["nodes"].take();
    for scrap in list(&decisions["scrap"]) {
        let own = |session: &&Value| session["machine"]["name"] == scrap["machine"] && session["date"] == scrap["date"];
        let session = list(&sessions).iter().find(own).unwrap_or_else(|| panic!("no session of {scrap}"));
        let input = pick(scrap, &["pieces", "jobReference"]);
        client.query(DECLARE, json!({"id": session["id"], "input": input})).await;
    }
    for stop in list(&decisions["qualifiedStops"]) {
        let mut stops = list(&sessions)
            .iter()
            .filter(|session| session["machine"]["name"] == stop["machine"])
            .flat_map(|session| list(&session["stopPeriods"]));
        let period = stops.find(|period| same(&stop["startedAt"], &period["startedAt"]));
        let id = &period.unwrap_or_else(|| panic!("no stop {stop}"))["id"];
        let told = client.query(QUALIFY, json!({"id": id, "code": stop["reasonCode"]})).await["qualifyStop"].take();
        assert_eq!(told, json!({"reason": {"code": stop["reasonCode"]}, "comment": "vu"}));
    }
}

/// Waits until no run is at work and none is due.
pub(crate) async fn until_derived(client: &Client) {
    let begun = Instant::now();
    loop {
        let mut runs =
            client.query("{ syncRuns(first: 5) { nodes { status finishedAt sessionsUpdated } } }", json!({})).await;
        let runs = runs["syncRuns"]["nodes"].take();
        if !list(&runs).iter().any(|run| run["status"] == "RUNNING") && begun.elapsed().as_millis() > 1_500 {
            return;
        }
        assert!(begun.elapsed().as_secs() < 60, "{runs}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

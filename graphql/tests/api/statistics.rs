//! Figures over many sessions, and what machines have beside sessions: asked for once, whatever the number of rows.

use crate::fake::{Store, ask, data, over, session};
use atelier_application::ports::sessions::SessionSummary;
use atelier_domain::kpi::trs::{Lost, Trs};
use atelier_domain::units::Millis;
use atelier_graphql::Limits;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Machines whose sessions were stopped by what is known, what is not, and what nobody said.
fn stopped(machines: i64, sessions: i64) -> Arc<Store> {
    let store = Store::of(machines, sessions);
    let lost = |seconds| Lost { time: Millis::from_seconds(seconds), occurrences: 1 };
    let trs = Trs {
        sessions: 1,
        total: Millis::DAY,
        opening: Millis::from_seconds(1_000),
        required: Millis::from_seconds(1_000),
        operating: Millis::from_seconds(400),
        net: Millis::from_seconds(300),
        slow: Millis::from_seconds(100),
        stops: Lost { time: Millis::from_seconds(600), occurrences: 4 },
        reasons: BTreeMap::from([("PANNE".to_owned(), lost(250))]),
        ..Trs::default()
    };
    for machine in 1..=machines {
        for number in 0..sessions {
            let id = (machine - 1) * sessions + number + 1;
            store.put(SessionSummary { trs: trs.clone(), ..session(id, machine, number, 120) });
        }
    }
    store
}

fn sorted(store: &Store) -> Vec<&'static str> {
    let mut calls = store.calls();
    calls.sort_unstable();
    calls
}

const TIME: &str = "kind reason { code label } seconds share occurrences";

#[tokio::test]
async fn figures_take_as_many_calls_whatever_the_number_of_machines() {
    for (machines, sessions) in [(1, 1), (3, 2), (40, 5)] {
        let store = stopped(machines, sessions);
        let schema = over(&store, &Limits::default());
        let query = format!(
            "{{ statistics(groupBy: [MACHINE]) {{ machine {{ name calendar {{ source }} }} sessions trs {{ trs }} ledger {{ {TIME} }} }} }}"
        );
        let rows = data(&schema, &query).await["statistics"].take();
        assert_eq!(rows.as_array().unwrap().len(), machines as usize);
        assert_eq!(rows[0]["sessions"], sessions);
        assert_eq!(sorted(&store), ["calendars", "machines_by_id", "statistics", "stop_reasons"]);

        data(&schema, &format!("{{ lossPareto {{ {TIME} }} }}")).await;
        assert_eq!(sorted(&store), ["statistics", "stop_reasons"]);

        let query = "{ machines { statistics(from: \"2025-06-01\") { sessions ledger { reason { code } } } again: statistics(from: \"2025-06-01\") { ledger { kind } } \
             state stateSince calendar { source } referenceCycles { seconds source } } }";
        data(&schema, query).await;
        let expected = [
            "activities",
            "calendars",
            "calendars",
            "given_cycles",
            "machines",
            "recent_cycles",
            "statistics",
            "stop_reasons",
        ];
        assert_eq!(sorted(&store), expected);

        data(&schema, "{ machines { state latestSession { machine { state referenceCycles { seconds } } } } }").await;
        let calls = sorted(&store);
        let count = |call| calls.iter().filter(|known| **known == call).count();
        assert_eq!((count("activities"), count("given_cycles"), count("recent_cycles")), (2, 1, 1), "{calls:?}");
    }
}

#[tokio::test]
async fn nothing_is_asked_for_that_nobody_wants() {
    let store = stopped(2, 1);
    let schema = over(&store, &Limits::default());
    data(&schema, "{ statistics(groupBy: [MACHINE]) { sessions } machines { statistics { sessions } } }").await;
    assert_eq!(store.calls().iter().filter(|call| **call != "stop_reasons").count(), 3);
}

#[tokio::test]
async fn losses_are_the_ledger_without_running_the_largest_first() {
    let store = stopped(2, 1);
    let schema = over(&store, &Limits::default());
    let query = format!("{{ lossPareto {{ {TIME} }} }}");
    let stop = |code: Value, seconds: f64, share: f64, occurrences: i32| json!({ "kind": "STOP", "reason": code, "seconds": seconds, "share": share, "occurrences": occurrences });
    let slow = json!({ "kind": "SLOW_RUNNING", "reason": null, "seconds": 200.0, "share": 0.1, "occurrences": 0 });
    let panne = json!({ "code": "PANNE", "label": "panne" });
    let losses = json!([stop(Value::Null, 700.0, 0.35, 6), stop(panne, 500.0, 0.25, 2), slow]);
    assert_eq!(data(&schema, &query).await["lossPareto"], losses);
    let query = "{ statistics(groupBy: []) { ...Row } } fragment Row on StatisticsRow { ledger { kind seconds } mtbfSeconds mttrSeconds \
        machine { id } type date week month trs { trs performance availability openingSeconds } }";
    let expected = json!([{
        "ledger": [{ "kind": "STOP", "seconds": 500.0 }, { "kind": "STOP", "seconds": 700.0 }, { "kind": "RUNNING", "seconds": 600.0 },
            { "kind": "SLOW_RUNNING", "seconds": 200.0 }],
        "mtbfSeconds": 100.0, "mttrSeconds": 150.0, "machine": null, "type": null, "date": null, "week": null, "month": null,
        "trs": { "trs": 0.3, "performance": 0.75, "availability": 0.4, "openingSeconds": 2000.0 },
    }]);
    assert_eq!(data(&schema, query).await["statistics"], expected);
}

#[tokio::test]
async fn what_is_not_known_says_why() {
    let store = Store::of(2, 3);
    let schema = over(&store, &Limits::default());
    let trs = "sessions trs { trs trg tre performance netSeconds usefulSeconds missing cycleSource qualitySource calendarSource }";
    let query = format!(
        "{{ session(id: 1) {{ trs {{ trs netSeconds usefulSeconds missing }} }} all: statistics(groupBy: []) {{ {trs} }} \
         none: statistics(groupBy: [], filter: {{ machineIds: [] }}) {{ {trs} }} machine(id: 2) {{ statistics(from: \"2031-01-01\") {{ machine {{ name }} {trs} }} }} }}"
    );
    let answer = data(&schema, &query).await;
    let missing =
        json!({ "trs": null, "netSeconds": null, "usefulSeconds": null, "missing": "no reference cycle time" });
    assert_eq!(answer["session"]["trs"], missing);
    let all = &answer["all"][0];
    assert_eq!(
        (&all["sessions"], &all["trs"]["trs"], &all["trs"]["netSeconds"]),
        (&json!(6), &Value::Null, &Value::Null)
    );
    assert_eq!(all["trs"]["missing"], "no reference cycle time in 6 of 6 sessions");
    let row = &answer["machine"]["statistics"];
    assert_eq!(row["machine"]["name"], "M02");
    let nothing = json!({ "trs": null, "trg": null, "tre": null, "performance": null, "netSeconds": 0.0, "usefulSeconds": 0.0,
        "missing": "no session", "cycleSource": "NONE", "qualitySource": "ASSUMED", "calendarSource": "OBSERVED" });
    assert_eq!((&row["sessions"], &row["trs"]), (&json!(0), &nothing));
}

#[tokio::test]
async fn a_key_is_named_once() {
    let store = Store::of(1, 1);
    let schema = over(&store, &Limits::default());
    let refused = ask(&schema, "{ statistics(groupBy: [WEEK, MACHINE, WEEK]) { sessions } }").await;
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": "groupBy" }));
    let refused = ask(&schema, "{ statistics(groupBy: [HOUR]) { sessions } }").await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(store.calls(), Vec::<&str>::new());
}

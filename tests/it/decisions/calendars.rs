//! Calendars and reference cycle times that begin in the past: sessions follow in the background.

use super::{Plant, open_on, runs};
use crate::harness::database::Database;
use crate::harness::on_both;
use crate::harness::samples::Tree;
use serde_json::{Value, json};
use std::time::Duration;

on_both!(
    in_the_past => a_calendar_in_the_past_changes_its_sessions_on_sqlite, a_calendar_in_the_past_changes_its_sessions_on_postgres;
    cycles => a_cycle_time_holds_until_the_next_on_sqlite, a_cycle_time_holds_until_the_next_on_postgres;
);

/// The days whose figures differ.
fn changed(before: &[Value], after: &[Value]) -> Vec<String> {
    assert_eq!(before.len(), after.len(), "{before:?}\n{after:?}");
    let differ = before.iter().zip(after).filter(|(before, after)| before != after);
    differ.map(|(before, _)| before["date"].as_str().unwrap().to_owned()).collect()
}

async fn in_the_past(database: Database) {
    let plant = Plant::of(Tree::of("logs"), &database).await;
    let before = plant.figures().await;
    assert_eq!(before.len(), 5);
    let calendar = open_on(&["2025-06-18", "2025-06-19"], "06:00", "14:00");
    let run = plant.calendar_run(&calendar, "2025-06-18").await;
    let after = plant.figures().await;
    assert_eq!(changed(&before, &after), ["2025-06-18", "2025-06-19", "2025-06-20"]);
    assert_eq!((&run["sessionsUpdated"], &run["sessionsCreated"]), (&json!(3), &json!(0)));
    let opening = |day: usize| (&after[day]["trs"]["calendarSource"], &after[day]["trs"]["openingSeconds"]);
    assert_eq!(opening(2), (&json!("CONFIGURED"), &json!(28_800.0)));
    assert_eq!(opening(4), (&json!("CONFIGURED"), &json!(0.0)), "it was closed");
    assert_eq!((&after[4]["trs"]["trs"], &after[4]["trs"]["missing"]), (&Value::Null, &json!("no required time")));
    assert_eq!(after[4]["ledger"], json!([]));

    let known = runs(&plant.boss).await;
    plant.set_calendar(&calendar, "2025-06-18").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!((runs(&plant.boss).await, plant.figures().await), (known, after.clone()), "it was set already");

    let run = plant.calendar_run(&open_on(&["2025-06-18"], "06:00", "14:00"), "2025-06-18").await;
    let closed = plant.figures().await;
    assert_eq!((changed(&after, &closed), &run["sessionsUpdated"]), (vec!["2025-06-19".to_owned()], &json!(1)));

    // Days on which nothing came are sessions.
    let open = open_on(&["2025-06-18", "2025-06-19", "2025-06-22", "2025-06-23", "2098-01-01"], "06:00", "14:00");
    let run = plant.calendar_run(&open, "2025-06-18").await;
    assert_eq!((&run["sessionsUpdated"], &run["sessionsCreated"]), (&json!(1), &json!(2)));
    let idle = plant.figures().await;
    assert_eq!(idle[..5], after);
    for (session, date) in idle[5..].iter().zip(["2025-06-22", "2025-06-23"]) {
        assert_eq!(
            (&session["date"], &session["status"], &session["totalPieces"]),
            (&json!(date), &json!("COMPLETE"), &json!(0))
        );
        assert_eq!((&session["trs"]["trs"], &session["trs"]["requiredSeconds"]), (&json!(0.0), &json!(28_800.0)));
        assert_eq!(session["anomalies"], json!([{ "kind": "NO_PIECES" }]));
    }
    // And no longer, when it was closed.
    plant.calendar_run(&calendar, "2025-06-18").await;
    assert_eq!(plant.figures().await, after);
    let replayed = plant.atelier.run(&["replay"]).expect_code(0);
    assert!(replayed.stdout.contains("0 sessions new, 0 changed"), "{replayed:?}");
}

async fn cycles(database: Database) {
    let plant = Plant::of(Tree::of("logs"), &database).await;
    let before = plant.figures().await;
    let id = plant.machine().await;
    let set = "mutation($id: ID!, $seconds: Float, $from: Date) { \
        setReferenceCycle(machineId: $id, seconds: $seconds, from: $from) { referenceCycles { seconds source from } } }";
    let run = plant.run_of(set, json!({ "id": id, "seconds": 12.345, "from": "2025-06-18" })).await;
    let given = plant.figures().await;
    assert_eq!(changed(&before, &given), ["2025-06-18", "2025-06-19", "2025-06-20"]);
    assert_eq!(run["sessionsUpdated"], 3);
    for session in &given[2..] {
        let trs = &session["trs"];
        let net = 12.345 * session["totalPieces"].as_f64().unwrap();
        assert!((trs["netSeconds"].as_f64().unwrap() - net).abs() < 1e-6, "{session}");
        assert_eq!((&trs["cycleSource"], &trs["missing"]), (&json!("MACHINE"), &Value::Null));
    }
    let listed = async || {
        let document = "{ machine(name: \"DEM12\") { referenceCycles { seconds source from } } }";
        plant.boss.query(document, json!({})).await["machine"]["referenceCycles"].take()
    };
    assert_eq!(listed().await[0], json!({ "seconds": 12.345, "source": "MACHINE", "from": "2025-06-18" }));
    let run = plant.run_of(set, json!({ "id": id, "seconds": null, "from": "2025-06-20" })).await;
    let ended = plant.figures().await;
    assert_eq!((changed(&given, &ended), &run["sessionsUpdated"]), (vec!["2025-06-20".to_owned()], &json!(1)));
    assert_eq!((&ended[4], listed().await), (&before[4], json!([])), "it ended");
}

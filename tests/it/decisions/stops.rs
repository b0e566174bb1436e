//! Scrap, and why a machine stood still from one day to the next.

use super::{FOLDER, Plant, open_on, pieces, runs, session};
use crate::harness::database::Database;
use crate::harness::on_both;
use crate::harness::samples::Tree;
use serde_json::{Value, json};
use std::time::Duration;

on_both!(
    scrap => withdrawn_scrap_leaves_no_trace_on_sqlite, withdrawn_scrap_leaves_no_trace_on_postgres;
    over_midnight => a_stop_is_qualified_on_all_its_days_on_sqlite, a_stop_is_qualified_on_all_its_days_on_postgres;
    planned => a_reason_that_becomes_planned_changes_figures_on_sqlite, a_reason_that_becomes_planned_changes_figures_on_postgres;
);

const DECLARE: &str = "mutation($id: ID!, $pieces: Int!) { declareScrap(sessionId: $id, input: {pieces: $pieces, reason: \"rayé\"}) { \
    scrapPieces scrap { id pieces reason declaredBy { username } } trs { usefulSeconds quality qualitySource } } }";
const WITHDRAW: &str =
    "mutation($id: ID!) { withdrawScrap(id: $id) { scrapPieces scrap { id } trs { qualitySource } } }";
const QUALIFY: &str = "mutation($id: ID!, $code: String!) { qualifyStop(periodId: $id, reasonCode: $code, comment: \"vu\") { \
    id reason { code } comment } }";
const SAVE: &str = "mutation($label: String!, $planned: Boolean!) { \
    saveStopReason(input: {code: \"PANNE\", label: $label, planned: $planned}) { code } }";

/// Two days, open around the clock, with a stop from ten o'clock in the evening to two in the morning. A piece takes 30 s.
async fn plant(database: &Database) -> Plant {
    let tree = Tree::empty();
    let first = pieces(16, 100, 60) + "20250616 22:00:00|@MachineStop\n";
    let second = "20250617 02:00:00|@MachineStart\n".to_owned() + &pieces(17, 50, 60);
    tree.write(&format!("{FOLDER}/20250616.LOG"), first.as_bytes());
    tree.write(&format!("{FOLDER}/20250617.LOG"), second.as_bytes());
    let plant = Plant::of(tree, database).await;
    let set = "mutation($id: ID!) { setReferenceCycle(machineId: $id, seconds: 30, from: \"2025-06-01\") { id } }";
    plant.run_of(set, json!({ "id": plant.machine().await })).await;
    plant.calendar_run(&open_on(&["2025-06-16", "2025-06-17"], "00:00", "24:00"), "2025-06-01").await;
    plant
}

async fn scrap(database: Database) {
    let plant = plant(&database).await;
    let before = plant.figures().await;
    let id = session(&plant.boss, "2025-06-16").await["id"].take();
    let declared = plant.boss.query(DECLARE, json!({ "id": id, "pieces": 2 })).await["declareScrap"].take();
    let trs = json!({ "usefulSeconds": 2_940.0, "quality": 0.98, "qualitySource": "DECLARED" });
    assert_eq!((&declared["scrapPieces"], &declared["trs"]), (&json!(2), &trs));
    let first = declared["scrap"][0]["id"].clone();
    let told = json!([{ "id": first, "pieces": 2, "reason": "rayé", "declaredBy": { "username": "boss" } }]);
    assert_eq!(declared["scrap"], told);
    let with = plant.figures().await;
    assert_eq!((with[0] == before[0], &with[1]), (false, &before[1]));
    assert_eq!(with[0]["ledger"].as_array().unwrap().last().unwrap()["kind"], "SCRAP");

    let refused = plant.boss.ask(DECLARE, json!({ "id": id, "pieces": 99 })).await;
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": "pieces" }));
    assert_eq!(plant.figures().await, with, "more than there are is refused");
    let all = plant.boss.query(DECLARE, json!({ "id": id, "pieces": 98 })).await["declareScrap"].take();
    assert_eq!(
        (&all["scrapPieces"], &all["trs"]["usefulSeconds"], &all["trs"]["quality"]),
        (&json!(100), &json!(0.0), &json!(0.0))
    );

    let withdrawn = plant.boss.query(WITHDRAW, json!({ "id": first })).await["withdrawScrap"].take();
    assert_eq!(withdrawn["scrapPieces"], 98);
    let second = withdrawn["scrap"][0]["id"].clone();
    let none = plant.boss.query(WITHDRAW, json!({ "id": second })).await["withdrawScrap"].take();
    assert_eq!(none, json!({ "scrapPieces": 0, "scrap": [], "trs": { "qualitySource": "ASSUMED" } }));
    assert_eq!(plant.figures().await, before);
    assert_eq!(plant.boss.error_code(WITHDRAW, json!({ "id": second })).await, "NOT_FOUND");
    assert_eq!(plant.boss.error_code(DECLARE, json!({ "id": "999999", "pieces": 1 })).await, "NOT_FOUND");
    let trail = plant.boss.query("{ auditTrail(first: 4) { nodes { actor action } } }", json!({})).await;
    let entry = |action: &str| json!({ "actor": "boss", "action": action });
    let (declared, withdrawn) = (entry("SCRAP_DECLARED"), entry("SCRAP_WITHDRAWN"));
    assert_eq!(trail["auditTrail"]["nodes"], json!([withdrawn, withdrawn, declared, declared]));
}

/// The stop that a day lists.
async fn stop(plant: &Plant, date: &str) -> Value {
    session(&plant.boss, date).await["stopPeriods"][0]["id"].take()
}

/// The parts of both days that are stops, with their reasons and lengths.
fn stopped(figures: &[Value]) -> Value {
    let parts = |session: &Value| -> Vec<Value> {
        let parts = session["ledger"].as_array().unwrap().iter();
        let stops = parts.filter(|part| ["STOP", "PLANNED_STOP"].contains(&part["kind"].as_str().unwrap()));
        stops.map(|part| json!([part["kind"], part["reason"]["code"], part["seconds"], part["occurrences"]])).collect()
    };
    figures.iter().map(parts).collect::<Vec<_>>().into()
}

async fn over_midnight(database: Database) {
    let plant = plant(&database).await;
    let before = plant.figures().await;
    let unqualified = json!(["STOP", null, 7_200.0, 1]);
    assert_eq!(stopped(&before), json!([[unqualified], [unqualified]]));
    let id = stop(&plant, "2025-06-17").await;
    let told = plant.boss.query(QUALIFY, json!({ "id": id, "code": "PANNE" })).await["qualifyStop"].take();
    assert_eq!(told, json!({ "id": id, "reason": { "code": "PANNE" }, "comment": "vu" }));
    let qualified = plant.figures().await;
    let broken = json!(["STOP", "PANNE", 7_200.0, 1]);
    assert_eq!(stopped(&qualified), json!([[broken], [broken]]));
    for (before, after) in before.iter().zip(&qualified) {
        assert_eq!(before["trs"], after["trs"], "unplanned it was, unplanned it is");
        let period = &after["stopPeriods"][0];
        assert_eq!((&period["reason"]["code"], &period["comment"]), (&json!("PANNE"), &json!("vu")));
    }
    let pareto = plant.boss.query("{ lossPareto { kind reason { label } seconds occurrences } }", json!({})).await;
    let lost = json!({ "kind": "STOP", "reason": { "label": "panne" }, "seconds": 14_400.0, "occurrences": 2 });
    let losses = pareto["lossPareto"].as_array().unwrap();
    assert!(losses.contains(&lost), "{losses:?}");

    // From the other day, a planned one: what was said before is replaced.
    plant.boss.query(QUALIFY, json!({ "id": stop(&plant, "2025-06-16").await, "code": "PAUSE" })).await;
    let planned = plant.figures().await;
    let pause = json!(["PLANNED_STOP", null, 7_200.0, 1]);
    assert_eq!(stopped(&planned), json!([[pause], [pause]]));
    for session in &planned {
        assert_eq!(session["trs"]["requiredSeconds"], 79_200.0);
        assert_eq!(session["stopPeriods"][0]["reason"], json!({ "code": "PAUSE", "planned": true }));
    }
    // It stays, whatever is derived again.
    plant.atelier.run(&["replay"]).expect_code(0);
    plant.atelier.sync();
    assert_eq!(plant.figures().await, planned);
    assert_eq!(plant.boss.error_code(QUALIFY, json!({ "id": "999999", "code": "PANNE" })).await, "NOT_FOUND");
}

async fn planned(database: Database) {
    let plant = plant(&database).await;
    plant.boss.query(QUALIFY, json!({ "id": stop(&plant, "2025-06-16").await, "code": "PANNE" })).await;
    let before = plant.figures().await;
    let run = plant.run_of(SAVE, json!({ "label": "panne", "planned": true })).await;
    assert_eq!((&run["sessionsUpdated"], &run["sessionsCreated"]), (&json!(2), &json!(0)));
    let planned = plant.figures().await;
    let part = json!(["PLANNED_STOP", null, 7_200.0, 1]);
    assert_eq!(stopped(&planned), json!([[part], [part]]));
    for (before, after) in before.iter().zip(&planned) {
        assert_eq!(
            (&before["trs"]["requiredSeconds"], &after["trs"]["requiredSeconds"]),
            (&json!(86_400.0), &json!(79_200.0))
        );
        assert_eq!(before["trs"]["operatingSeconds"], after["trs"]["operatingSeconds"]);
    }
    let known = runs(&plant.boss).await.len();
    plant.boss.query(SAVE, json!({ "label": "panne machine", "planned": true })).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!((runs(&plant.boss).await.len(), plant.figures().await), (known, planned), "it has another label only");
    plant.run_of(SAVE, json!({ "label": "panne", "planned": false })).await;
    assert_eq!(plant.figures().await, before);
}

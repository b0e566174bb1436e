//! What is new, changed, gone and back is found, and nothing else is written.

use super::{Erp, Value, atelier, orders, sync, wanted};
use crate::harness::database::Database;
use crate::harness::on_both;
use serde_json::json;

on_both! {
    come_and_go => orders_come_and_go_on_sqlite, orders_come_and_go_on_postgres;
    too_many_gone => too_many_that_are_gone_are_not_believed_on_sqlite, too_many_that_are_gone_are_not_believed_on_postgres;
}

fn changed(run: &Value) -> (&str, i64) {
    (run["status"].as_str().unwrap(), run["ordersChanged"].as_i64().unwrap())
}

async fn come_and_go(database: Database) {
    let Some(erp) = Erp::of_samples() else { return };
    erp.within("DELETE FROM A_Kopf WHERE ID = 'K14'");
    let atelier = atelier(&database, &erp);
    let run = sync(&atelier).expect_code(0).json();
    assert_eq!(changed(&run), ("SUCCEEDED", 10));
    atelier.add_boss();
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    let before = orders(&boss, json!({})).await;
    let of = |orders: &[Value], number: i64| orders.iter().find(|order| order["number"] == number).cloned();

    // One of each: an operation more, a status, a note less, an accessory no longer wanted, a new one.
    for change in [
        "INSERT INTO A_Vorgang (ID_A_Kopf, Nummer) VALUES ('K1', '99')",
        "UPDATE A_Kopf SET AufStatus = 'Fertig' WHERE ID = 'K2'",
        "DELETE FROM A_Logbuch WHERE ID = 'L13-1'",
        "UPDATE P_Zubeh SET ZCode = 'FEN' WHERE ID_A_Kopf = 'K4'",
        "DELETE FROM A_Kopf WHERE ID = 'K6'",
        &wanted(30_001),
    ] {
        erp.within(change);
    }
    let run = sync(&atelier).expect_code(0).json();
    assert_eq!(changed(&run), ("SUCCEEDED", 6));
    let after = orders(&boss, json!({})).await;
    assert_eq!(after.len(), 9);
    for (number, same) in [(26_001, false), (26_002, false), (26_003, true), (26_005, true), (26_013, false)] {
        let (before, after) = (of(&before, number).unwrap(), of(&after, number).unwrap());
        assert_eq!((before == after, &before["id"]), (same, &after["id"]), "{number}");
    }
    assert_eq!(of(&after, 26_013).unwrap()["plannedAt"], Value::Null);
    let gone = orders(&boss, json!({ "removed": true })).await;
    assert_eq!(gone.iter().map(|order| order["number"].as_i64().unwrap()).collect::<Vec<_>>(), [26_004, 26_006]);
    assert!(gone.iter().all(|order| order["removedAt"].is_string()));

    // Back, with the same id; the other stays away.
    erp.within("UPDATE P_Zubeh SET ZCode = 'VR-100' WHERE ID_A_Kopf = 'K4'");
    assert_eq!(changed(&sync(&atelier).expect_code(0).json()), ("SUCCEEDED", 1));
    let back = of(&orders(&boss, json!({})).await, 26_004).unwrap();
    assert_eq!((&back["id"], &back["removedAt"]), (&gone[0]["id"], &Value::Null));
    assert_eq!(changed(&sync(&atelier).expect_code(0).json()), ("SUCCEEDED", 0));

    // One that cannot be read any more is not gone.
    erp.within("UPDATE A_Kopf SET AuNummer = NULL WHERE ID = 'K5'");
    assert_eq!(changed(&sync(&atelier).expect_code(2).json()), ("PARTIAL", 0));
    assert_eq!(of(&orders(&boss, json!({})).await, 26_005), of(&after, 26_005));
}

async fn too_many_gone(database: Database) {
    let Some(erp) = Erp::of_samples() else { return };
    erp.within("DELETE FROM A_Kopf WHERE ID = 'K14'");
    let atelier = atelier(&database, &erp);
    sync(&atelier).expect_code(0);
    atelier.add_boss();
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    let alerts = async || {
        let found = boss.query("{ alerts(open: true) { nodes { kind message } } }", json!({})).await;
        let kinds = found["alerts"]["nodes"].as_array().unwrap().iter();
        kinds.map(|alert| alert["kind"].as_str().unwrap().to_owned()).filter(|kind| kind == "ORDERS_MISSING").count()
    };
    // Half of them may be gone.
    erp.within("CREATE TABLE kept AS SELECT * FROM P_Zubeh; DELETE FROM P_Zubeh WHERE ID_A_Kopf IN ('K1', 'K2', 'K3', 'K4', 'K5')");
    assert_eq!(changed(&sync(&atelier).expect_code(0).json()), ("SUCCEEDED", 5));
    // Three of five may not; what is new is stored all the same.
    erp.within(&format!("DELETE FROM P_Zubeh WHERE ID_A_Kopf IN ('K6', 'K10', 'K11'); {}", wanted(30_001)));
    let told = sync(&atelier).expect_code(2);
    assert_eq!(changed(&told.json()), ("PARTIAL", 1));
    assert!(told.stderr.contains("3 of the 5 known orders") && told.stderr.contains("--accept-removals"), "{told:?}");
    assert_eq!((orders(&boss, json!({})).await.len(), alerts().await), (6, 1));
    // Nothing at all is not believed either.
    erp.within("RENAME TABLE P_Zubeh TO away; CREATE TABLE P_Zubeh LIKE away");
    let told = sync(&atelier).expect_code(2);
    assert!(told.json()["error"].as_str().unwrap().contains("6 of the 6"), "{told:?}");
    assert_eq!((orders(&boss, json!({})).await.len(), alerts().await), (6, 1));
    // Unless somebody knows better.
    erp.within("DROP TABLE P_Zubeh; RENAME TABLE away TO P_Zubeh");
    let run = atelier.run(&["sync", "erp", "--json", "--accept-removals"]).expect_code(0).json();
    assert_eq!(changed(&run), ("SUCCEEDED", 3));
    assert_eq!((orders(&boss, json!({})).await.len(), alerts().await), (3, 0));
    erp.within("DROP TABLE P_Zubeh; RENAME TABLE kept TO P_Zubeh");
    assert_eq!(changed(&sync(&atelier).expect_code(0).json()).1, 9, "all but the one that came later are there again");
}

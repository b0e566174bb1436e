//! The samples' orders are what they should be, and a second run writes nothing.

use super::{Erp, atelier, orders, sync};
use crate::harness::database::Database;
use crate::harness::on_both;
use crate::harness::samples;
use serde_json::{Value, json};

on_both! {
    the_samples => samples_on_sqlite, samples_on_postgres;
}

async fn the_samples(database: Database) {
    let Some(erp) = Erp::of_samples() else { return };
    let account = format!("reader_{}", erp.name);
    erp.sql(&format!("CREATE USER {account}@'127.0.0.1'; GRANT SELECT ON {}.* TO {account}@'127.0.0.1'", erp.name));
    let atelier = atelier(&database, &erp).env("ATELIER_ERP_URL", erp.url_of(&account, erp.port()));
    let first = sync(&atelier).expect_code(2);
    assert_eq!(selects(&erp, &account), 4, "each table is read once");
    let run = first.json();
    let counts = |run: &Value| ["ordersSeen", "ordersFailed", "ordersChanged"].map(|name| run[name].as_i64().unwrap());
    assert_eq!(
        (run["source"].as_str(), run["status"].as_str(), counts(&run)),
        (Some("ERP"), Some("PARTIAL"), [10, 1, 10])
    );
    assert!(run["error"].as_str().unwrap().contains("K14"), "{run}");

    atelier.add_boss();
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    let found = orders(&boss, json!({})).await;
    let expected = samples::json("erp_expected.json");
    assert_eq!(found.len(), expected["orders"].as_array().unwrap().len());
    for (ours, theirs) in found.iter().zip(expected["orders"].as_array().unwrap()) {
        for name in [
            "number",
            "extension",
            "status",
            "jobSite",
            "customerNumber",
            "technician",
            "priceBeforeTax",
            "plannedAt",
            "stockManaged",
            "accessories",
            "operations",
            "notes",
        ] {
            assert_eq!(ours[name], theirs[name], "{name} of {}", theirs["id_commande"]);
        }
        assert_eq!((&ours["customerName"], &ours["removedAt"]), (&Value::Null, &Value::Null));
    }
    drop(serving);
    if let Database::Postgres(rows) = &database {
        let view = "SELECT concat_ws('|', id_commande, numero_commande, extension, statut, affaire, code_accessoire, numero_operation)
             FROM commandes_volets ORDER BY id_commande, code_accessoire COLLATE \"C\", numero_operation COLLATE \"C\"";
        let wanted: Vec<String> = expected["view"].as_array().unwrap().iter().map(line).collect();
        assert_eq!(rows.sql(view), wanted);
        let latest = "SELECT DISTINCT id_commande || ' ' || (date_modification AT TIME ZONE 'UTC') FROM commandes_volets \
             WHERE id_commande = 'K13'";
        assert_eq!(rows.sql(latest), ["K13 2026-03-13 10:30:00"]);
    }

    let again = sync(&atelier).expect_code(2).json();
    assert_eq!(counts(&again), [10, 1, 0], "what did not change is not written");
    let serving = atelier.serve().await;
    assert_eq!(orders(&serving.boss().await, json!({})).await, found, "not even the time");
    let runs =
        serving.boss().await.query("{ syncRuns(source: ERP) { nodes { source ordersChanged } } }", json!({})).await;
    assert_eq!(runs["syncRuns"]["nodes"][1]["ordersChanged"], 10);
    drop(serving);
    // The schema goes back a step, and forth again.
    atelier.run(&["migrate", "down"]).expect_code(0);
    sync(&atelier).expect_code(2);
    erp.sql(&format!("DROP USER {account}@'127.0.0.1'"));
}

fn line(row: &Value) -> String {
    let cells =
        row.as_array().unwrap().iter().map(|cell| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned));
    cells.collect::<Vec<_>>().join("|")
}

/// How many `SELECT`s an account has had run.
fn selects(erp: &Erp, account: &str) -> u64 {
    let sql = format!("SELECT SELECT_COMMANDS FROM information_schema.USER_STATISTICS WHERE USER = '{account}'");
    erp.sql(&sql).first().map_or(0, |count| count.parse().unwrap())
}

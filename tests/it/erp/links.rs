//! Orders that the logs' pieces name.

use super::{Erp, Value, atelier, sync, wanted};
use crate::harness::database::Database;
use crate::harness::on_both;
use crate::harness::samples::Tree;
use serde_json::json;

on_both! {
    names => logs_name_orders_on_sqlite, logs_name_orders_on_postgres;
}

const LOG: &str = "20250616 06:00:00|@JobProfiel: R:CDE26002 L:1000 C:BLANC
20250616 06:01:00|@StukUitgevoerd: CDE26001A/1
20250616 06:02:00|@StukUitgevoerd: CDE26001A/2
20250616 06:03:00|@StukUitgevoerd: 207151/3
20250616 06:04:00|@StukUitgevoerd: CDE26099/1
";

async fn names(database: Database) {
    let Some(erp) = Erp::of_samples() else { return };
    let tree = Tree::empty();
    tree.write("DEM12 (PVC)/20250616.LOG", LOG.as_bytes());
    let atelier = atelier(&database, &erp).env("ATELIER_LOG_DIR", tree.path().to_str().unwrap());
    atelier.sync();
    sync(&atelier).expect_code(2);
    atelier.add_boss();
    let ask = async |atelier: &crate::harness::atelier::Atelier| {
        let serving = atelier.serve().await;
        let boss = serving.boss().await;
        let session = boss
            .query("{ sessions { nodes { date orders { number extension sessions { date } } } } }", json!({}))
            .await;
        let unmatched =
            boss.query("{ unmatchedOrderNumbers { number extension sessions pieces lastDate } }", json!({})).await;
        let orders = session["sessions"]["nodes"][0]["orders"].clone();
        (orders, unmatched["unmatchedOrderNumbers"].clone())
    };
    assert_eq!(ask(&atelier).await, (json!([]), json!([])), "nobody said how logs name orders");

    let atelier = atelier.env("ATELIER_ERP_ORDER_IN_DETAILS", "CDE(?<number>\\d{5})(?<extension>[A-Z]?)");
    atelier.sync();
    let order = |number: i32| json!({ "number": number, "extension": "A", "sessions": [{ "date": "2025-06-16" }] });
    let unknown = |pieces: i32| json!([{ "number": 26099, "extension": null, "sessions": 1, "pieces": pieces, "lastDate": "2025-06-16" }]);
    assert_eq!(ask(&atelier).await, (json!([order(26_001), order(26_002)]), unknown(1)));

    // The day goes on, and the order that was not known comes.
    tree.write("DEM12 (PVC)/20250616.LOG", format!("{LOG}20250616 06:05:00|@StukUitgevoerd: CDE26099/2\n").as_bytes());
    atelier.sync();
    assert_eq!(ask(&atelier).await.1, unknown(2));
    erp.within(&wanted(26_099));
    sync(&atelier).expect_code(2);
    assert_eq!(ask(&atelier).await, (json!([order(26_001), order(26_002), order(26_099)]), json!([])));

    // Another way of naming, then none.
    let atelier = atelier.env("ATELIER_ERP_ORDER_IN_DETAILS", "CDE(260\\d2)");
    atelier.sync();
    assert_eq!(ask(&atelier).await, (json!([order(26_002)]), json!([])));
    let atelier = atelier.without("ATELIER_ERP_ORDER_IN_DETAILS");
    atelier.sync();
    assert_eq!(ask(&atelier).await, (json!([]), Value::Array(Vec::new())));

    for (pattern, remedy) in [("CDE(", "no regular expression"), ("x*", "finds something in every text")] {
        let told = atelier.run_env(&["check"], "ATELIER_ERP_ORDER_IN_DETAILS", pattern).expect_code(1);
        assert!(told.stderr.contains(remedy), "{told:?}");
    }
}

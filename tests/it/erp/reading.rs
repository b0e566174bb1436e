//! However old and odd the ERP is, what it says is read; and nothing else is.

use super::{Erp, ORDERS, Value, atelier, orders, sync, wanted};
use crate::harness::certificates::Authority;
use crate::harness::database::Database;
use crate::harness::mariadb::Server;
use serde_json::json;

const HEADS: &str = "ID VARCHAR(40), AUNUMMER DECIMAL(10,0), AUALPHA CHAR(4), KOMMISSION VARCHAR(99), KUNDENBEZ VARCHAR(99), \
    A_VORMWST DOUBLE, EMAIL VARCHAR(99)";

/// An ERP of another letter case, of Latin-1 tables, without some columns, and with times as old programs keep them.
const OLD: &str = "CREATE TABLE a_kopf (id CHAR(40), AUNUMMER DECIMAL(10,0), AUALPHA CHAR(4), KOMMISSION VARCHAR(99), \
      A_VORMWST DOUBLE) CHARSET latin1; \
    CREATE TABLE a_logbuch (ID_A_KOPF CHAR(40), NOTIZ TEXT, DATUM DATE, ZEIT DATETIME) CHARSET latin1; \
    CREATE TABLE p_zubeh (id_a_kopf CHAR(40), zcode VARCHAR(40), position TINYINT, stueck FLOAT) CHARSET latin1; \
    CREATE TABLE a_vorgang (id_a_kopf CHAR(40), nummer INT, datum DATETIME, zeit VARCHAR(8)) CHARSET latin1; \
    INSERT INTO a_kopf VALUES ('A', 26001, 'é', CONVERT(UNHEX('52C3A973696465') USING latin1), 0.1), \
      ('B', 26002, '', '50 €', NULL); \
    INSERT INTO a_logbuch VALUES ('A', CONVERT(UNHEX('63646520506C616E696669C3A965') USING latin1), '2026-07-01', '1899-12-30 08:15:00'), \
      ('B', 'cde planifiée', '2026-10-25', '1899-12-30 02:30:00'); \
    INSERT INTO p_zubeh VALUES ('A', 'vr 1', 3, 0.1), ('B', 'SOP', NULL, NULL); \
    INSERT INTO a_vorgang VALUES ('A', 10, '2026-01-05 09:00:00', '10:45'), ('A', 9, '0000-00-00', NULL)";

async fn all(atelier: &crate::harness::atelier::Atelier) -> Vec<Value> {
    atelier.add_boss();
    let serving = atelier.serve().await;
    orders(&serving.boss().await, json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erp_of_long_ago() {
    let (database, Some(erp)) = (Database::sqlite(), Erp::empty()) else { return };
    erp.within(&format!("SET sql_mode = ''; {OLD}"));
    let atelier = atelier(&database, &erp);
    let told = sync(&atelier).expect_code(0);
    assert_eq!(told.json()["ordersChanged"], 2, "{told:?}");
    let [first, second] = &all(&atelier).await[..] else { panic!() };
    assert_eq!(
        (&first["extension"], &first["jobSite"], &first["priceBeforeTax"]),
        (&json!("é"), &json!("Réside"), &json!(0.1))
    );
    assert_eq!(first["plannedAt"], "2026-07-01T06:15:00Z");
    assert_eq!(first["accessories"], json!([{ "position": 3, "code": "vr 1", "description": null, "quantity": 0.1 }]));
    let operation = |number: &str, at: Value| json!({ "number": number, "description": null, "at": at, "user": null, "note": null });
    assert_eq!(
        first["operations"],
        json!([operation("9", Value::Null), operation("10", json!("2026-01-05T09:45:00Z"))])
    );
    assert_eq!((&second["jobSite"], &second["status"]), (&json!("50 €"), &Value::Null));
    assert_eq!(second["plannedAt"], "2026-10-25T00:30:00Z", "in the repeated hour the first one counts");
    let checked = atelier.run(&["check"]);
    assert!(checked.stdout.contains("a_kopf has no AufStatus, KundenNr, Techniker"), "{checked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_customers_are_read_only_where_that_is_wanted() {
    let (database, Some(erp)) = (Database::sqlite(), Erp::of_samples()) else { return };
    // One table is in another letter case, which a server tells only those who may see it.
    erp.within("RENAME TABLE A_Vorgang TO a_vorgang");
    // An account that may read what is used, and no name.
    let columns = ["ID, AuNummer, AuAlpha, AufStatus, Kommission, KundenNr, Techniker, A_VorMwSt"];
    let account = format!("reader{}", std::process::id());
    erp.sql(&format!("CREATE OR REPLACE USER {account}@'127.0.0.1' IDENTIFIED BY 'p%w'"));
    erp.sql(&format!("GRANT SELECT ({}) ON {}.A_Kopf TO {account}@'127.0.0.1'", columns[0], erp.name));
    for table in ["A_Logbuch", "P_Zubeh", "a_vorgang"] {
        erp.sql(&format!("GRANT SELECT ON {}.{table} TO {account}@'127.0.0.1'", erp.name));
    }
    let atelier = atelier(&database, &erp).env("ATELIER_ERP_URL", erp.url_of(&format!("{account}:p%25w"), erp.port()));
    let run = sync(&atelier).expect_code(2).json();
    assert_eq!((&run["ordersSeen"], &run["ordersChanged"]), (&json!(10), &json!(10)));
    erp.sql(&format!("GRANT SELECT ON {}.A_Kopf TO {account}@'127.0.0.1'", erp.name));
    assert_eq!(sync(&atelier).expect_code(2).json()["ordersChanged"], 0, "it is not asked for");
    let atelier = atelier.env("ATELIER_ERP_STORE_CUSTOMER_NAME", "true");
    assert_eq!(sync(&atelier).expect_code(2).json()["ordersChanged"], 10);
    atelier.add_boss();
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    let named = orders(&boss, json!({ "search": "CLIENT chantier 5" })).await;
    assert_eq!((named.len(), &named[0]["customerName"]), (1, &json!("Client")));
    drop(serving);
    // Switched off again, the names go, also those of orders that are gone or cannot be read.
    erp.within("DELETE FROM A_Kopf WHERE ID = 'K1'; UPDATE A_Kopf SET AuNummer = NULL WHERE ID = 'K2'");
    sync(&atelier).expect_code(2);
    let atelier = atelier.without("ATELIER_ERP_STORE_CUSTOMER_NAME");
    assert_eq!(sync(&atelier).expect_code(2).json()["ordersChanged"], 8);
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    for removed in [false, true] {
        assert_eq!(orders(&boss, json!({ "search": "client", "removed": removed })).await, [Value::Null; 0]);
        let all = orders(&boss, json!({ "removed": removed })).await;
        assert!(!all.is_empty() && all.iter().all(|order| order["customerName"].is_null()));
    }
    erp.sql(&format!("DROP USER {account}@'127.0.0.1'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn which_orders_are_wanted_is_for_the_plant_to_say() {
    let (database, Some(erp)) = (Database::sqlite(), Erp::of_samples()) else { return };
    let atelier =
        atelier(&database, &erp).env("ATELIER_ERP_ACCESSORIES", "FEN; Xv").env("ATELIER_ERP_NOTES", "PLANIFIÉE;appel");
    assert_eq!(sync(&atelier).expect_code(0).json()["ordersSeen"], 2, "K5 and K7");
    std::fs::write(
        atelier.folder().join("atelier.toml"),
        "[erp]\naccessories = [\"SP-\"]\nnotes = [\"appel\", \"cde\"]\n",
    )
    .unwrap();
    let other = atelier.without("ATELIER_ERP_ACCESSORIES").without("ATELIER_ERP_NOTES");
    erp.within("INSERT INTO A_Logbuch (ID_A_Kopf, Notiz) VALUES ('K11B', 'Appelé')");
    assert_eq!(other.run(&["sync", "erp", "--json", "--accept-removals"]).expect_code(0).json()["ordersSeen"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_pages_and_single_orders_on_sqlite() {
    filters_pages_and_single_orders(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_pages_and_single_orders_on_postgres() {
    if let Some(database) = Database::postgres() {
        filters_pages_and_single_orders(database).await;
    }
}

async fn filters_pages_and_single_orders(database: Database) {
    let Some(erp) = Erp::of_samples() else { return };
    erp.within("UPDATE P_Zubeh SET ZCode = 'VR' WHERE ID_A_Kopf = 'K11B'; INSERT INTO A_Logbuch (ID_A_Kopf, Notiz) VALUES ('K11B', 'cde planifiée')");
    let atelier = atelier(&database, &erp);
    sync(&atelier).expect_code(2);
    atelier.add_boss();
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    let numbers = async |filter: Value| {
        let found = orders(&boss, filter).await;
        found.iter().map(|order| order["number"].as_i64().unwrap() - 26_000).collect::<Vec<_>>()
    };
    assert_eq!(numbers(json!({ "stockManaged": true })).await, [6, 13]);
    assert_eq!(numbers(json!({ "from": "2026-03-04", "to": "2026-03-06" })).await, [4, 5, 6]);
    assert_eq!(numbers(json!({ "search": "residence 12" })).await, [12]);
    assert_eq!(numbers(json!({ "search": "26011 extension" })).await, [11]);
    assert_eq!(numbers(json!({ "search": "c13" })).await, [13]);
    assert_eq!(numbers(json!({ "search": "100%_" })).await, [0; 0]);
    assert_eq!(numbers(json!({ "status": ["Neu"] })).await.len(), 11);
    assert_eq!(numbers(json!({ "status": [] })).await, [0; 0]);
    let document = "query($after: String) { orders(first: 4, after: $after) { nodes { number extension } pageInfo { endCursor hasNextPage } } }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = boss.query(document, json!({ "after": after })).await["orders"].take();
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|order| order["number"].as_i64().unwrap() - 26_000));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, [13, 12, 11, 11, 10, 6, 5, 4, 3, 2, 1]);
    let one =
        "query($number: Int, $extension: String) { order(number: $number, extension: $extension) { jobSite id } }";
    let site = async |number: i32, extension: Value| {
        boss.query(one, json!({ "number": number, "extension": extension })).await["order"]["jobSite"].take()
    };
    assert_eq!(site(26_011, json!("B")).await, "Extension 11");
    assert_eq!(site(26_012, Value::Null).await, "Résidence 12", "the only one of its number");
    assert_eq!(site(26_011, json!("Z")).await, Value::Null);
    assert_eq!(boss.error_code(one, json!({ "number": 26_011 })).await, "BAD_USER_INPUT");
    assert_eq!(boss.error_code(one, json!({})).await, "BAD_USER_INPUT");
    assert_eq!(boss.error_code(ORDERS, json!({ "filter": { "search": "a\u{0}" } })).await, "BAD_USER_INPUT");
    assert_eq!(orders(&boss, json!({ "status": ["\u{0}"] })).await, [Value::Null; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted_or_not_at_all() {
    let authority = Authority::new();
    let pem = authority.sign("localhost");
    let pem = pem.to_str().unwrap();
    let options = [format!("--ssl-cert={pem}"), format!("--ssl-key={pem}"), format!("--ssl-ca={}", authority.file())];
    let Some(server) = Server::start(&[&options[0], &options[1], &options[2]]) else { return };
    let (database, erp) = (Database::sqlite(), server.database());
    erp.within(&format!(
        "CREATE TABLE A_Kopf ({HEADS}); CREATE TABLE A_Logbuch (ID_A_Kopf VARCHAR(40), Notiz TEXT, Datum DATETIME); \
        CREATE TABLE P_Zubeh (ID_A_Kopf VARCHAR(40), Position INT, ZCode VARCHAR(40)); \
        CREATE TABLE A_Vorgang (ID_A_Kopf VARCHAR(40), Nummer VARCHAR(40)); \
        ALTER TABLE A_Kopf ADD AufStatus VARCHAR(9); {}; \
        CREATE USER safe@'%' IDENTIFIED BY 'x' REQUIRE SSL; GRANT SELECT ON *.* TO safe@'%'",
        wanted(1)
    ));
    let url = format!("mysql://safe:x@localhost:{}/{}", erp.port(), erp.name);
    let atelier = atelier(&database, &erp).env("ATELIER_ERP_URL", url);
    let refused = sync(&atelier).expect_code(1);
    assert!(refused.stderr.contains("refuses the user safe"), "{refused:?}");
    let stranger = atelier.run_env(&["sync", "erp"], "ATELIER_ERP_TLS", "on").expect_code(1);
    assert!(stranger.stderr.contains("erp.tls_ca"), "{stranger:?}");
    for (file, cause) in [("/nonexistent.pem", "No such file"), ("/etc/passwd", "no certificate in PEM form")] {
        let told = atelier.run_env(&["sync", "erp"], "ATELIER_ERP_TLS_CA", file).expect_code(1).stderr;
        assert!(told.contains(file) && told.contains(cause), "{told}");
    }
    let atelier = atelier.env("ATELIER_ERP_TLS_CA", authority.file());
    assert_eq!(sync(&atelier).expect_code(0).json()["ordersChanged"], 1);
}

/// What no ERP should have and one had: texts without end, keys in other letters, times of no day, blanks and controls.
#[tokio::test(flavor = "multi_thread")]
async fn oddities() {
    let (database, Some(erp)) = (Database::sqlite(), Erp::of_samples()) else { return };
    erp.within("DELETE FROM A_Kopf WHERE ID = 'K14'; \
        UPDATE P_Zubeh SET ID_A_Kopf = lower(ID_A_Kopf); \
        ALTER TABLE A_Vorgang MODIFY NotizText LONGTEXT; \
         UPDATE A_Vorgang SET NotizText = REPEAT('é', 3000000) WHERE ID_A_Kopf = 'K6' AND Nummer = '10'; \
        ALTER TABLE A_Logbuch MODIFY Zeit DATETIME NULL, MODIFY Datum DATETIME NULL; \
        SET sql_mode = ''; UPDATE A_Logbuch SET Datum = '2026-03-01 10:30:00', Zeit = '0000-00-00 00:00:00' WHERE ID_A_Kopf = 'K1'; \
        ALTER TABLE A_Kopf MODIFY A_VorMwSt VARCHAR(20), MODIFY AuAlpha CHAR(10), MODIFY AuNummer BIGINT; \
        UPDATE A_Kopf SET A_VorMwSt = '1234,5' WHERE ID = 'K1'; \
        INSERT INTO A_Kopf (ID, AuNummer) VALUES ('X\\n1', 2147483648); \
        INSERT INTO P_Zubeh (ID_A_Kopf, ZCode) VALUES ('X\\n1', 'VR'); \
        INSERT INTO A_Logbuch (ID_A_Kopf, Notiz) VALUES ('X\\n1', 'cde planifiée')");
    let atelier = atelier(&database, &erp);
    let told = sync(&atelier).expect_code(2);
    let run = told.json();
    assert_eq!((&run["ordersSeen"], &run["ordersFailed"]), (&json!(10), &json!(1)), "{told:?}");
    let error = run["error"].as_str().unwrap();
    assert_eq!(error.lines().count(), 1);
    assert!(error.contains("no number that can be used (its AuNummer is '2147483648')"), "{error}");
    let found = all(&atelier).await;
    assert_eq!(
        (&found[0]["plannedAt"], &found[0]["priceBeforeTax"]),
        (&json!("2026-03-01T09:30:00Z"), &json!(1_234.5))
    );
    assert_eq!(found[0]["extension"], "A");
    let long = found.iter().find(|order| order["number"] == 26_006).unwrap();
    assert_eq!(long["operations"][0]["note"].as_str().unwrap().chars().count(), 20_000);
    assert_eq!(sync(&atelier).expect_code(2).json()["ordersChanged"], 0);
}

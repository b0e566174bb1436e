//! Orders from the ERP: a real MariaDB, the built program, both databases.

mod changes;
mod faults;
mod links;
mod reading;
mod rest;
mod samples;

use crate::harness::atelier::{Atelier, Output};
use crate::harness::database::Database;
use crate::harness::graphql::Client;
use crate::harness::mariadb::Erp;
use serde_json::{Value, json};

const ORDERS: &str = "query($filter: OrderFilter) { orders(filter: $filter, first: 500) { totalCount nodes { \
    id number extension status jobSite customerNumber customerName technician priceBeforeTax plannedAt stockManaged \
    accessories { position code description quantity } operations { number description at user note } \
    notes { code at user text } syncedAt removedAt } } }";

/// The program, told of an ERP.
fn atelier(database: &Database, erp: &Erp) -> Atelier {
    Atelier::new(database).env("ATELIER_ERP_URL", erp.url()).env("ATELIER_ERP_SCHEDULE", "off")
}

fn sync(atelier: &Atelier) -> Output {
    atelier.run(&["sync", "erp", "--json"])
}

/// The orders that pass a filter, by number.
async fn orders(client: &Client, filter: Value) -> Vec<Value> {
    let found = client.query(ORDERS, json!({ "filter": filter })).await;
    let mut nodes = found["orders"]["nodes"].as_array().unwrap().clone();
    assert_eq!(found["orders"]["totalCount"], nodes.len());
    nodes.sort_by_key(|order| (order["number"].as_i64(), order["extension"].to_string()));
    nodes
}

/// An order of its own, wanted: the statements that make it.
fn wanted(number: u32) -> String {
    format!(
        "INSERT INTO A_Kopf (ID, AuNummer, AuAlpha, AufStatus) VALUES ('W{number}', {number}, 'A', 'Neu'); \
         INSERT INTO P_Zubeh (ID_A_Kopf, Position, ZCode) VALUES ('W{number}', 1, 'VR-1'); \
         INSERT INTO A_Logbuch (ID_A_Kopf, Datum, Notiz) VALUES ('W{number}', '2026-03-01 10:00:00', 'cde Planifiée');"
    )
}

//! Orders over REST are GraphQL's.

use super::{Erp, ORDERS, atelier, sync};
use crate::harness::database::Database;
use crate::harness::on_both;
use crate::rest::get;
use reqwest::Method;
use serde_json::{Value, json};

on_both! {
    rest => orders_over_rest_are_graphql_s_on_sqlite, orders_over_rest_are_graphql_s_on_postgres;
}

async fn rest(database: Database) {
    let Some(erp) = Erp::of_samples() else { return };
    let atelier = atelier(&database, &erp);
    sync(&atelier);
    atelier.add_boss();
    let serving = atelier.serve().await;
    let boss = serving.boss().await;
    let told = async |address: &str| get(&serving.base, &boss, Method::GET, &format!("/api/v1/{address}")).await.json();
    for (query, filter) in [
        ("first=500&count=true", json!({})),
        ("first=500&count=true&stockManaged=true", json!({"stockManaged": true})),
        ("first=500&count=true&removed=true", json!({"removed": true})),
        (
            "first=500&count=true&from=2025-03-01&search=r%C3%A9sidence",
            json!({"from": "2025-03-01", "search": "résidence"}),
        ),
    ] {
        let expected = boss.query(ORDERS, json!({ "filter": filter })).await;
        let mut found = told(&format!("orders?{query}")).await;
        assert_eq!(found["totalCount"], expected["orders"]["totalCount"], "{query}");
        for order in found["items"].as_array_mut().unwrap() {
            assert_eq!(told(&format!("orders/{}", order["id"].as_str().unwrap())).await, *order);
            assert_eq!(order.as_object_mut().unwrap().remove("sessionIds"), Some(json!([])));
        }
        assert_eq!(found["items"], expected["orders"]["nodes"], "{query}");
        assert!(!query.ends_with("count=true") || found["items"] != Value::Array(Vec::new()));
    }
    let page = told("orders?first=2").await;
    let next = told(&format!("orders?first=2&after={}", page["pageInfo"]["endCursor"].as_str().unwrap())).await;
    let all = told("orders?first=4").await;
    assert_eq!(
        json!([&page["items"], &next["items"]].map(|part| part.as_array().unwrap().clone()).concat()),
        all["items"]
    );
}

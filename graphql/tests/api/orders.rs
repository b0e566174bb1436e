//! Orders and what points to them.

use crate::fake::{Store, ask, data, over};
use atelier_application::ports::orders::OrderFilter;
use atelier_domain::time::Instant;
use atelier_graphql::Limits;
use chrono::{DateTime, FixedOffset};
use serde_json::json;

fn at(text: &str) -> Instant {
    let at: DateTime<FixedOffset> = text.parse().unwrap_or_default();
    at.to_utc().into()
}

#[tokio::test]
async fn an_order_has_all_it_holds_and_each_kind_is_asked_for_once() {
    for sessions in [2, 40] {
        let store = Store::of(1, sessions);
        let schema = over(&store, &Limits::default());
        let query =
            "{ orders { totalCount nodes { id number extension status jobSite customerNumber customerName technician
            priceBeforeTax plannedAt stockManaged syncedAt removedAt accessories { position code description quantity }
            operations { number description at user note } notes { code at user text }
            sessions { date orders { number sessions { date } } } } } }";
        let found = data(&schema, query).await["orders"].take();
        let first = found["nodes"].as_array().unwrap().iter().find(|order| order["id"] == "1").unwrap();
        let expected = json!({
            "id": "1", "number": 26_001, "extension": null, "status": "Neu", "jobSite": "Résidence", "customerNumber": "C1",
            "customerName": null, "technician": null, "priceBeforeTax": 1_000.25, "plannedAt": "2025-06-02T06:00:00Z",
            "stockManaged": false, "syncedAt": "2025-06-15T15:06:40Z", "removedAt": null,
            "accessories": [{ "position": 1, "code": "VR-100", "description": null, "quantity": 1.5 },
                { "position": null, "code": "SOP1", "description": "Moteur", "quantity": null }],
            "operations": [{ "number": "10 VR", "description": null, "at": "2025-06-01T06:00:00Z", "user": "ate", "note": null }],
            "notes": [{ "code": null, "at": null, "user": null, "text": "cde Planifiée" },
                { "code": null, "at": "2025-06-01T06:00:00Z", "user": null, "text": "cde Planifiée" }],
            "sessions": [{ "date": "2025-06-01", "orders": [{ "number": 26_001, "sessions": [{ "date": "2025-06-01" }] }] }],
        });
        assert_eq!(*first, expected);
        let mut calls = store.calls();
        calls.sort_unstable();
        let once = ["accessories", "count_orders", "operations", "order_notes", "orders", "orders_of_sessions"];
        let twice = ["sessions_by_id", "sessions_of_orders"];
        let mut expected: Vec<_> = once.into_iter().chain(twice).chain(twice).collect();
        expected.sort_unstable();
        assert_eq!(calls, expected);
    }
}

#[tokio::test]
async fn dates_are_the_plants_and_words_have_neither_case_nor_accent() {
    let store = Store::of(1, 1);
    let schema = over(&store, &Limits::default());
    data(&schema, "{ orders(filter: {from: \"2026-03-29\", to: \"2026-03-29\", status: [\"Neu\"], stockManaged: false, search: \" ÉTÉ  26001 \"}) { nodes { id } } }").await;
    let expected = OrderFilter {
        statuses: Some(vec!["Neu".to_owned()]),
        planned_from: Some(at("2026-03-29T00:00:00+01:00")),
        planned_before: Some(at("2026-03-30T00:00:00+02:00")),
        stock_managed: Some(false),
        words: vec!["ete".to_owned(), "26001".to_owned()],
        removed: false,
    };
    data(&schema, "{ orders(filter: {removed: true, search: \"\"}) { nodes { id } } }").await;
    let removed = OrderFilter { removed: true, ..OrderFilter::default() };
    assert_eq!(*store.asked_orders.lock().unwrap(), [expected, removed]);
    let long = format!("{{ orders(filter: {{search: \"{}\"}}) {{ nodes {{ id }} }} }}", "é".repeat(201));
    let refused = ask(&schema, &long).await;
    assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": "search" }));
}

#[tokio::test]
async fn one_order_is_found_by_id_or_by_number() {
    let schema = over(&Store::of(1, 6), &Limits::default());
    for (arguments, id) in [
        ("id: 2", json!("2")),
        ("id: 2, number: 26001", json!("2")),
        ("id: 2, number: 26002", json!(null)),
        ("id: 2, extension: \"C\"", json!(null)),
        ("number: 26001, extension: \"B\"", json!("2")),
        ("number: 26001", json!("1")),
        ("number: 26001, extension: \"\"", json!("1")),
        ("number: 26002", json!("4")),
        ("number: 26003, extension: \"B\"", json!("6")),
        ("number: 26003, extension: \"C\"", json!(null)),
        ("number: 1", json!(null)),
    ] {
        let found = data(&schema, &format!("{{ order({arguments}) {{ id }} }}")).await;
        assert_eq!(found["order"].get("id").cloned().unwrap_or_default(), id, "{arguments}");
    }
    for (arguments, field) in [("", "id"), ("(extension: \"B\")", "id"), ("(id: \"x\")", "id")] {
        let refused = ask(&schema, &format!("{{ order{arguments} {{ id }} }}")).await;
        assert_eq!(refused["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": field }));
    }
}

#[tokio::test]
async fn names_without_an_order_are_listed() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let query = "{ unmatchedOrderNumbers { number extension sessions pieces lastDate } }";
    let name = |number: i32, extension: Option<&str>| json!({ "number": number, "extension": extension, "sessions": 3, "pieces": 5_000_000_000_u64, "lastDate": "2025-06-01" });
    assert_eq!(data(&schema, query).await["unmatchedOrderNumbers"], json!([name(1, None), name(2, Some("B"))]));
    let one = data(&schema, "{ unmatchedOrderNumbers(first: 1) { number } }").await;
    assert_eq!(one["unmatchedOrderNumbers"], json!([{ "number": 1 }]));
    let refused = ask(&schema, "{ unmatchedOrderNumbers(first: 501) { number } }").await;
    assert_eq!(refused["errors"][0]["extensions"]["field"], "first");
}

#[tokio::test]
async fn pages() {
    let schema = over(&Store::of(1, 8), &Limits::default());
    let query = |after: &str| {
        format!(
            "{{ orders(first: 2{after}) {{ edges {{ cursor node {{ number }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        )
    };
    let first = data(&schema, &query("")).await["orders"].take();
    assert_eq!(
        (&first["pageInfo"]["hasNextPage"], &first["pageInfo"]["hasPreviousPage"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(first["pageInfo"]["startCursor"], first["edges"][0]["cursor"]);
    let second = data(&schema, &query(&format!(", after: {}", first["pageInfo"]["endCursor"]))).await["orders"].take();
    assert!(second["edges"][0]["node"]["number"].as_i64() < first["edges"][0]["node"]["number"].as_i64());
    let refused = ask(&schema, &query(", after: \"x\"")).await;
    assert_eq!(refused["errors"][0]["extensions"]["field"], "after");
}

//! Depth and cost.

use crate::fake::{Store, ada, ask, data, over};
use async_graphql::{BatchRequest, Executor, Request};
use atelier_graphql::Limits;
use serde_json::{Value, json};
use std::fmt::Write;

async fn code(query: &str) -> Value {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let response = ask(&schema, query).await;
    let code = response["errors"][0]["extensions"]["code"].clone();
    assert!(code.is_null() || response["data"].is_null(), "{response}");
    code
}

/// `levels` levels of fields.
fn deep(levels: usize) -> String {
    let pairs = "latestSession { machine {".repeat((levels - 2) / 2);
    let last = if levels.is_multiple_of(2) { "name" } else { "latestSession { id }" };
    format!("{{ machines {{ {pairs} {last} {} }} }}", "} }".repeat((levels - 2) / 2))
}

#[tokio::test]
async fn twelve_levels_and_no_more() {
    assert_eq!(code(&deep(12)).await, Value::Null);
    assert_eq!(code(&deep(13)).await, "QUERY_TOO_COMPLEX");
    assert_eq!(code(&format!("{{ ...F }} fragment F on Query {}", deep(13))).await, "QUERY_TOO_COMPLEX");
    assert_eq!(code(&deep(80)).await, "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn the_nested_query_passes_with_a_hundred_sessions_of_thirty_machines() {
    let nested = |first: u32| {
        format!(
            "{{ machines {{ name sessions(first: {first}) {{ nodes {{ date observed {{ waitRate }} waitPeriods {{ id }} stopPeriods {{ id }} jobs {{ id }} pieces(first: 50) {{ nodes {{ number }} }} }} }} }} }}"
        )
    };
    assert_eq!(code(&nested(100)).await, Value::Null);
    assert_eq!(code(&nested(500)).await, "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn pages_in_variables_count() {
    let schema = over(&Store::of(1, 1), &Limits { complexity: 1_000, ..Limits::default() });
    let query = "query ($n: Int = 500) { sessions(first: $n) { nodes { jobs { id } } } }";
    let refusal = crate::fake::text(&schema, query).await;
    insta::assert_snapshot!(refusal, @r#"{"data":null,"errors":[{"message":"The query asks for about 31000 objects; 1000 are allowed. Ask for smaller pages.","extensions":{"code":"QUERY_TOO_COMPLEX"}}]}"#);
    let small = crate::fake::ask_with(&schema, query, json!({ "n": 3 })).await;
    assert_eq!(small.get("errors"), None, "{small}");
}

#[tokio::test]
async fn introspection_may_be_deep_but_not_without_end() {
    let of_type = "ofType { kind name ".repeat(9) + &"}".repeat(9);
    let usual = format!("{{ __schema {{ types {{ fields {{ args {{ type {{ name {of_type} }} }} }} }} }} }}");
    assert_eq!(code(&usual).await, Value::Null);
    let evil = format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type { ".repeat(8), "} }".repeat(8));
    assert_eq!(code(&evil).await, "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn hostile_documents_are_refused_quickly() {
    let mut bomb = "{ machines { ...F0 } }".to_owned();
    for level in 0..60 {
        write!(bomb, " fragment F{level} on Machine {{ ...F{next} ...F{next} }}", next = level + 1).unwrap();
    }
    bomb += " fragment F60 on Machine { name }";
    assert_eq!(code(&bomb).await, "QUERY_TOO_COMPLEX");

    let mut chain = "{ machines { ...F0 } }".to_owned();
    for level in 0..5_000 {
        write!(chain, " fragment F{level} on Machine {{ ...F{} }}", level + 1).unwrap();
    }
    assert_eq!(code(&chain).await, "QUERY_TOO_COMPLEX");

    assert_eq!(
        code("{ machines { ...A } } fragment A on Machine { ...B } fragment B on Machine { ...A }").await,
        "BAD_USER_INPUT"
    );
    assert_eq!(code(&format!("{{ machines {{ {} }} }}", "name ".repeat(20_000))).await, "QUERY_TOO_COMPLEX");
    assert_eq!(code(&"{a".repeat(60_000)).await, "QUERY_TOO_COMPLEX");
    assert_eq!(
        code(&format!("{{ machines {{ name {} }} }}", "@include(if: true) ".repeat(100))).await,
        "QUERY_TOO_COMPLEX"
    );
}

#[tokio::test]
async fn ten_requests_in_a_batch() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let batch = |count| BatchRequest::Batch((0..count).map(|_| Request::new("{ me { id } }").data(ada())).collect());
    let answers = serde_json::to_value(schema.execute_batch(batch(10)).await).unwrap();
    assert_eq!(answers.as_array().unwrap().len(), 10);
    let refusal = serde_json::to_value(schema.execute_batch(batch(11)).await).unwrap();
    assert_eq!(refusal["errors"][0]["extensions"]["code"], "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn a_skipped_selection_leaves_an_empty_object() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    assert_eq!(data(&schema, "{ machines { name @skip(if: true) } }").await, json!({ "machines": [{}] }));
    assert_eq!(
        data(&schema, "{ session(id: 1) { observed { waitRate @include(if: false) } } }").await,
        json!({ "session": { "observed": {} } })
    );
    assert_eq!(data(&schema, "{ me @skip(if: true) { id } }").await, json!({}));
}

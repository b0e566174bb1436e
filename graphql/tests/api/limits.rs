//! How much one request may ask for.

use crate::fake::{Store, ada, admin, ask, data, json as told, operator, over};
use async_graphql::{BatchRequest, Executor, Request};
use atelier_graphql::{Introspection, Limits};
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Duration;

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

#[tokio::test]
async fn a_hundred_fields_at_the_root_however_they_are_written() {
    let many = |count: usize| "machines { id } ".repeat(count);
    assert_eq!(code(&format!("{{ {} }}", many(100))).await, Value::Null);
    for query in [
        format!("{{ {} }}", many(101)),
        format!("{{ {} ... {{ {} }} }}", many(50), many(51)),
        format!("{{ ...F ...F ...F }} fragment F on Query {{ {} }}", many(34)),
    ] {
        assert_eq!(code(&query).await, "QUERY_TOO_COMPLEX", "{query}");
    }
}

#[tokio::test]
async fn five_hundred_aliases_and_directives_wherever_they_stand() {
    let aliases = |count: usize| (0..count).fold(String::new(), |text, n| format!("{text} a{n}: name"));
    assert_eq!(code(&format!("{{ machines {{ {} }} }}", aliases(500))).await, Value::Null);
    assert_eq!(code(&format!("{{ machines {{ {} }} }}", aliases(501))).await, "QUERY_TOO_COMPLEX");
    let spread = format!(
        "{{ machines {{ ...F latestSession {{ machine {{ ...F }} }} }} }} fragment F on Machine {{ {} }}",
        aliases(251)
    );
    assert_eq!(code(&spread).await, "QUERY_TOO_COMPLEX");
    let directives = |count: usize| "name @include(if: true) ".repeat(count);
    assert_eq!(code(&format!("{{ machines {{ {} }} }}", directives(500))).await, Value::Null);
    assert_eq!(code(&format!("{{ machines {{ {} }} }}", directives(501))).await, "QUERY_TOO_COMPLEX");
    let fragments = "... @include(if: true) { name } ".repeat(501);
    assert_eq!(code(&format!("{{ machines {{ {fragments} }} }}")).await, "QUERY_TOO_COMPLEX");
}

#[tokio::test(start_paused = true)]
async fn a_query_that_takes_too_long_is_given_up_and_a_mutation_is_not() {
    let store = Store::of(1, 1);
    *store.slow.lock().unwrap() = Duration::from_secs(20);
    let schema = over(&store, &Limits { time: Duration::from_secs(15), ..Limits::default() });
    let refusal = crate::fake::text(&schema, "{ machines { name } }").await;
    insta::assert_snapshot!(refusal, @r#"{"data":null,"errors":[{"message":"The query took longer than 15 s and was given up: ask for less at once.","extensions":{"code":"QUERY_TOO_COMPLEX"}}]}"#);
    let change = Request::new(r#"mutation { createMachine(input: {name: "A", type: PVC, folder: "a"}) { name } }"#);
    let answer = told(&schema.execute(change.data(admin())).await);
    assert!(!answer.to_string().contains("given up"), "{answer}");
}

#[tokio::test]
async fn what_the_schema_is_is_told_to_whom_it_may_be() {
    let queries = [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Machine\") { name } }",
        "{ ...F } fragment F on Query { machines { id } ... { __schema { queryType { name } } } }",
    ];
    let refused = async |introspection, caller: atelier_graphql::Caller, query: &str| {
        let schema = over(&Store::of(1, 1), &Limits { introspection, ..Limits::default() });
        let answer = told(&schema.execute(Request::new(query).data(caller)).await);
        match answer.get("errors") {
            Some(errors) => {
                assert_eq!((&answer["data"], &errors[0]["extensions"]["code"]), (&Value::Null, &json!("FORBIDDEN")));
                true
            }
            None => false,
        }
    };
    for query in queries {
        assert!(!refused(Introspection::SignedIn, ada(), query).await);
        assert!(refused(Introspection::Admins, operator(), query).await);
        assert!(!refused(Introspection::Admins, admin(), query).await);
        assert!(refused(Introspection::Off, admin(), query).await);
    }
    assert!(!refused(Introspection::Off, ada(), "{ __typename machines { __typename } }").await);
}

#[tokio::test]
async fn fields_of_each_item_count() {
    let many = |count: usize| {
        let fields = (0..count).fold(String::new(), |text, n| format!("{text} a{n}: number"));
        format!("{{ sessions(first: 500) {{ nodes {{ pieces(first: 500) {{ nodes {{ {fields} }} }} }} }} }}")
    };
    // 500 sessions of 500 pieces are 250,000.
    assert_eq!(code(&many(9)).await, Value::Null);
    assert_eq!(code(&many(14)).await, "QUERY_TOO_COMPLEX");
}

#[tokio::test(start_paused = true)]
async fn a_query_has_no_more_time_over_a_socket() {
    let store = Store::of(1, 1);
    *store.slow.lock().unwrap() = Duration::from_secs(20);
    let schema = over(&store, &Limits { time: Duration::from_secs(15), ..Limits::default() });
    let request = Request::new("{ machines { name } }").data(ada());
    let answers: Vec<_> = futures_util::StreamExt::collect(schema.execute_stream(request, None)).await;
    let answer = told(&answers[0]);
    assert_eq!(
        (answers.len(), &answer["errors"][0]["extensions"]["code"]),
        (1, &json!("QUERY_TOO_COMPLEX")),
        "{answer}"
    );
}

#[tokio::test(start_paused = true)]
async fn so_many_requests_of_a_user_are_at_work_at_once() {
    let store = Store::of(1, 1);
    *store.slow.lock().unwrap() = Duration::from_secs(10);
    let schema = over(&store, &Limits { at_work: 2, ..Limits::default() });
    let begun = tokio::time::Instant::now();
    let all = (0..6).map(|_| schema.execute(Request::new("{ machines { name } }").data(ada())));
    for answer in futures_util::future::join_all(all).await {
        assert!(answer.errors.is_empty(), "{answer:?}");
    }
    assert_eq!(begun.elapsed().as_secs(), 30);
}

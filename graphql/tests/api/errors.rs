//! Errors: their codes, their words, and what is left of the data.

use crate::fake::{Store, ask, data, json as to_json, over, text};
use async_graphql::{Executor, Request};
use atelier_graphql::Limits;
use serde_json::{Value, json};

#[tokio::test]
async fn our_faults_tell_a_reference_and_nothing_else() {
    let store = Store::of(2, 3);
    store.fail("waits");
    let schema = over(&store, &Limits::default());
    let response = ask(&schema, "{ machines { name sessions { nodes { id waitPeriods { id } } } } }").await;
    assert_eq!(response["data"], Value::Null);
    assert_eq!(response["errors"].as_array().unwrap().len(), 1, "{response}");
    let error = &response["errors"][0];
    let reference = error["extensions"]["reference"].as_str().unwrap();
    assert_eq!(error["extensions"]["code"], "INTERNAL");
    assert_eq!(
        error["message"],
        format!("Something went wrong on our side; the log has more under the reference {reference}.")
    );
    assert!(!response.to_string().contains("relation"), "{response}");
    assert_eq!(store.calls().iter().filter(|call| **call == "waits").count(), 1);
}

#[tokio::test]
async fn a_failed_field_nulls_the_nearest_parent_that_may_be_null() {
    let store = Store::of(1, 1);
    let schema = over(&store, &Limits::default());
    let response =
        ask(&schema, "{ me { username } machine(id: 1) { name sessions(first: 501) { totalCount } } }").await;
    assert_eq!(response["data"], json!({ "me": { "username": "ada" }, "machine": null }));
    let response = ask(&schema, "{ machines { name latestSession { id pieces(last: -1) { totalCount } } } }").await;
    assert_eq!(response["data"], json!({ "machines": [{ "name": "M01", "latestSession": null }] }));
    assert_eq!(response["errors"][0]["path"], json!(["machines", 0, "latestSession", "pieces"]));
}

#[tokio::test]
async fn fields_have_the_order_of_the_query_whoever_is_ready_first() {
    let store = Store::of(1, 1);
    let schema = over(&store, &Limits::default());
    let query = "{ session(id: 1) { waitPeriods { id } id machine { latestSession { id } name } ...Rest } me { username } } fragment Rest on Session { date jobs { id } totalPieces id }";
    let text = text(&schema, query).await;
    insta::assert_snapshot!(text, @r#"{"data":{"session":{"waitPeriods":[{"id":"10"}],"id":"1","machine":{"latestSession":{"id":"1"},"name":"M01"},"date":"2025-06-01","jobs":[{"id":"11"},{"id":"12"},{"id":"13"}],"totalPieces":120},"me":{"username":"ada"}}}"#);
}

#[tokio::test]
async fn what_is_unknown_is_null_and_what_is_no_id_is_bad_input() {
    let store = Store::of(1, 1);
    let schema = over(&store, &Limits::default());
    let unknown = "{ session(id: 99) { id } a: machine(id: 99) { id } b: machine(name: \"x\") { id } c: machine(id: 1, name: \"x\") { id } d: machine(id: 1, name: \"M01\") { id } }";
    assert_eq!(
        data(&schema, unknown).await,
        json!({ "session": null, "a": null, "b": null, "c": null, "d": { "id": "1" } })
    );
    let answer = text(&schema, "{ session(id: \"x\") { id } }").await;
    insta::assert_snapshot!(answer, @r#"{"data":null,"errors":[{"message":"`id` must be an id as the API gives it: a whole number.","locations":[{"line":1,"column":3}],"path":["session"],"extensions":{"code":"BAD_USER_INPUT","field":"id"}}]}"#);
    let answer = ask(&schema, "{ machine { id } }").await;
    assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "field": "id" }));
}

#[tokio::test]
async fn errors_of_the_library_are_bad_input() {
    let store = Store::of(1, 1);
    let schema = over(&store, &Limits::default());
    for query in [
        "{ machines { nothing } }",
        "{ machines",
        "{ sessions(first: \"x\") { totalCount } }",
        "{ sessions(filter: {from: \"2025-6-1\"}) { totalCount } }",
        "query A { me { id } } query B { me { id } }",
        "subscription { sessionCreated { id } }",
        "subscription { a: sessionCreated { id } b: sessionCreated { id } }",
        "query ($id: ID!) { session(id: $id) { id } }",
    ] {
        let response = ask(&schema, query).await;
        assert_eq!(response["data"], Value::Null, "{query} {response}");
        assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{query} {response}");
    }
    let unknown =
        to_json(&schema.execute(Request::new("{ me { id } }").operation_name("Other").data(crate::fake::ada())).await);
    insta::assert_snapshot!(unknown, @r#"{"data":null,"errors":[{"extensions":{"code":"BAD_USER_INPUT"},"message":"The document has no operation named `Other`."}]}"#);
}

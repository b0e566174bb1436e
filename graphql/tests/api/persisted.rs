//! Automatic persisted queries.

use crate::fake::{Store, ada, json, over, send};
use async_graphql::{Executor, Request, Value as Gql};
use atelier_graphql::{AtelierSchema, Caller, Limits};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const QUERY: &str = "{ machines { name } }";

fn hash(query: &str) -> String {
    Sha256::digest(query.as_bytes()).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn request(query: &str, extension: Value) -> Request {
    let mut request = Request::new(query);
    request.extensions.insert("persistedQuery".to_owned(), Gql::from_json(extension).unwrap());
    request
}

fn known(hash: &str) -> Value {
    json!({ "version": 1, "sha256Hash": hash })
}

async fn code(schema: &AtelierSchema, request: Request) -> Value {
    json(&send(schema, request).await)["errors"][0]["extensions"]["code"].clone()
}

#[tokio::test]
async fn a_document_is_known_by_its_hash_once_it_was_sent() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let unknown = json(&send(&schema, request("", known(&hash(QUERY)))).await);
    // Clients look for these very words.
    assert_eq!(
        unknown,
        json!({"data": null, "errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]})
    );
    let told = json(&send(&schema, request(QUERY, known(&hash(QUERY)))).await);
    assert_eq!(told["data"]["machines"].as_array().map(Vec::len), Some(1), "{told}");
    let again = json(&send(&schema, request("", known(&hash(QUERY).to_uppercase()))).await);
    assert_eq!(again, told);
}

#[tokio::test]
async fn only_who_is_signed_in_has_documents_remembered_and_only_good_ones() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let stranger = schema.execute(request(QUERY, known(&hash(QUERY))).data(Caller::Anonymous)).await;
    assert_eq!(json(&stranger)["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(code(&schema, request("", known(&hash(QUERY)))).await, "PERSISTED_QUERY_NOT_FOUND");
    let open = "{ __typename }";
    schema.execute(request(open, known(&hash(open))).data(Caller::Anonymous)).await;
    assert_eq!(code(&schema, request("", known(&hash(open)))).await, "PERSISTED_QUERY_NOT_FOUND");
    let bad = "{ machines { ";
    assert_eq!(code(&schema, request(bad, known(&hash(bad)))).await, "BAD_USER_INPUT");
    assert_eq!(code(&schema, request("", known(&hash(bad)))).await, "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn a_document_is_never_taken_for_another() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    assert_eq!(code(&schema, request("{ me { id } }", known(&hash(QUERY)))).await, "BAD_USER_INPUT");
    assert_eq!(code(&schema, request("", known(&hash(QUERY)))).await, "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn what_is_no_hash_is_refused() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    for extension in [
        json!(null),
        json!("x"),
        json!({}),
        json!({"version": 2, "sha256Hash": hash(QUERY)}),
        json!({"version": 1, "sha256Hash": 7}),
        json!({"version": 1, "sha256Hash": "é".repeat(32)}),
        json!({"version": 1, "sha256Hash": "+1".repeat(32)}),
        json!({"version": 1, "sha256Hash": "0".repeat(63)}),
    ] {
        assert_eq!(code(&schema, request(QUERY, extension.clone())).await, "BAD_USER_INPUT", "{extension}");
    }
    assert_eq!(
        json(&schema.execute(Request::new("").data(ada())).await)["errors"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
}

//! `POST /graphql`

use super::{Inside, json_of};
use actix_web::test::{TestRequest, call_service};
use serde_json::{Value, json};

fn post(body: &Value) -> TestRequest {
    TestRequest::post().uri("/graphql").set_json(body)
}

fn raw(body: impl Into<String>) -> TestRequest {
    TestRequest::post().uri("/graphql").insert_header(("content-type", "application/json")).set_payload(body.into())
}

fn standard(request: TestRequest) -> TestRequest {
    request.insert_header(("accept", "application/graphql-response+json, application/json;q=0.9"))
}

const MACHINES: &str = "{ machines { name } }";

#[actix_web::test]
async fn a_request_with_a_token_is_answered() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let bearer = ("authorization", format!("Bearer {}", inside.token(60_000).await));
    let response =
        call_service(&service, post(&json!({"query": MACHINES})).insert_header(bearer.clone()).to_request()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers().get("content-type").unwrap(), "application/json; charset=utf-8");
    let answer = json_of(response).await;
    assert_eq!(answer, json!({"data": {"machines": [{"name": "DEM12"}, {"name": "DEMALU"}, {"name": "SU12"}]}}));

    let batch = json!([{"query": MACHINES}, {"query": "{ machines { id } }"}]);
    let answer = json_of(call_service(&service, post(&batch).insert_header(bearer.clone()).to_request()).await).await;
    assert_eq!(answer.as_array().map(Vec::len), Some(2), "{answer}");

    let response =
        call_service(&service, standard(post(&json!({"query": MACHINES}))).insert_header(bearer).to_request()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers().get("content-type").unwrap(), "application/graphql-response+json; charset=utf-8");
}

#[actix_web::test]
async fn without_a_valid_token_a_request_is_unauthenticated() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let expired = format!("Bearer {}", inside.token(-60_000).await);
    for token in [None, Some("Bearer made.up.token"), Some("Basic am86eA=="), Some(expired.as_str())] {
        let request = |request: TestRequest| match token {
            Some(token) => request.insert_header(("authorization", token)),
            None => request,
        };
        let response = call_service(&service, request(post(&json!({"query": MACHINES}))).to_request()).await;
        assert_eq!(response.status(), 200, "{token:?}");
        let answer = json_of(response).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{token:?}: {answer}");
        let response = call_service(&service, standard(request(post(&json!({"query": MACHINES})))).to_request()).await;
        assert_eq!(response.status(), 401, "{token:?}");
        assert_eq!(json_of(response).await.get("data"), None);
    }
}

#[actix_web::test]
async fn statuses_follow_the_specification_for_who_accepts_them() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let bearer = ("authorization", format!("Bearer {}", inside.token(60_000).await));
    for query in ["{ machines { name ", "{ nothingLikeThis }", "query A { __typename } query B { __typename }"] {
        let body = json!({"query": query});
        let response = call_service(&service, post(&body).insert_header(bearer.clone()).to_request()).await;
        assert_eq!(response.status(), 200, "{query}");
        let response = call_service(&service, standard(post(&body)).insert_header(bearer.clone()).to_request()).await;
        assert_eq!(response.status(), 400, "{query}");
        let answer = json_of(response).await;
        assert!(answer.get("data").is_none() && answer["errors"].is_array(), "{answer}");
    }
}

#[actix_web::test]
async fn what_is_no_request_is_refused_with_a_reason() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let bearer = ("authorization", format!("Bearer {}", inside.token(60_000).await));
    let batch = json!([{"query": "{a}"}, {"query": "{a}"}, {"query": "{a}"}, {"query": "{a}"}]).to_string();
    let deep = format!("{{\"query\":\"{{a}}\",\"variables\":{}1{}}}", "[".repeat(1000), "]".repeat(1000));
    for (request, status, reason) in [
        (raw("{"), 400, "no GraphQL request"),
        (raw(""), 400, "no GraphQL request"),
        (raw("null"), 400, "no GraphQL request"),
        (raw("{}"), 400, "no GraphQL request"),
        (raw("{\"query\":7}"), 400, "no GraphQL request"),
        (raw(deep), 400, "no GraphQL request"),
        (raw("[]"), 400, "send 1 to 3"),
        (raw(batch), 400, "send 1 to 3"),
        (raw(format!("{{\"query\":\"{}\"}}", "x".repeat(5_000))), 413, "larger than 4 KiB"),
        (TestRequest::post().uri("/graphql").set_payload("{\"query\":\"{a}\"}"), 415, "Content-Type: application/json"),
        (
            TestRequest::post().uri("/graphql").insert_header(("content-type", "text/plain")).set_payload("{a}"),
            415,
            "application/json",
        ),
        (raw("x").insert_header(("content-encoding", "gzip")), 415, "Content-Encoding"),
    ] {
        let response = call_service(&service, request.insert_header(bearer.clone()).to_request()).await;
        assert_eq!(response.status(), status, "{reason}");
        let answer = json_of(response).await;
        let error = &answer["errors"][0];
        assert!(error["message"].as_str().unwrap().contains(reason), "{answer}");
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
    }
}

#[actix_web::test]
async fn nothing_long_is_read_of_strangers() {
    let inside = Inside::with("").await;
    let service = service!(inside);
    let long = json!({"query": format!("{{ __typename }} #{}", "x".repeat(17_000))});
    for token in [None, Some("Bearer made.up.token")] {
        let request = match token {
            Some(token) => post(&long).insert_header(("authorization", token)),
            None => post(&long),
        };
        let answer = json_of(call_service(&service, request.to_request()).await).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
    }
    let bearer = ("authorization", format!("Bearer {}", inside.token(60_000).await));
    let answer = json_of(call_service(&service, post(&long).insert_header(bearer).to_request()).await).await;
    assert_eq!(answer["data"]["__typename"], "Query", "{answer}");
}

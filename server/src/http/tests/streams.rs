//! `POST /graphql` with `Accept: text/event-stream`, over a real socket.

use super::{Inside, PASSWORD, http_client, serve};
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt};
use reqwest::Response;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

const UPDATES: &str = "subscription { sessionUpdated { id } }";

async fn ask(address: std::net::SocketAddr, token: Option<&str>, query: &str) -> Response {
    let request = http_client()
        .post(format!("http://{address}/graphql"))
        .header("accept", "text/event-stream")
        .json(&json!({ "query": query }));
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.unwrap()
}

/// The events of a stream until it ends: name and data.
async fn events(stream: impl Stream<Item = reqwest::Result<Bytes>>) -> Vec<(String, Value)> {
    let whole = async {
        let parts: Vec<_> = stream.map(Result::unwrap).collect().await;
        String::from_utf8(parts.concat()).unwrap()
    };
    let text = timeout(Duration::from_secs(10), whole).await.expect("an end in time");
    let event = |text: &str| {
        let mut lines = text.lines();
        let name = lines.next()?.strip_prefix("event: ")?.to_owned();
        let data = lines.next()?.strip_prefix("data:")?.trim().to_owned();
        Some((name, if data.is_empty() { Value::Null } else { serde_json::from_str(&data).unwrap() }))
    };
    text.split("\n\n").filter_map(event).collect()
}

#[actix_web::test]
async fn a_query_gives_its_result_and_ends() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let token = inside.token(60_000).await;
    let response = ask(server.address(), Some(&token), "{ machines { name } }").await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let told = events(response.bytes_stream()).await;
    let [(next, result), (complete, nothing)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((next.as_str(), complete.as_str(), nothing), ("next", "complete", &Value::Null));
    assert_eq!(result["data"]["machines"].as_array().map(Vec::len), Some(3), "{result}");
}

#[actix_web::test]
async fn a_stream_is_not_kept_back_to_be_compressed() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let token = inside.token(60_000).await;
    let request = http_client()
        .post(format!("http://{}/graphql", server.address()))
        .header("accept", "text/event-stream")
        .header("accept-encoding", "gzip, br, zstd")
        .bearer_auth(token)
        .json(&json!({ "query": "{ __typename }" }));
    let response = request.send().await.unwrap();
    assert!(response.headers().get("content-encoding").is_none_or(|encoding| encoding == "identity"));
    assert_eq!(events(response.bytes_stream()).await.len(), 2);
}

#[actix_web::test]
async fn what_is_refused_is_told_with_a_status_or_as_a_result() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    for token in [None, Some("made.up.token")] {
        let response = ask(server.address(), token, UPDATES).await;
        assert_eq!(response.status(), 401);
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
    let token = inside.token(60_000).await;
    let told = events(ask(server.address(), Some(&token), "subscription { nothing }").await.bytes_stream()).await;
    assert_eq!(told[0].1["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{told:?}");
    assert_eq!(told[1].0, "complete");
}

#[actix_web::test]
async fn a_stream_ends_with_its_token_and_says_so() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let token = inside.token(1_500).await;
    let told = events(ask(server.address(), Some(&token), UPDATES).await.bytes_stream()).await;
    assert_eq!(told[0].1["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{told:?}");
    assert_eq!(told[1].0, "complete");
}

#[actix_web::test]
async fn a_stream_ends_when_its_user_may_no_longer_ask() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let token = inside.token(60_000).await;
    let response = ask(server.address(), Some(&token), UPDATES).await;
    inside.deactivate("jo").await;
    let told = events(response.bytes_stream()).await;
    assert_eq!(told[0].1["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{told:?}");
}

#[actix_web::test]
async fn streams_of_a_user_are_counted_while_they_are_open() {
    let inside = Inside::with("[limits]\nconnections_per_user = 1\n").await;
    let server = serve(&inside);
    let token = inside.token(60_000).await;
    let first = ask(server.address(), Some(&token), UPDATES).await;
    let second = ask(server.address(), Some(&token), UPDATES).await;
    assert_eq!(second.status(), 429);
    let answer: Value = second.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    drop(first);
    for _ in 0..100 {
        if ask(server.address(), Some(&token), UPDATES).await.status() == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a client that is gone still counts");
}

#[actix_web::test]
async fn a_stream_ends_when_the_program_stops() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let pair = inside.api.auth.login("jo", PASSWORD, None).await.unwrap();
    let response = ask(server.address(), Some(&pair.access_token), UPDATES).await;
    inside.api.stopping.cancel();
    assert_eq!(events(response.bytes_stream()).await, []);
    server.stop().await.unwrap();
}

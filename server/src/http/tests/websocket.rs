//! `GET /graphql`, over a real socket.

use super::{Inside, serve};
use crate::http::{Listening, listen};
use crate::wiring;
use atelier_application::ports::users::Role;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(server: &Listening, protocol: Option<&str>) -> Result<Socket, Error> {
    let mut request = format!("ws://{}/graphql", server.address()).into_client_request().unwrap();
    if let Some(protocol) = protocol {
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
    }
    Ok(connect_async(request).await?.0)
}

async fn client(server: &Listening) -> Socket {
    connect(server, Some("graphql-transport-ws")).await.unwrap()
}

async fn say(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

/// The next message, or the code that the connection was closed with.
async fn hear(socket: &mut Socket) -> Result<Value, u16> {
    loop {
        let message = timeout(Duration::from_secs(5), socket.next())
            .await
            .expect("an answer in time")
            .expect("no sudden end")
            .unwrap();
        match message {
            Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
            Message::Close(Some(frame)) => {
                assert!(!frame.reason.is_empty());
                return Err(frame.code.into());
            }
            Message::Close(None) => return Err(CloseCode::Status.into()),
            _ => {}
        }
    }
}

async fn welcomed(inside: &Inside, server: &Listening, millis: i64) -> Socket {
    let mut socket = client(server).await;
    let token = inside.token(millis).await;
    say(&mut socket, json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}})).await;
    assert_eq!(hear(&mut socket).await, Ok(json!({"type": "connection_ack"})));
    socket
}

fn subscribe(id: &str, query: &str) -> Value {
    json!({"type": "subscribe", "id": id, "payload": {"query": query}})
}

const UPDATES: &str = "subscription { sessionUpdated { id } }";

#[actix_web::test]
async fn operations_are_answered_by_their_ids() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let mut socket = welcomed(&inside, &server, 60_000).await;
    say(&mut socket, json!({"type": "ping"})).await;
    assert_eq!(hear(&mut socket).await, Ok(json!({"type": "pong"})));
    say(&mut socket, subscribe("a", "{ __typename machines { name } }")).await;
    let next = hear(&mut socket).await.unwrap();
    assert_eq!(
        (&next["type"], &next["id"], &next["payload"]["data"]["__typename"]),
        (&json!("next"), &json!("a"), &json!("Query"))
    );
    assert_eq!(hear(&mut socket).await, Ok(json!({"type": "complete", "id": "a"})));
    say(&mut socket, subscribe("a", "{ nothingLikeThis }")).await;
    let error = hear(&mut socket).await.unwrap();
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("a")));
    assert!(error["payload"][0]["message"].is_string(), "{error}");
    // A client that completes an operation may use its id again.
    for _ in 0..3 {
        say(&mut socket, subscribe("b", UPDATES)).await;
        say(&mut socket, json!({"type": "complete", "id": "b"})).await;
    }
    say(&mut socket, json!({"type": "ping"})).await;
    assert_eq!(hear(&mut socket).await, Ok(json!({"type": "pong"})));
    server.stop().await.unwrap();
}

#[actix_web::test]
async fn who_breaks_the_protocol_is_told_how() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let init = |payload: Value| json!({"type": "connection_init", "payload": payload});
    let expired = inside.token(-60_000).await;
    for (message, code) in [
        (json!({"type": "connection_init"}), 4401),
        (init(json!({})), 4401),
        (init(json!({"Authorization": 7})), 4401),
        (init(json!({"Authorization": "Bearer made.up.token"})), 4403),
        (init(json!({"Authorization": format!("Bearer {expired}")})), 4403),
        (subscribe("a", UPDATES), 4401),
        (json!({"type": "hello"}), 4400),
        (json!([1, 2]), 4400),
    ] {
        let mut socket = client(&server).await;
        say(&mut socket, message.clone()).await;
        assert_eq!(hear(&mut socket).await, Err(code), "{message}");
    }
    let mut socket = client(&server).await;
    socket.send(Message::text("x".repeat(100_000))).await.unwrap();
    assert_eq!(hear(&mut socket).await, Err(4400));
    let mut socket = welcomed(&inside, &server, 60_000).await;
    say(&mut socket, init(json!({}))).await;
    assert_eq!(hear(&mut socket).await, Err(4429));
    let mut socket = welcomed(&inside, &server, 60_000).await;
    say(&mut socket, subscribe("a", UPDATES)).await;
    say(&mut socket, subscribe("a", UPDATES)).await;
    assert_eq!(hear(&mut socket).await, Err(4409));
    for protocol in [None, Some("graphql-ws")] {
        let refused = connect(&server, protocol).await;
        assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 400));
    }
    server.stop().await.unwrap();
}

#[actix_web::test]
async fn a_connection_ends_with_its_token() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let begun = Instant::now();
    let mut socket = welcomed(&inside, &server, 2_500).await;
    say(&mut socket, subscribe("a", UPDATES)).await;
    assert_eq!(hear(&mut socket).await, Err(4403));
    let lived = begun.elapsed();
    assert!((Duration::from_millis(1_400)..Duration::from_secs(4)).contains(&lived), "{lived:?}");
    server.stop().await.unwrap();
}

#[actix_web::test]
async fn stopping_tells_listeners_and_is_quick() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let mut socket = welcomed(&inside, &server, 60_000).await;
    say(&mut socket, subscribe("a", UPDATES)).await;
    let begun = Instant::now();
    inside.api.stopping.cancel();
    assert_eq!(hear(&mut socket).await, Err(1001));
    drop(socket);
    server.stop().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[actix_web::test]
async fn an_address_that_is_taken_is_told_with_the_remedy() {
    let first = listen("127.0.0.1:0").unwrap();
    let address = first.local_addr().unwrap().to_string();
    let error = listen(&address).unwrap_err().to_string();
    assert!(error.contains(&address) && error.contains("ATELIER_HTTP_ADDR"), "{error}");
}

#[actix_web::test]
async fn a_connection_ends_soon_after_its_user_was_deactivated() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let mut socket = welcomed(&inside, &server, 60_000).await;
    say(&mut socket, subscribe("a", UPDATES)).await;
    let token = inside.token(60_000).await;
    inside.deactivate("jo").await;
    let begun = Instant::now();
    assert_eq!(hear(&mut socket).await, Err(4403));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let mut again = client(&server).await;
    say(&mut again, json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}})).await;
    assert_eq!(hear(&mut again).await, Err(4403));
}

#[actix_web::test]
async fn a_token_of_an_integration_serves_until_it_is_revoked() {
    let inside = Inside::new().await;
    let server = serve(&inside);
    let tokens = wiring::api_tokens(&inside.store);
    let made = tokens.create_here(None, "bi", Role::Viewer, None).await.unwrap();
    let init = json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {}", made.secret)}});
    let mut socket = client(&server).await;
    say(&mut socket, init.clone()).await;
    assert_eq!(hear(&mut socket).await, Ok(json!({"type": "connection_ack"})));
    say(&mut socket, subscribe("a", UPDATES)).await;
    let subject = inside.api.integrations.subject(&made.secret).await.unwrap();
    tokens.revoke(&subject, made.token.id).await.unwrap();
    let begun = Instant::now();
    assert_eq!(hear(&mut socket).await, Err(4403));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let mut again = client(&server).await;
    say(&mut again, init).await;
    assert_eq!(hear(&mut again).await, Err(4403));
}

#[actix_web::test]
async fn a_user_has_so_many_connections_and_no_more() {
    let inside = Inside::with("[limits]\nconnections_per_user = 2\n").await;
    let server = serve(&inside);
    let first = welcomed(&inside, &server, 60_000).await;
    let _second = welcomed(&inside, &server, 60_000).await;
    let token = inside.token(60_000).await;
    let init = json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}});
    let mut third = client(&server).await;
    say(&mut third, init.clone()).await;
    assert_eq!(hear(&mut third).await, Err(4429));
    drop(first);
    for _ in 0..100 {
        let mut again = client(&server).await;
        say(&mut again, init.clone()).await;
        if hear(&mut again).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a client that is gone still counts");
}

#[actix_web::test]
async fn operations_count_as_requests() {
    let inside = Inside::with("[limits]\nrequests_at_once = 3\nrequests_per_second = 1\nbatch = 3\n").await;
    let server = serve(&inside);
    let mut socket = welcomed(&inside, &server, 60_000).await;
    for id in ["a", "b", "c"] {
        say(&mut socket, subscribe(id, UPDATES)).await;
    }
    say(&mut socket, subscribe("d", UPDATES)).await;
    let refused = hear(&mut socket).await.unwrap();
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("d")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
}

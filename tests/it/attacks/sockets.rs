//! `WebSocket`s without manners.

use super::Fortress;
use super::raw::Connection;
use crate::harness::graphql::Received;
use serde_json::json;
use std::time::Duration;

/// What turns a connection into a WebSocket.
pub(super) const UPGRADE: &str = "GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n";

/// A frame as a client sends it: masked with zeros.
pub(super) fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let mut frame = vec![0x80 | opcode];
    match u16::try_from(length) {
        Ok(short) if short < 126 => frame.push(0x80 | short as u8),
        Ok(medium) => {
            frame.push(0x80 | 0x7e);
            frame.extend(medium.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 0x7f);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_make_no_sense_end_the_connection() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let init = |token: &str| {
        frame(
            1,
            json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}})
                .to_string()
                .as_bytes(),
        )
    };
    let token = honest.client.token();
    let frames = [
        ("text that is none", frame(1, b"\xff\xfe")),
        ("no JSON", frame(1, b"{")),
        ("no message", frame(1, b"{\"type\": \"hello\"}")),
        (
            "JSON in JSON",
            frame(
                1,
                format!("{{\"type\":\"connection_init\",\"payload\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000))
                    .as_bytes(),
            ),
        ),
        ("bytes", frame(2, b"\x00\x01\x02")),
        ("an unknown kind", frame(7, b"x")),
        ("an announced terabyte", vec![0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("a megabyte", frame(1, &vec![b' '; 1 << 20])),
        ("no mask", vec![0x81, 0x02, b'{', b'}']),
        ("a long ping", frame(9, &[b'x'; 200])),
        (
            "a subscription before anything",
            frame(
                1,
                json!({"id": "1", "type": "subscribe", "payload": {"query": "{ me { id } }"}}).to_string().as_bytes(),
            ),
        ),
        ("two beginnings", [init(token), init(token)].concat()),
        ("a forged token", init("made.up.token")),
    ];
    for (what, bytes) in frames {
        let mut connection = Connection::open(&fortress).await;
        connection.send(UPGRADE.as_bytes()).await;
        connection.send(&bytes).await;
        assert!(connection.ended().await, "{what}");
        honest.is_answered(what).await;
    }
    fortress.stands();
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_bounded_and_bombs_refused() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let mut socket = honest.client.connect().await.acknowledged().await;
    for number in 0..50 {
        socket.subscribe(&number.to_string(), "subscription { sessionUpdated { id } }", json!({})).await;
    }
    socket.subscribe("one too many", "subscription { sessionUpdated { id } }", json!({})).await;
    match socket.receive(Duration::from_secs(5)).await {
        Received::Message(message) => {
            assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("one too many")));
        }
        other => panic!("{other:?}"),
    }
    socket.complete("0").await;
    let bomb = format!(
        "subscription {{ sessionUpdated {{ {} id {} }} }}",
        "machine { latestSession { ".repeat(9),
        "} } ".repeat(9)
    );
    socket.subscribe("bomb", &bomb, json!({})).await;
    match socket.receive(Duration::from_secs(5)).await {
        Received::Message(message) => {
            assert_eq!(message["payload"][0]["extensions"]["code"], "QUERY_TOO_COMPLEX", "{message}");
        }
        other => panic!("{other:?}"),
    }
    honest.is_answered("fifty subscriptions").await;
    fortress.stands();
}

/// Whoever connects and says nothing is let go.
#[tokio::test(flavor = "multi_thread")]
async fn silence_is_no_beginning() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        let mut connection = Connection::open(&fortress).await;
        connection.send(UPGRADE.as_bytes()).await;
        silent.push(connection);
    }
    honest.is_answered("a hundred silent sockets").await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    for connection in &mut silent {
        assert!(connection.ended().await);
    }
    fortress.stands();
}

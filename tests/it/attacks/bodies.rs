//! Bodies that are too large, too slow, or none.

use super::raw::Connection;
use super::{Fortress, post};
use crate::harness::graphql::http;
use std::time::Duration;

const TEN_MEGABYTES: usize = 10 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_are_not_taken() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let token = honest.client.token().to_owned();
    let large = format!("{{\"query\":\"{{ me {{ id }} }} #{}\"}}", "x".repeat(TEN_MEGABYTES));
    for round in 0..5 {
        let (status, _) = post(&fortress, &token, large.clone()).await;
        assert!([0, 413].contains(&status), "announced, round {round}: {status}");
        let parts = futures_util::stream::iter((0..160).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 << 10])));
        let (status, _) = post(&fortress, &token, reqwest::Body::wrap_stream(parts)).await;
        assert!([0, 413].contains(&status), "in parts, round {round}: {status}");
        honest.is_answered("10 MB").await;
    }
    // The form of /token takes 16 KiB.
    let form =
        http().post(format!("{}/token", fortress.base())).header("content-type", "application/x-www-form-urlencoded");
    let status = form
        .body(format!("username={}", "x".repeat(TEN_MEGABYTES)))
        .send()
        .await
        .map_or(0, |answer| answer.status().as_u16());
    assert!([0, 400, 413].contains(&status), "{status}");
    honest.is_answered("a form of 10 MB").await;
    fortress.stands();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_told_so() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let token = honest.client.token().to_owned();
    let bodies: [&[u8]; 16] = [
        b"",
        b"{",
        b"null",
        b"7",
        b"\"{ me { id } }\"",
        b"{\"query\": null}",
        b"{\"query\": [\"{ me { id } }\"]}",
        b"{\"query\": \"\"}",
        b"{\"query\": \"\\ud800\"}",
        b"{\"query\": \"{ me { \xff\xfe } }\"}",
        b"\xff\xfe{\x00\"\x00",
        b"\xef\xbb\xbf{\"query\": \"{ me { id } }\"}",
        b"{\"query\": \"{ me { id } }\", \"query\": \"{ users { id } }\"}",
        b"{\"query\": \"{ me { id } }\"} trailing",
        b"\x00",
        b"{\"query\": \"{ me(\\u0000) { id } }\"}",
    ];
    for body in bodies {
        let (status, answer) = post(&fortress, &token, body.to_vec()).await;
        assert!([200, 400].contains(&status), "{body:?}: {status}");
        assert!(answer.contains("BAD_USER_INPUT"), "{body:?}: {answer}");
    }
    for (name, value, status) in [
        ("content-type", "text/plain", 415),
        ("content-type", "multipart/form-data; boundary=x", 415),
        ("content-type", "application/x-www-form-urlencoded", 415),
        ("content-encoding", "gzip", 415),
        ("content-encoding", "br", 415),
    ] {
        let mut request = http().post(format!("{}/graphql", fortress.base())).bearer_auth(&token);
        if name != "content-type" {
            request = request.header("content-type", "application/json");
        }
        let answer = request.header(name, value).body("{\"query\":\"{ me { id } }\"}").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{name}: {value}");
    }
    honest.is_answered("what is no request").await;
    fortress.stands();
}

/// Two hundred clients that send a byte a second each, of the head or of the body, keep nobody else waiting and are cut.
#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_keep_nobody_waiting() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let mut slow = Vec::new();
    for number in 0..200 {
        let mut connection = Connection::open(&fortress).await;
        let head = if number % 2 == 0 {
            "POST /graphql HTTP/1.1\r\nhost: x\r\nx-".to_owned()
        } else {
            let (length, token) = (1_000, honest.client.token());
            format!(
                "POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{{"
            )
        };
        connection.send(head.as_bytes()).await;
        slow.push(connection);
    }
    for second in 0..13 {
        for connection in &mut slow {
            connection.send(b"a").await;
        }
        honest.is_answered(&format!("{second} s of two hundred slow clients")).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // Heads have ten seconds, bodies thirty.
    let mut cut = 0;
    for connection in slow.iter_mut().step_by(2) {
        cut += usize::from(connection.ended().await);
    }
    assert_eq!(cut, 100, "heads that never end");
    fortress.stands();
}

//! Too many at once.

use super::raw::Connection;
use super::sockets::{UPGRADE, frame};
use super::{Fortress, PASSWORD, post};
use crate::harness::graphql::{Client, Received, http};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Ten thousand sign-ins from one address: the first few passwords are looked at, the rest have to wait; whoever is signed in
/// notices nothing, and who comes from elsewhere signs in.
#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_logins() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let (refused, waiting) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    // Making a client takes the test longer than a sign-in takes the program.
    let client = http();
    let tasks = (0..20).map(|task| {
        let (base, refused, waiting) = (fortress.base().to_owned(), refused.clone(), waiting.clone());
        let client = client.clone();
        tokio::spawn(async move {
            for number in 0..500 {
                let request = client.post(format!("{base}/token")).header("x-forwarded-for", "192.0.2.7");
                let body = format!("username=viewer{}&password=guess-{task}-{number}", number % 7);
                let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
                match request.send().await.unwrap().status().as_u16() {
                    401 => refused.fetch_add(1, Ordering::Relaxed),
                    429 => waiting.fetch_add(1, Ordering::Relaxed),
                    other => panic!("{other}"),
                };
            }
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut probes = 0;
    while tasks.iter().any(|task| !task.is_finished()) {
        honest.is_answered("logins while they come").await;
        probes += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    let (refused, waiting) = (refused.load(Ordering::Relaxed), waiting.load(Ordering::Relaxed));
    assert_eq!(refused + waiting, 10_000);
    assert!((10..=200).contains(&refused) && probes > 3, "{refused} passwords were looked at, {probes} probes");
    Client::login(fortress.base(), "viewer", PASSWORD).await;
    fortress.stands();
}

/// One token without end is slowed down; the others are not.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_floods_has_to_wait() {
    let fortress = Fortress::with("[limits]\nrequests_at_once = 50\nrequests_per_second = 5\n").await;
    let honest = fortress.honest().await;
    let greedy = fortress.signed_in("operator").await;
    let mut limited = 0;
    for _ in 0..200 {
        let answer = greedy.ask("{ me { id } }", json!({})).await;
        limited += usize::from(answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED");
    }
    assert!(limited > 100, "{limited}");
    honest.is_answered("a flood").await;
    // What is no request counts, too, and so does what proves nobody.
    let stranger = Client::anonymous(fortress.base());
    let mut limited = 0;
    for _ in 0..100 {
        limited += usize::from(
            stranger.ask("{ me { id } }", json!({})).await["errors"][0]["extensions"]["code"] == "RATE_LIMITED",
        );
    }
    assert!(limited > 20, "{limited}");
    fortress.stands();
}

/// A user may have so many sockets; those of others open all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_opens_sockets_without_end() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let greedy = fortress.signed_in("operator").await;
    let mut open = Vec::new();
    for _ in 0..100 {
        open.push(greedy.connect().await.acknowledged().await);
    }
    for _ in 0..20 {
        assert!(matches!(greedy.connect().await.receive(Duration::from_secs(5)).await, Received::Closed(Some(4429))));
    }
    honest.is_answered("a hundred sockets").await;
    honest.client.connect().await.acknowledged().await;
    fortress.stands();
}

/// All there is of all sessions, to each of ten sockets, and none of it is read.
#[tokio::test(flavor = "multi_thread")]
async fn sockets_that_ask_for_everything_and_read_nothing() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let greedy = fortress.signed_in("operator").await;
    let everything = "subscription { sessionCreated(afterId: 0) { id pieces(first: 500) { nodes { id number } } waitPeriods { startedAt } timeline { state } } }";
    let mut sockets = Vec::new();
    for _ in 0..10 {
        let mut socket = greedy.connect().await.acknowledged().await;
        for id in 0..5 {
            socket.subscribe(&id.to_string(), everything, json!({})).await;
        }
        for id in 5..45 {
            socket
                .subscribe(
                    &id.to_string(),
                    "{ sessions(first: 100) { nodes { id pieces(first: 100) { nodes { id } } } } }",
                    json!({}),
                )
                .await;
        }
        sockets.push(socket);
    }
    for _ in 0..60 {
        honest.is_answered("sockets that read nothing").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    fortress.stands();
}

/// Thirty requests at once, each of them allowed, by one user.
#[tokio::test(flavor = "multi_thread")]
async fn one_user_does_not_take_it_all() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let greedy = fortress.signed_in("operator").await;
    let query = "{ sessions(first: 500) { nodes { id pieces(first: 200) { nodes { id number producedAt } } waitPeriods { id startedAt } timeline { state } } } }";
    let tasks: Vec<_> = (0..30)
        .map(|_| {
            let greedy = greedy.clone();
            tokio::spawn(async move { greedy.ask(query, json!({})).await })
        })
        .collect();
    while tasks.iter().any(|task| !task.is_finished()) {
        honest.is_answered("thirty requests at once").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for task in tasks {
        let answer = task.await.unwrap();
        assert!(answer.get("errors").is_none(), "{}", answer["errors"]);
    }
    fortress.stands();
}

/// Fields are cheap, until each of a quarter of a million pieces has five hundred of them.
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_multiply() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    for aliases in [490, 150, 20] {
        let fields = (0..aliases).fold(String::new(), |text, number| format!("{text} a{number}: number"));
        let query =
            format!("{{ sessions(first: 500) {{ nodes {{ pieces(first: 500) {{ nodes {{ {fields} }} }} }} }} }}");
        let (_, answer) = post(&fortress, honest.client.token(), json!({ "query": query }).to_string()).await;
        assert!(answer.contains("QUERY_TOO_COMPLEX"), "{aliases}");
    }
    honest.is_answered("fields that multiply").await;
    fortress.stands();
}

/// Strangers and guests that never stop talking: what costs nothing to say is not free to hear.
#[tokio::test(flavor = "multi_thread")]
async fn talk_without_end() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let flood = |message: Vec<u8>| message.repeat(2_000);
    for (what, message) in [
        ("complete", frame(1, b"{\"type\":\"complete\",\"id\":\"z\"}")),
        ("ping", frame(1, b"{\"type\":\"ping\"}")),
        ("pong frames", frame(10, b"")),
        ("ping frames", frame(9, b"")),
        ("parts without end", frame(0, b"x")),
    ] {
        let mut talking = Vec::new();
        for _ in 0..4 {
            let mut connection = Connection::open(&fortress).await;
            connection.send(UPGRADE.as_bytes()).await;
            let flood = flood(message.clone());
            talking.push(tokio::spawn(async move {
                for _ in 0..50 {
                    connection.send(&flood).await;
                }
                connection.ended().await
            }));
        }
        for _ in 0..5 {
            honest.is_answered(what).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for task in talking {
            assert!(task.await.unwrap(), "{what}");
        }
    }
    fortress.stands();
}

//! Too many at once.

use super::{Fortress, PASSWORD};
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
    let tasks = (0..20).map(|task| {
        let (base, refused, waiting) = (fortress.base().to_owned(), refused.clone(), waiting.clone());
        tokio::spawn(async move {
            let client = http();
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

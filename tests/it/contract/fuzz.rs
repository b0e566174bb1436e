//! Thousands of documents that chance writes: none is a fault of ours.

use super::demo::Demo;
use super::documents::Author;
use super::types::Types;
use crate::harness::graphql::http;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;
use std::collections::BTreeMap;

/// What would take away the account that asks.
const SKIPPED: [&str; 2] = ["updateUser", "logout"];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_document_is_a_fault_of_ours() {
    let (requests, seed) = (setting("ATELIER_TEST_REQUESTS", 2_000), setting("ATELIER_TEST_SEED", 1));
    let mut demo = Demo::start(3, None).await;
    let types = Types::of(&demo.client).await;
    let client = http();
    let mut codes = BTreeMap::<String, u64>::new();
    for number in 0..requests {
        let mut author = Author::new(&types, StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(number)));
        let request = author.request(&SKIPPED);
        let sent =
            client.post(format!("{}/graphql", demo.base)).bearer_auth(demo.client.token()).json(&request).send().await;
        let answer = sent.unwrap_or_else(|error| panic!("seed {seed}, number {number}: {error}: {request}"));
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        assert!([200, 400].contains(&status), "seed {seed}, number {number}: {status}: {request}\n{text}");
        let answer: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("seed {seed}, number {number}: {error}: {text}"));
        let errors = answer["errors"].as_array().cloned().unwrap_or_default();
        for error in &errors {
            let code = error["extensions"]["code"].as_str().unwrap_or("none");
            assert!(!["INTERNAL", "none"].contains(&code), "seed {seed}, number {number}: {request}\n{error}");
        }
        let code = errors.first().map_or("ok", |error| error["extensions"]["code"].as_str().unwrap());
        *codes.entry(code.to_owned()).or_default() += 1;
    }
    assert!(demo.running.ended().is_none());
    eprintln!("{requests} requests: {codes:?}");
    assert!(codes.get("ok").is_some_and(|ok| *ok * 5 > requests), "too few make sense: {codes:?}");
}

//! Queries that ask for too much.

use super::{Fortress, post};
use serde_json::{Value, json};
use std::fmt::Write as _;

fn many(count: usize, of: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = write!(text, "{} ", of(number));
        text
    })
}

/// Each with the codes that it may be refused with.
fn bombs() -> Vec<(&'static str, String)> {
    let deep = |levels: usize, inner: &str| {
        format!("{}{inner}{}", "machine { latestSession { ".repeat(levels), "} } ".repeat(levels))
    };
    let doubling = {
        let mut text = "{ machines { ...F0 } }".to_owned();
        for level in 0..40 {
            let _ = write!(text, " fragment F{level} on Machine {{ ...F{next} ...F{next} }}", next = level + 1);
        }
        text + " fragment F40 on Machine { sessions { nodes { id } } }"
    };
    let of_type = "ofType { ".repeat(60) + "name" + &" }".repeat(60);
    vec![
        ("depth", format!("{{ machines {{ latestSession {{ {} }} }} }}", deep(20, "id"))),
        (
            "pages in pages",
            "{ machines { sessions(first: 500) { nodes { pieces(first: 500) { nodes { id } } } } } }".to_owned(),
        ),
        (
            "a machine of sessions of machines",
            "{ sessions(first: 500) { nodes { machine { sessions(first: 500) { nodes { id } } } } } }".to_owned(),
        ),
        ("aliases at the root", format!("{{ {} }}", many(5_000, |n| format!("a{n}: machines {{ id }}")))),
        ("aliases below", format!("{{ machines {{ {} }} }}", many(5_000, |n| format!("a{n}: name")))),
        (
            "aliases of what is costly",
            format!("{{ {} }}", many(90, |n| format!("a{n}: sessions(first: 500) {{ nodes {{ jobs {{ id }} }} }}"))),
        ),
        ("the same field again and again", format!("{{ machines {{ {} }} }}", "name ".repeat(30_000))),
        ("the same root again and again", format!("{{ {} }}", "machines { id } ".repeat(9_000))),
        ("directives on a field", format!("{{ me {{ id {} }} }}", "@include(if: true) ".repeat(5_000))),
        ("directives everywhere", format!("{{ me {{ {} }} }}", "id @skip(if: false) ".repeat(4_000))),
        ("unknown directives", format!("{{ me {{ id {} }} }}", "@a ".repeat(50_000))),
        ("fragments that double", doubling),
        ("fragments in a circle", "{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }".to_owned()),
        ("a fragment in itself", "{ me { ...A } } fragment A on User { id ...A }".to_owned()),
        (
            "a long chain of fragments",
            format!("{{ me {{ ...F0 }} }} {}", many(3_000, |n| format!("fragment F{n} on User {{ ...F{} }}", n + 1))),
        ),
        (
            "fragments that nobody uses",
            format!("{{ me {{ id }} }} {}", many(5_000, |n| format!("fragment F{n} on User {{ id }}"))),
        ),
        ("operations that nobody runs", many(5_000, |n| format!("query Q{n} {{ me {{ id }} }}"))),
        ("variables that nobody uses", format!("query({}) {{ me {{ id }} }}", many(9_000, |n| format!("$v{n}: Int")))),
        (
            "introspection in a circle",
            format!("{{ __schema {{ types {{ {} name {} }} }} }}", "fields { type { ".repeat(10), "} }".repeat(10)),
        ),
        (
            "introspection of types of types",
            format!("{{ __schema {{ types {{ fields {{ type {{ {of_type} }} }} }} }} }}"),
        ),
        ("braces", "{".repeat(200_000)),
        ("brackets", format!("{{ machines(filter: {{names: {}", "[".repeat(200_000))),
        ("objects in objects", format!("{{ machines(filter: {}", "{a: ".repeat(50_000))),
        ("parentheses", "{a(".repeat(60_000)),
        ("a long list", format!("{{ machines(filter: {{names: [{}]}}) {{ id }} }}", "\"x\" ".repeat(50_000))),
        ("a long name", format!("{{ {} }}", "a".repeat(200_000))),
        ("a long number", format!("{{ sessions(first: {}) {{ totalCount }} }}", "9".repeat(200_000))),
        ("a long string", format!("{{ machine(name: \"{}\") {{ id }} }}", "x".repeat(200_000))),
        ("a string without end", format!("{{ machine(name: \"{}", "\\\"".repeat(100_000))),
        ("a block string without end", format!("{{ machine(name: \"\"\"{}", "\\\"\"\"".repeat(50_000))),
        ("a long comment", format!("# {}\n{{ me {{ id }} }}", "x".repeat(200_000))),
        (
            "types in lists in lists",
            format!("query($v: {}Int{}) {{ me {{ id }} }}", "[".repeat(50_000), "]".repeat(50_000)),
        ),
        (
            "inline fragments in each other",
            format!("{{ me {{ {} id {} }} }}", "... { ".repeat(20_000), "} ".repeat(20_000)),
        ),
        (
            "subscriptions at once",
            format!("subscription {{ {} }}", many(1_000, |n| format!("a{n}: sessionUpdated {{ id }}"))),
        ),
        (
            "passwords in one request",
            format!(
                "mutation {{ {} }}",
                many(90, |n| format!("a{n}: login(username: \"viewer\", password: \"guess {n}\") {{ expiresAt }}"))
            ),
        ),
        (
            "statistics day by day, again and again",
            format!("{{ {} }}", many(99, |n| format!("a{n}: statistics(groupBy: [MACHINE, DATE]) {{ sessions }}"))),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_that_ask_for_too_much_are_refused() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let token = honest.client.token().to_owned();
    let harmless = [
        "a machine of sessions of machines",
        "a long string",
        "a long comment",
        "a long list",
        "fragments that nobody uses",
        "operations that nobody runs",
        "variables that nobody uses",
    ];
    for (what, query) in bombs() {
        let (status, answer) = post(&fortress, &token, json!({ "query": query }).to_string()).await;
        if status == 413 {
            continue;
        }
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{what}: {error}: {answer}"));
        let code = &answer["errors"][0]["extensions"]["code"];
        let refused = ["QUERY_TOO_COMPLEX", "BAD_USER_INPUT"].iter().any(|refusal| code == refusal);
        assert!(refused || harmless.contains(&what), "{what}: {status} {code}");
        assert!(!refused || answer["data"].is_null(), "{what}");
        honest.is_answered(what).await;
    }
    fortress.stands();
}

/// The same, by somebody who did not sign in: refused without a look.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_get_so_far() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    for (what, query) in bombs() {
        let (status, answer) = post(&fortress, "made.up.token", json!({ "query": query }).to_string()).await;
        if status == 413 {
            continue;
        }
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        assert!(["UNAUTHENTICATED", "QUERY_TOO_COMPLEX"].contains(&code), "{what}: {answer}");
        assert!(answer["data"].is_null(), "{what}");
    }
    honest.is_answered("all that strangers tried").await;
    fortress.stands();
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_and_batches_are_no_way_around() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let token = honest.client.token().to_owned();
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let bodies = [
        ("variables in variables", format!("{{\"query\":\"{{ me {{ id }} }}\",\"variables\":{{\"a\":{}}}}}", nested(100_000))),
        ("variables just deep enough to be read", format!("{{\"query\":\"{{ me {{ id }} }}\",\"variables\":{{\"a\":{}}}}}", nested(100))),
        ("a variable of another type", json!({"query": "query($v: Int!) { sessions(first: $v) { totalCount } }", "variables": {"v": {"$gt": 0}}}).to_string()),
        ("a page in a variable", json!({"query": "query($v: Int) { sessions(first: $v) { nodes { pieces(first: $v) { nodes { id } } } } }", "variables": {"v": 2_147_483_647}}).to_string()),
        ("a negative page", json!({"query": "{ sessions(first: -1) { totalCount nodes { id } } }"}).to_string()),
        ("a batch of too many", Value::Array(vec![json!({"query": "{ me { id } }"}); 11]).to_string()),
        ("a batch of batches", json!([[{"query": "{ me { id } }"}]]).to_string()),
        ("an empty batch", "[]".to_owned()),
        ("a batch of bombs", Value::Array(vec![json!({"query": "{ machines { sessions(first: 500) { nodes { pieces(first: 500) { nodes { id } } } } } }"}); 10]).to_string()),
        ("extensions", json!({"query": "{ me { id } }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x".repeat(64)}}}).to_string()),
        ("extensions in extensions", format!("{{\"query\":\"{{ me {{ id }} }}\",\"extensions\":{}}}", nested(100_000))),
        ("a number beyond all numbers", "{\"query\":\"{ me { id } }\",\"variables\":{\"a\":1e999999}}".to_owned()),
    ];
    for (what, body) in bodies {
        let (status, answer) = post(&fortress, &token, body).await;
        assert!([200, 400].contains(&status), "{what}: {status} {answer}");
        assert!(!answer.contains("INTERNAL"), "{what}: {answer}");
        honest.is_answered(what).await;
    }
    fortress.stands();
}

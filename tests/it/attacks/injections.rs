//! Texts that would be something else were they put together with SQL, HTML or a log.

use super::Fortress;
use crate::harness::graphql::http;
use serde_json::json;

const TEXTS: [&str; 16] = [
    "' OR '1'='1",
    "'; DROP TABLE session_production; --",
    "\" OR \"\"=\"",
    "1) OR (1=1",
    "%' UNION SELECT mot_de_passe FROM utilisateur --",
    "\\'; SELECT pg_sleep(10); --",
    "$1",
    "?1",
    "%",
    "_",
    "\0",
    "a\0b",
    "\u{202e}gnp.exe",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "line\nlevel=ERROR forged",
];

/// All that takes a text, each with `$t` in it. What changes something is asked by an administrator.
const DOCUMENTS: [&str; 19] = [
    "query($t: String!) { machine(name: $t) { id } }",
    "query($t: String!) { machines(filter: {names: [$t]}) { id } }",
    "query($t: String!) { orders(filter: {search: $t}) { totalCount nodes { id } } }",
    "query($t: String!) { orders(filter: {status: $t}) { totalCount } }",
    "query($t: String!) { sessions(first: 5, after: $t) { nodes { id } } }",
    "query($t: String!) { orders(first: 5, after: $t) { nodes { id } } }",
    "query($t: String!) { anomalies(first: 5, after: $t) { nodes { id } } }",
    "query($t: String!) { logFiles(first: 5, after: $t) { nodes { id } } }",
    "query($t: String!) { auditTrail(first: 5, after: $t) { nodes { id } } }",
    "query($t: String!) { order(number: 1, extension: $t) { id } }",
    "query($t: ID!) { session(id: $t) { id } }",
    "mutation($t: String!) { login(username: $t, password: $t) { expiresAt } }",
    "mutation($t: String!) { refreshToken(refreshToken: $t) { expiresAt } }",
    "mutation($t: String!) { createUser(input: {username: $t, password: \"a long enough one\", role: VIEWER}) { username } }",
    "mutation($t: String!) { createMachine(input: {name: $t, type: PVC, description: $t}) { name description } }",
    "mutation($t: String!) { createMachine(input: {name: \"fixed\", type: PVC, folder: $t}) { name } }",
    "mutation($t: String!) { saveStopReason(input: {code: \"T\", label: $t, planned: false}) { label } }",
    "mutation($t: String!) { createApiToken(input: {name: $t, role: VIEWER}) { apiToken { name } } }",
    "mutation($t: String!) { excludeLogVersion(id: \"4711\", reason: $t) { path } }",
];

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_texts() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let admin = fortress.signed_in("admin").await;
    let sessions = "{ sessions { totalCount } users { username } }";
    let before = admin.query(sessions, json!({})).await["sessions"].clone();
    for document in DOCUMENTS {
        for text in TEXTS {
            let begun = std::time::Instant::now();
            let answer = admin.ask(document, json!({ "t": text })).await;
            assert!(begun.elapsed().as_secs() < 5, "{document} {text:?}");
            let told = answer.to_string();
            for leak in ["INTERNAL", "syntax", "SQL", "argon2", "sqlx"] {
                // What was sent may come back.
                assert!(!told.contains(leak) || text.contains(leak), "{document} {text:?}: {told}");
            }
            // What is kept comes back as it was.
            if let Some(name) = answer["data"]["createMachine"]["name"].as_str().filter(|name| *name != "fixed") {
                assert_eq!((name, &answer["data"]["createMachine"]["description"]), (text, &json!(text)));
            }
        }
        honest.is_answered(document).await;
    }
    let orders = admin.query("{ orders(filter: {search: \"' OR '1'='1\"}) { totalCount } }", json!({})).await;
    assert_eq!(orders["orders"]["totalCount"], 0);
    assert_eq!(admin.query(sessions, json!({})).await["sessions"], before);
    let log = fortress.serving.log();
    assert!(!log.lines().any(|line| line.starts_with("level=ERROR forged")), "a line of the log was forged");
    fortress.stands();
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_texts_too() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    for text in TEXTS {
        let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for address in [
            format!("/api/v1/machines/{text}"),
            format!("/api/v1/sessions?after={text}&first=1"),
            format!("/api/v1/sessions?machine={text}"),
            format!("/api/v1/sessions?{text}=1"),
            format!("/api/v1/sessions/{text}/pieces"),
            format!("/api/v1/orders?search={text}"),
            format!("/api/v1/statistics?groupBy={text}"),
            format!("/api/v1/sessions.csv?lang={text}"),
        ] {
            let request = http().get(format!("{}{address}", fortress.base())).bearer_auth(honest.client.token());
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            assert!([200, 400, 404].contains(&status), "{address}: {status}");
            let text = answer.text().await.unwrap();
            assert!(!text.contains("sqlx") && !text.contains("syntax"), "{address}: {text}");
        }
    }
    honest.is_answered("all addresses").await;
    fortress.stands();
}

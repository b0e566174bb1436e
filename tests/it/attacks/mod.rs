//! What strangers, guests and forgers try. `docs/SECURITY.md` lists it; after each attack the next honest request is answered.

mod bodies;
mod bombs;
mod floods;
mod injections;
mod raw;
mod roles;
mod sockets;
mod tokens;

use crate::harness::atelier::{Atelier, JWT_SECRET, Serving};
use crate::harness::database::Database;
use crate::harness::graphql::{self, Client};
use crate::harness::samples::Tree;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct-horse-battery";

/// How long an honest request may take: 100 ms, says the specification, of a program that is optimised and on a machine with
/// nothing else to do. `ATELIER_TEST_HONEST_MS` sets it.
fn patience() -> Duration {
    let set = std::env::var("ATELIER_TEST_HONEST_MS").ok().and_then(|text| text.parse().ok());
    Duration::from_millis(set.unwrap_or(5_000))
}

/// A plant with a day of logs, an account of each role, and an identity provider that is trusted.
struct Fortress {
    _atelier: Atelier,
    serving: Serving,
    /// The provider's.
    key: EncodingKey,
    /// What everybody may know of it.
    public: Value,
    _database: Database,
    _logs: Tree,
}

impl Fortress {
    async fn new() -> Self {
        Self::with("").await
    }

    /// With more in its configuration.
    async fn with(configured: &str) -> Self {
        let (database, logs) = (Database::sqlite(), Tree::of("logs"));
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
        let public =
            serde_json::to_value(jsonwebtoken::jwk::Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap()).unwrap();
        let atelier = Atelier::new(&database)
            .env("ATELIER_LOG_DIR", logs.path().to_str().unwrap())
            .env("ATELIER_JWT_JWKS", "keys.json")
            .env("ATELIER_JWT_JWKS_ISSUER", "https://login.example");
        fs::write(atelier.folder().join("keys.json"), json!({ "keys": [public.clone()] }).to_string()).unwrap();
        fs::write(atelier.folder().join("atelier.toml"), configured).unwrap();
        atelier.sync();
        for role in ["viewer", "operator", "admin"] {
            atelier.run_with(&["user", "add", role, "--role", role], &format!("{PASSWORD}\n")).expect_code(0);
        }
        let serving = atelier.serve().await;
        Self { _atelier: atelier, serving, key, public, _database: database, _logs: logs }
    }

    fn base(&self) -> &str {
        &self.serving.base
    }

    /// `HOST:PORT`
    fn address(&self) -> &str {
        self.base().trim_start_matches("http://")
    }

    async fn signed_in(&self, role: &str) -> Client {
        Client::login(self.base(), role, PASSWORD).await
    }

    /// An honest client, and what it sees of attacks.
    async fn honest(&self) -> Honest {
        let honest = Honest { client: self.signed_in("viewer").await };
        honest.is_answered("before anything").await;
        honest
    }

    /// After all that was tried, the program runs, and its log has no panic.
    fn stands(mut self) {
        assert!(self.serving.running.ended().is_none(), "it fell:\n{}", self.serving.log());
        let log = self.serving.log();
        assert!(!log.contains("panicked"), "{log}");
    }
}

/// Somebody who only wants to work.
struct Honest {
    client: Client,
}

impl Honest {
    async fn is_answered(&self, after: &str) {
        let begun = Instant::now();
        let data = self.client.query("{ machines(filter: {types: [HYBRIDE]}) { name } }", json!({})).await;
        let took = begun.elapsed();
        assert_eq!(data["machines"].as_array().map(Vec::len), Some(1), "after {after}");
        assert!(took <= patience(), "after {after} an honest request took {took:?}");
        if std::env::var_os("ATELIER_TEST_HONEST_MS").is_some() {
            eprintln!("{:7.1} ms after {after}", took.as_secs_f64() * 1_000.0);
        }
    }
}

/// A token of our own with these claims changed, signed as asked.
fn forged(algorithm: Algorithm, secret: &[u8], change: impl FnOnce(&mut Value)) -> String {
    let now = chrono::Utc::now().timestamp();
    let mut claims = json!({
        "sub": "1", "name": "viewer", "role": "VIEWER", "iat": now, "nbf": now, "exp": now + 600,
        "aud": "atelier", "iss": "atelier",
    });
    change(&mut claims);
    jsonwebtoken::encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(secret)).unwrap()
}

/// The same, as it should be.
fn genuine() -> String {
    forged(Algorithm::HS256, JWT_SECRET.as_bytes(), |_| ())
}

/// The first error's code of whatever is answered.
async fn code(client: &Client, query: &str) -> Value {
    client.ask(query, json!({})).await["errors"][0]["extensions"]["code"].clone()
}

/// Sends a body to `/graphql` and gives the status and the answer.
async fn post(fortress: &Fortress, token: &str, body: impl Into<reqwest::Body>) -> (u16, String) {
    let request = graphql::http()
        .post(format!("{}/graphql", fortress.base()))
        .header("content-type", "application/json")
        .bearer_auth(token)
        .body(body);
    match request.send().await {
        Ok(answer) => (answer.status().as_u16(), answer.text().await.unwrap_or_default()),
        // A body that is too large need not be taken to its end.
        Err(_) => (0, String::new()),
    }
}

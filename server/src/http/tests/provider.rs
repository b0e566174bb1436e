//! Tokens of an identity provider.

use super::{Inside, json_of};
use crate::clock::SystemClock;
use actix_web::test::{TestRequest, call_service};
use atelier_application::ports::clock::Clock as _;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};

const ISSUER: &str = "https://login.example";

struct Provider {
    key: EncodingKey,
    _folder: tempfile::TempDir,
    inside: Inside,
}

impl Provider {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
        let jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        let file = folder.path().join("keys.json");
        std::fs::write(&file, json!({ "keys": [jwk] }).to_string()).unwrap();
        let configured = format!("[jwt]\njwks = '{}'\njwks_issuer = '{ISSUER}'\n", file.display());
        Self { key, _folder: folder, inside: Inside::with(&configured).await }
    }

    fn token(&self, change: impl FnOnce(&mut Value)) -> String {
        let now = SystemClock.now().0 / 1000;
        let mut claims = json!({
            "iss": ISSUER, "aud": "atelier", "sub": "12", "preferred_username": "jo", "role": "VIEWER", "exp": now + 60,
        });
        change(&mut claims);
        encode(&Header::new(Algorithm::ES256), &claims, &self.key).unwrap()
    }
}

fn ask(token: &str, query: &str) -> TestRequest {
    let request = TestRequest::post().uri("/graphql").set_json(json!({ "query": query }));
    request.insert_header(("authorization", format!("Bearer {token}")))
}

#[actix_web::test]
async fn its_users_may_do_what_their_tokens_say_and_are_nobody_else() {
    let provider = Provider::new().await;
    let service = service!(provider.inside);
    let answer =
        async |token: &str, query: &str| json_of(call_service(&service, ask(token, query).to_request()).await).await;
    let me = answer(&provider.token(|_| ()), "{ me { username role } }").await;
    let name = me["data"]["me"]["username"].as_str().unwrap();
    // "jo" signs in here: whoever has that name there is another.
    assert!(name.starts_with("jo~") && me["data"]["me"]["role"] == "VIEWER", "{me}");
    let change = r#"mutation { createMachine(input: {name: "A", type: PVC, folder: "a"}) { name } }"#;
    let refused = answer(&provider.token(|_| ()), change).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let done = answer(&provider.token(|claims| claims["role"] = json!(["viewer", "admin"])), change).await;
    assert_eq!(done["data"]["createMachine"]["name"], "A", "{done}");

    // What it does has its name, and it has no password here.
    let trail =
        answer(&provider.token(|claims| claims["role"] = json!("ADMIN")), "{ auditTrail { nodes { actor action } } }")
            .await;
    assert_eq!(trail["data"]["auditTrail"]["nodes"][0], json!({"actor": name, "action": "MACHINE_CREATED"}), "{trail}");
    let password = r#"mutation { changePassword(current: "!", new: "a long enough one") }"#;
    let refused = answer(&provider.token(|_| ()), password).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
}

#[actix_web::test]
async fn what_its_tokens_lack_is_refused() {
    let provider = Provider::new().await;
    let service = service!(provider.inside);
    let change = |name: &'static str, value: Value| provider.token(move |claims| claims[name] = value);
    for token in [
        change("iss", json!("https://evil.example")),
        change("aud", json!("other")),
        change("exp", json!(1)),
        change("nbf", json!(32_503_680_000_i64)),
        change("role", json!("OWNER")),
    ] {
        let answer = json_of(call_service(&service, ask(&token, "{ me { id } }").to_request()).await).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
    }
}

#[actix_web::test]
async fn who_was_deactivated_here_stays_out() {
    let provider = Provider::new().await;
    let service = service!(provider.inside);
    let token = provider.token(|_| ());
    let me = json_of(call_service(&service, ask(&token, "{ me { username } }").to_request()).await).await;
    provider.inside.deactivate(me["data"]["me"]["username"].as_str().unwrap()).await;
    for _ in 0..100 {
        let answer = json_of(call_service(&service, ask(&token, "{ me { id } }").to_request()).await).await;
        if answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("a user who was deactivated may still ask after two seconds");
}

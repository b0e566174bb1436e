use super::*;
use atelier_application::ports::users::Role;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{EncodingKey, Header, encode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384};
use serde_json::json;
use std::path::Path;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const NOW: Instant = Instant(1_748_412_131_250);
const ISSUER: &str = "https://login.example/realms/plant";

fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_pem(include_bytes!("../../test_data/rsa.pem")).unwrap()
}

fn elliptic() -> EncodingKey {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap()
}

fn edwards() -> EncodingKey {
    EncodingKey::from_ed_pem(include_bytes!("../../test_data/ed25519.pem")).unwrap()
}

/// The public half, as a key set has it.
fn public(key: &EncodingKey, algorithm: Algorithm, id: &str) -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap();
    jwk["kid"] = json!(id);
    jwk
}

fn rules() -> ClaimRules {
    ClaimRules { issuer: ISSUER.into(), audience: "atelier".into(), role_claim: "role".into(), roles: vec![] }
}

fn claims() -> Value {
    let now = NOW.0 / 1000;
    json!({
        "iss": ISSUER, "aud": ["other", "atelier"], "sub": "f:12", "preferred_username": "édith", "role": "OPERATOR",
        "iat": now, "nbf": now, "exp": now + 60,
    })
}

fn sign(key: &EncodingKey, algorithm: Algorithm, id: Option<&str>, claims: &Value) -> String {
    let header = Header { kid: id.map(str::to_owned), ..Header::new(algorithm) };
    encode(&header, claims, key).unwrap()
}

/// A provider with these keys in a file.
struct Provider {
    tokens: ProviderTokens,
    folder: TempDir,
}

impl Provider {
    fn new(keys: &[Value], rules: ClaimRules) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let provider = Self { tokens: ProviderTokens::new(source(&folder.path().join("keys.json")), rules), folder };
        provider.write(keys);
        provider
    }

    fn write(&self, keys: &[Value]) {
        std::fs::write(self.folder.path().join("keys.json"), json!({ "keys": keys }).to_string()).unwrap();
    }

    async fn verify(&self, token: &str) -> Result<ExternalIdentity, TokenError> {
        self.tokens.verify(token, NOW).await
    }
}

fn source(path: &Path) -> KeySource {
    KeySource::new(path.to_str().unwrap(), None).unwrap()
}

fn identity(role: Role) -> ExternalIdentity {
    ExternalIdentity {
        issuer: ISSUER.into(),
        subject: "f:12".into(),
        name: "édith".into(),
        role,
        expires_at: Instant((NOW.0 / 1000 + 60) * 1000),
    }
}

#[tokio::test]
async fn tokens_of_each_algorithm_prove_their_subject() {
    let keys = [(rsa(), Algorithm::RS256), (elliptic(), Algorithm::ES256), (edwards(), Algorithm::EdDSA)];
    let set: Vec<_> = keys.iter().map(|(key, algorithm)| public(key, *algorithm, &format!("{algorithm:?}"))).collect();
    let provider = Provider::new(&set, rules());
    assert_eq!(provider.tokens.load(NOW).await, Ok(3));
    for (key, algorithm) in &keys {
        for id in [Some(format!("{algorithm:?}")), None] {
            let token = sign(key, *algorithm, id.as_deref(), &claims());
            assert!(provider.tokens.recognises(&token));
            assert_eq!(provider.verify(&token).await, Ok(identity(Role::Operator)), "{algorithm:?} {id:?}");
        }
    }
}

#[tokio::test]
async fn no_token_chooses_how_it_is_checked() {
    let (rsa, elliptic) = (rsa(), elliptic());
    let (one, two) = (public(&rsa, Algorithm::RS256, "one"), public(&elliptic, Algorithm::ES256, "two"));
    let provider = Provider::new(&[one.clone(), two], rules());
    let modulus = one["n"].as_str().unwrap();
    let none = "eyJhbGciOiJub25lIn0.e30.";
    let tokens = [
        // What is public is no secret: as text, and as the bytes that it stands for.
        sign(&EncodingKey::from_secret(modulus.as_bytes()), Algorithm::HS256, Some("one"), &claims()),
        sign(
            &EncodingKey::from_base64_secret(&modulus.replace('-', "+").replace('_', "/"))
                .unwrap_or(EncodingKey::from_secret(b"x")),
            Algorithm::HS256,
            Some("one"),
            &claims(),
        ),
        sign(&rsa, Algorithm::RS384, Some("one"), &claims()),
        sign(&rsa, Algorithm::PS256, Some("one"), &claims()),
        sign(&rsa, Algorithm::RS256, Some("two"), &claims()),
        sign(&elliptic, Algorithm::ES256, Some("one"), &claims()),
        sign(&self::elliptic(), Algorithm::ES256, Some("two"), &claims()),
        sign(&self::elliptic(), Algorithm::ES256, Some("three"), &claims()),
        none.to_owned(),
        String::new(),
        "a.b.c".to_owned(),
        "é".to_owned(),
    ];
    for token in tokens {
        assert_eq!(provider.verify(&token).await, Err(TokenError::Invalid), "{token}");
    }
    assert!(!provider.tokens.recognises(none) && !provider.tokens.recognises("a.b.c"));
}

#[tokio::test]
async fn keys_that_are_of_no_use_here_count_for_nothing() {
    let key = elliptic();
    let small = EncodingKey::from_rsa_pem(include_bytes!("../../test_data/rsa-1024.pem")).unwrap();
    let larger = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let larger = EncodingKey::from_ec_pem(larger.serialize_pem().as_bytes()).unwrap();
    let mut for_encryption = public(&elliptic(), Algorithm::ES256, "enc");
    for_encryption["use"] = json!("enc");
    let mut otherwise = public(&rsa(), Algorithm::RS256, "ps");
    otherwise["alg"] = json!("PS256");
    let set = [
        json!({"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}),
        json!({"kty": "new", "kid": "new"}),
        json!(7),
        public(&small, Algorithm::RS256, "small"),
        public(&larger, Algorithm::ES384, "larger"),
        for_encryption,
        otherwise,
        public(&key, Algorithm::ES256, "good"),
    ];
    let provider = Provider::new(&set, rules());
    assert_eq!(provider.tokens.load(NOW).await, Ok(1));
    assert!(provider.verify(&sign(&key, Algorithm::ES256, Some("good"), &claims())).await.is_ok());
    for (key, algorithm, id) in [(small, Algorithm::RS256, "small"), (rsa(), Algorithm::RS256, "ps")] {
        assert_eq!(
            provider.verify(&sign(&key, algorithm, Some(id), &claims())).await,
            Err(TokenError::Invalid),
            "{id}"
        );
    }
}

#[tokio::test]
async fn every_claim_is_checked() {
    let key = elliptic();
    let provider = Provider::new(&[public(&key, Algorithm::ES256, "k")], rules());
    let now = NOW.0 / 1000;
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        sign(&key, Algorithm::ES256, Some("k"), &claims)
    };
    for (name, value, expected) in [
        ("iss", json!("https://login.example/realms/other"), TokenError::Invalid),
        ("iss", json!(null), TokenError::Invalid),
        ("aud", json!("other"), TokenError::Invalid),
        ("aud", json!(["other"]), TokenError::Invalid),
        ("aud", json!(null), TokenError::Invalid),
        ("exp", json!(now - 5), TokenError::Expired),
        ("exp", json!(null), TokenError::Invalid),
        ("exp", json!("soon"), TokenError::Invalid),
        ("nbf", json!(now + 6), TokenError::Invalid),
        ("nbf", json!("now"), TokenError::Invalid),
        ("sub", json!(null), TokenError::Invalid),
        ("sub", json!(""), TokenError::Invalid),
        ("sub", json!("x".repeat(256)), TokenError::Invalid),
        ("role", json!(null), TokenError::NoRole),
        ("role", json!("OWNER"), TokenError::NoRole),
        ("role", json!({"admin": true}), TokenError::NoRole),
        ("role", json!(3), TokenError::NoRole),
    ] {
        assert_eq!(provider.verify(&with(name, value.clone())).await, Err(expected), "{name}: {value}");
    }
    for (name, value) in [("nbf", json!(null)), ("nbf", json!(now + 5)), ("exp", json!(now as f64 + 0.5))] {
        assert!(provider.verify(&with(name, value.clone())).await.is_ok(), "{name}: {value}");
    }
    assert_eq!(provider.verify(&with("preferred_username", json!(null))).await.unwrap().name, "f:12");
}

#[tokio::test]
async fn roles_come_from_the_claim_that_is_configured() {
    let key = elliptic();
    let role = async |rules: ClaimRules, name: &str, value: Value| {
        let provider = Provider::new(&[public(&key, Algorithm::ES256, "k")], rules);
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove("role");
        claims[name] = value;
        provider.verify(&sign(&key, Algorithm::ES256, Some("k"), &claims)).await.map(|identity| identity.role)
    };
    let of = |role_claim: &str| ClaimRules { role_claim: role_claim.into(), ..rules() };
    let realm = json!({"roles": ["uma", "viewer", "Admin", 4]});
    assert_eq!(role(of("realm_access.roles"), "realm_access", realm.clone()).await, Ok(Role::Admin));
    assert_eq!(role(of("realm_access.groups"), "realm_access", realm.clone()).await, Err(TokenError::NoRole));
    assert_eq!(
        role(of("https://x.example/roles"), "https://x.example/roles", json!("operator")).await,
        Ok(Role::Operator)
    );
    assert_eq!(role(of("role"), "role", json!("viewer ADMIN")).await, Err(TokenError::NoRole), "names may have spaces");
    let named = |value: &str, role| RoleName { value: value.into(), role };
    let roles = vec![named("leads", Role::Admin), named("plant", Role::Viewer)];
    let mapped = ClaimRules { roles, ..of("groups") };
    assert_eq!(role(mapped.clone(), "groups", json!(["plant", "x"])).await, Ok(Role::Viewer));
    assert_eq!(role(mapped.clone(), "groups", json!(["plant", "leads"])).await, Ok(Role::Admin));
    // Whoever says what stands for a role says all that does.
    assert_eq!(role(mapped, "groups", json!(["admin"])).await, Err(TokenError::NoRole));
}

#[tokio::test]
async fn keys_that_are_renewed_are_found_and_a_provider_that_is_away_is_not_missed() {
    let (old, new) = (elliptic(), elliptic());
    let provider = Provider::new(&[public(&old, Algorithm::ES256, "old")], rules());
    let verify = async |key: &EncodingKey, id: &str, at: i64| {
        let mut claims = claims();
        claims["exp"] = json!(NOW.0 / 1000 + 100_000);
        provider
            .tokens
            .verify(&sign(key, Algorithm::ES256, Some(id), &claims), Instant(NOW.0 + at * 1000))
            .await
            .is_ok()
    };
    assert!(verify(&old, "old", 0).await);
    provider.write(&[public(&old, Algorithm::ES256, "old"), public(&new, Algorithm::ES256, "new")]);
    assert!(!verify(&new, "new", 29).await, "it was asked for keys a moment ago");
    assert!(verify(&new, "new", 30).await);
    std::fs::remove_file(provider.folder.path().join("keys.json")).unwrap();
    assert!(!verify(&new, "newer", 100).await);
    assert!(verify(&new, "new", 5_000).await && verify(&old, "old", 5_001).await);
}

/// Answers each request with this.
async fn serving(answer: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}/keys?secret=hunter2")
}

#[tokio::test]
async fn keys_come_from_an_address_too() {
    let key = edwards();
    let set = json!({"keys": [public(&key, Algorithm::EdDSA, "k")]}).to_string();
    let ok =
        |body: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let tokens = ProviderTokens::new(KeySource::new(&serving(ok(&set)).await, None).unwrap(), rules());
    assert!(tokens.verify(&sign(&key, Algorithm::EdDSA, None, &claims()), NOW).await.is_ok());
    for (answer, told) in [
        (ok("<html>"), "it must be a JSON Web Key Set"),
        (ok(r#"{"keys": []}"#), "There is no key for RS256"),
        (ok(&format!("{{\"a\": \"{}\"}}", "x".repeat(2 << 20))), "larger than 1 MiB"),
        ("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_owned(), "it answers 500"),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned(),
            "it answers 302",
        ),
    ] {
        let source = KeySource::new(&serving(answer).await, None).unwrap();
        let error = ProviderTokens::new(source, rules()).load(NOW).await.unwrap_err().to_string();
        assert!(error.contains(told) && error.contains("http://127.0.0.1:"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn keys_in_the_clear_come_from_this_computer_only() {
    for place in ["http://login.example/keys", "http://10.0.0.1/keys", "http://localhost.example/"] {
        assert!(KeySource::new(place, None).unwrap_err().to_string().contains("https://"), "{place}");
    }
    for place in [
        "http://localhost:1/",
        "http://127.0.0.1:1/",
        "http://[::1]:1/",
        "https://login.example/keys",
        "/etc/keys.json",
    ] {
        assert!(KeySource::new(place, None).is_ok(), "{place}");
    }
    let none = KeySource::new("https://login.example/keys", Some(Path::new("/nowhere/ca.pem"))).unwrap_err();
    assert!(none.to_string().contains("/nowhere/ca.pem"), "{none}");
}

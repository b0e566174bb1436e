//! Tokens that prove nobody, or no longer, wherever a token goes.

use super::{Fortress, code, forged, genuine};
use crate::harness::atelier::JWT_SECRET;
use crate::harness::graphql::{Client, Received, http};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::time::Duration;

/// Base64url of JSON, made the long way round: by signing it.
fn part(claims: &Value) -> String {
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(b"x")).unwrap();
    token.split('.').nth(1).unwrap().to_owned()
}

/// `GET` with a token: REST, and what else takes one.
async fn status(fortress: &Fortress, path: &str, token: &str) -> u16 {
    let request = http().get(format!("{}{path}", fortress.base())).header("authorization", format!("Bearer {token}"));
    request.send().await.unwrap().status().as_u16()
}

/// Refused by GraphQL over HTTP, as a stream of events and over a WebSocket, and by REST.
async fn is_refused_everywhere(fortress: &Fortress, token: &str, what: &str) {
    let client = Client::with_token(fortress.base(), token);
    assert_eq!(code(&client, "{ me { id } }").await, "UNAUTHENTICATED", "{what}: {token}");
    let stream = http()
        .post(format!("{}/graphql", fortress.base()))
        .header("accept", "text/event-stream")
        .bearer_auth(token)
        .json(&json!({"query": "subscription { sessionUpdated { id } }"}));
    assert_eq!(stream.send().await.unwrap().status().as_u16(), 401, "{what}");
    assert_eq!(status(fortress, "/api/v1/machines", token).await, 401, "{what}");
    match client.connect().await.receive(Duration::from_secs(10)).await {
        Received::Closed(Some(4401 | 4403)) => {}
        other => panic!("{what}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_tokens_prove_nobody() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    assert_eq!(code(&Client::with_token(fortress.base(), genuine()), "{ me { id } }").await, Value::Null);
    let secret = JWT_SECRET.as_bytes();
    let now = chrono::Utc::now().timestamp();
    let claims = json!({"sub": "3", "name": "admin", "role": "ADMIN", "nbf": now, "exp": now + 600, "aud": "atelier", "iss": "atelier"});
    let none = |name: &str| format!("{}.{}.", part(&json!({"alg": name, "typ": "JWT"})), part(&claims));
    let genuine = genuine();
    let [header, body, signature] = genuine.split('.').collect::<Vec<_>>()[..] else { panic!("{genuine}") };
    let x = fortress.public["x"].as_str().unwrap();
    let public = fortress.public.to_string();
    let external = |algorithm, key: &EncodingKey, change: &dyn Fn(&mut Value)| {
        let mut claims =
            json!({"iss": "https://login.example", "aud": "atelier", "sub": "9", "role": "ADMIN", "exp": now + 600});
        change(&mut claims);
        jsonwebtoken::encode(&Header::new(algorithm), &claims, key).unwrap()
    };
    let other = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let other = EncodingKey::from_ec_pem(other.serialize_pem().as_bytes()).unwrap();
    let hs = |secret: &[u8]| EncodingKey::from_secret(secret);
    let forgeries = [
        ("algorithm none", none("none")),
        ("algorithm None", none("None")),
        ("algorithm NONE", none("NONE")),
        ("algorithm nOnE with a signature", format!("{}{signature}", none("nOnE"))),
        ("no signature", format!("{header}.{body}.")),
        ("another secret", forged(Algorithm::HS256, b"another secret of the same length, or so", |_| ())),
        ("an empty secret", forged(Algorithm::HS256, b"", |_| ())),
        ("HS384", forged(Algorithm::HS384, secret, |_| ())),
        ("HS512", forged(Algorithm::HS512, secret, |_| ())),
        ("expired", forged(Algorithm::HS256, secret, |claims| claims["exp"] = json!(now - 10))),
        ("without an end", forged(Algorithm::HS256, secret, |claims| claims["exp"] = Value::Null)),
        ("an end beyond all time", forged(Algorithm::HS256, secret, |claims| claims["exp"] = json!(1e300))),
        ("not yet valid", forged(Algorithm::HS256, secret, |claims| claims["nbf"] = json!(now + 60))),
        ("for others", forged(Algorithm::HS256, secret, |claims| claims["aud"] = json!("other"))),
        ("by others", forged(Algorithm::HS256, secret, |claims| claims["iss"] = json!("other"))),
        ("of nobody", forged(Algorithm::HS256, secret, |claims| claims["sub"] = json!("4711"))),
        ("a role changed afterwards", format!("{header}.{}.{signature}", part(&claims))),
        ("a made-up role", forged(Algorithm::HS256, secret, |claims| claims["role"] = json!("ROOT"))),
        ("the public key as a secret: x", external(Algorithm::HS256, &hs(x.as_bytes()), &|_| ())),
        ("the public key as a secret: all of it", external(Algorithm::HS256, &hs(public.as_bytes()), &|_| ())),
        ("another key of the provider's kind", external(Algorithm::ES256, &other, &|_| ())),
        (
            "the provider's, expired",
            external(Algorithm::ES256, &fortress.key, &|claims| claims["exp"] = json!(now - 10)),
        ),
        (
            "the provider's, of another issuer",
            external(Algorithm::ES256, &fortress.key, &|claims| claims["iss"] = json!("atelier")),
        ),
        (
            "the provider's, for others",
            external(Algorithm::ES256, &fortress.key, &|claims| claims["aud"] = json!("other")),
        ),
        (
            "the provider's, without a role",
            external(Algorithm::ES256, &fortress.key, &|claims| claims["role"] = Value::Null),
        ),
        ("no API token", "atl_0000000000000000000000000000000000000000000000000000000000000000".to_owned()),
        ("an API token's beginning", "atl_".to_owned()),
        ("SQL", "' OR '1'='1".to_owned()),
        ("a long one", "x".repeat(4_000)),
    ];
    for (what, token) in &forgeries {
        is_refused_everywhere(&fortress, token, what).await;
        honest.is_answered(what).await;
    }
    fortress.stands();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_in_a_token_is_not_believed_but_looked_up() {
    let fortress = Fortress::new().await;
    // Even with our own secret: what a user may do is in the database.
    let token = forged(Algorithm::HS256, JWT_SECRET.as_bytes(), |claims| claims["role"] = json!("ADMIN"));
    let client = Client::with_token(fortress.base(), token);
    assert_eq!(code(&client, "{ users { id } }").await, "FORBIDDEN");
    assert_eq!(client.query("{ me { role } }", json!({})).await["me"]["role"], "VIEWER");
    fortress.stands();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_refresh_token_ends_its_family() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let anonymous = Client::anonymous(fortress.base());
    let login =
        format!("mutation {{ login(username: \"operator\", password: \"{}\") {{ refreshToken }} }}", super::PASSWORD);
    let first = anonymous.query(&login, json!({})).await["login"]["refreshToken"].as_str().unwrap().to_owned();
    let refresh = "mutation($t: String!) { refreshToken(refreshToken: $t) { accessToken refreshToken } }";
    let second = anonymous.query(refresh, json!({ "t": first })).await["refreshToken"]["refreshToken"].clone();
    assert_eq!(anonymous.error_code(refresh, json!({ "t": first })).await, "UNAUTHENTICATED", "presented again");
    assert_eq!(anonymous.error_code(refresh, json!({ "t": second })).await, "UNAUTHENTICATED", "its whole family");
    for made_up in ["", "x", &"f".repeat(64), &"0".repeat(10_000), "' OR 1=1 --"] {
        assert_eq!(anonymous.error_code(refresh, json!({ "t": made_up })).await, "UNAUTHENTICATED", "{made_up}");
    }
    honest.is_answered("a replayed refresh token").await;
    fortress.stands();
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_tokens_and_those_of_deactivated_users_end_within_two_seconds() {
    let fortress = Fortress::new().await;
    let (admin, operator) = (fortress.signed_in("admin").await, fortress.signed_in("operator").await);
    let made = operator
        .query(
            "mutation { createApiToken(input: {name: \"screen\", role: VIEWER}) { token apiToken { id } } }",
            json!({}),
        )
        .await;
    let token = made["createApiToken"]["token"].as_str().unwrap().to_owned();
    let client = Client::with_token(fortress.base(), &token);
    let mut socket = client.connect().await.acknowledged().await;
    socket.subscribe("a", "subscription { sessionUpdated { id } }", json!({})).await;
    // A token of a viewer's role does no more, though its owner may.
    assert_eq!(code(&client, "mutation { syncNow(source: FTP) { id } }").await, "FORBIDDEN");
    assert_eq!(client.query("{ me { role } }", json!({})).await["me"]["role"], "VIEWER");
    let id = made["createApiToken"]["apiToken"]["id"].clone();
    admin.query("mutation($id: ID!) { revokeApiToken(id: $id) { id } }", json!({ "id": id })).await;
    is_refused_everywhere(&fortress, &token, "a revoked API token").await;
    assert!(matches!(socket.receive(Duration::from_secs(2)).await, Received::Closed(Some(4403))));

    let mut socket = operator.connect().await.acknowledged().await;
    let users = admin.query("{ users { id username } }", json!({})).await;
    let id =
        users["users"].as_array().unwrap().iter().find(|user| user["username"] == "operator").unwrap()["id"].clone();
    admin.query("mutation($id: ID!) { updateUser(id: $id, input: {active: false}) { id } }", json!({ "id": id })).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    is_refused_everywhere(&fortress, operator.token(), "a token of a deactivated user").await;
    assert!(matches!(socket.receive(Duration::from_secs(1)).await, Received::Closed(Some(4403))));
    fortress.stands();
}

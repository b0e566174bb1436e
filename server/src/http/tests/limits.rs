//! How often one may ask, how much is told to pages of other origins, and HTTPS.

use super::{Inside, form, http_client, json_of, serve_with};
use crate::config::TlsConfig;
use crate::http::Certificate;
use actix_web::http::header;
use actix_web::test::{TestRequest, call_service};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::path::Path;

const RATE: &str = "[limits]\nrequests_at_once = 5\nrequests_per_second = 1\nbatch = 3\n";

fn asking(token: Option<&str>) -> TestRequest {
    let request = TestRequest::post().uri("/graphql").peer_addr(([192, 0, 2, 1], 5_000).into());
    match token {
        Some(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
        None => request,
    }
}

fn code(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]["code"]
}

#[actix_web::test]
async fn who_asks_too_often_has_to_wait_and_nobody_else() {
    let inside = Inside::with(RATE).await;
    let service = service!(inside);
    let token = inside.token(60_000).await;
    let query = json!({"query": "{ __typename }"});
    for _ in 0..5 {
        let answer = json_of(call_service(&service, asking(Some(&token)).set_json(&query).to_request()).await).await;
        assert_eq!(answer["data"]["__typename"], "Query", "{answer}");
    }
    let response = call_service(&service, asking(Some(&token)).set_json(&query).to_request()).await;
    assert_eq!(
        (response.status().as_u16(), response.headers().get("retry-after").unwrap().as_bytes()),
        (200, &b"1"[..])
    );
    let answer = json_of(response).await;
    assert_eq!(code(&answer), "RATE_LIMITED");
    assert_eq!(answer["errors"][0]["message"], "Too many requests: try again in 1 s.");
    let standard = asking(Some(&token)).insert_header(("accept", "application/graphql-response+json"));
    assert_eq!(call_service(&service, standard.set_json(&query).to_request()).await.status(), 429);

    // Those without a token are counted by where they come from, /token included.
    for _ in 0..4 {
        let answer = json_of(call_service(&service, asking(None).set_json(&query).to_request()).await).await;
        assert_ne!(code(&answer), "RATE_LIMITED");
    }
    let from_there = |request: TestRequest| request.peer_addr(([192, 0, 2, 1], 5_000).into()).to_request();
    assert_eq!(call_service(&service, from_there(form("username=jo"))).await.status(), 400);
    let response = call_service(&service, from_there(form("username=jo"))).await;
    assert_eq!(response.status(), 429);
    assert_eq!(json_of(response).await["error_description"], "Too many requests: try again in 1 s.");
    let elsewhere = form("username=jo").peer_addr(([192, 0, 2, 2], 5_000).into()).to_request();
    assert_eq!(call_service(&service, elsewhere).await.status(), 400);
}

#[actix_web::test]
async fn rest_counts_too() {
    let inside = Inside::with(RATE).await;
    let service = service!(inside);
    let token = inside.token(60_000).await;
    let asking =
        || TestRequest::get().uri("/api/v1/machines").insert_header(("authorization", format!("Bearer {token}")));
    for _ in 0..5 {
        assert_eq!(call_service(&service, asking().to_request()).await.status(), 200);
    }
    let response = call_service(&service, asking().to_request()).await;
    assert_eq!(
        (response.status().as_u16(), response.headers().get("retry-after").unwrap().as_bytes()),
        (429, &b"1"[..])
    );
    assert_eq!(json_of(response).await["error"]["code"], "RATE_LIMITED");
}

#[actix_web::test]
async fn each_request_of_a_batch_counts() {
    let inside = Inside::with(RATE).await;
    let service = service!(inside);
    let token = inside.token(60_000).await;
    let batch = json!([{"query": "{ __typename }"}, {"query": "{ __typename }"}, {"query": "{ __typename }"}]);
    let first = json_of(call_service(&service, asking(Some(&token)).set_json(&batch).to_request()).await).await;
    assert_eq!(first.as_array().map(Vec::len), Some(3));
    let second = json_of(call_service(&service, asking(Some(&token)).set_json(&batch).to_request()).await).await;
    assert_eq!(code(&second), "RATE_LIMITED");
}

async fn preflight(client: &Client, address: &str, origin: &str) -> Option<String> {
    let request = client
        .request(Method::OPTIONS, format!("{address}/graphql"))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization, content-type");
    let response = request.send().await.unwrap();
    response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
}

#[actix_web::test]
async fn pages_of_other_origins_may_ask_only_if_they_are_named() {
    let client = http_client();
    let inside = Inside::new().await;
    let server = serve_with(&inside, None);
    let address = format!("http://{}", server.address());
    assert_eq!(preflight(&client, &address, "https://screens.example").await, None);

    let inside = Inside::with("[http]\ncors_origins = ['https://screens.example']\n").await;
    let server = serve_with(&inside, None);
    let address = format!("http://{}", server.address());
    let allowed = preflight(&client, &address, "https://screens.example").await;
    assert_eq!(allowed.as_deref(), Some("https://screens.example"));
    assert_eq!(preflight(&client, &address, "https://evil.example").await, None);
    let response = client.get(format!("{address}/healthz")).header("origin", "https://screens.example");
    let response = response.send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "https://screens.example");
    assert!(response.headers().get("access-control-allow-credentials").is_none());
    assert!(response.headers()[header::VARY.as_str()].to_str().unwrap().to_ascii_lowercase().contains("origin"));
}

fn write(folder: &Path, certified: &CertifiedKey<rcgen::KeyPair>) -> TlsConfig {
    let (certificates, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&certificates, certified.cert.pem()).unwrap();
    std::fs::write(&key, certified.signing_key.serialize_pem()).unwrap();
    TlsConfig { certificates, key }
}

#[actix_web::test]
async fn https_is_spoken_with_a_certificate_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let certified = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = Certificate::load(write(folder.path(), &certified)).unwrap();
    let inside = Inside::new().await;
    let server = serve_with(&inside, Some(certificate));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certified.cert.der().clone()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let client = Client::builder()
        .tls_backend_preconfigured(tls.with_root_certificates(roots).with_no_client_auth())
        .resolve("localhost", server.address())
        .build()
        .unwrap();
    let address = format!("https://localhost:{}", server.address().port());
    let response = client.get(format!("{address}/healthz")).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["strict-transport-security"]),
        (200, &"max-age=31536000".parse().unwrap())
    );
    assert!(
        http_client().get(format!("http://{}/healthz", server.address())).send().await.is_err(),
        "not in the clear"
    );
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let certified = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = write(folder.path(), &certified);
    let told = |files: &TlsConfig| format!("{:#}", Certificate::load(files.clone()).unwrap_err());
    std::fs::write(&files.key, other.signing_key.serialize_pem()).unwrap();
    assert!(told(&files).contains("key.pem does not belong to the certificate"), "{}", told(&files));
    std::fs::write(&files.key, "no key").unwrap();
    assert!(told(&files).contains("key.pem cannot be read"), "{}", told(&files));
    std::fs::write(&files.certificates, "").unwrap();
    assert!(told(&files).contains("no certificate in"), "{}", told(&files));
    std::fs::remove_file(&files.certificates).unwrap();
    assert!(told(&files).contains("`http.tls_cert`"), "{}", told(&files));
}

#[test]
fn a_renewed_certificate_is_taken_and_half_of_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let first = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let second = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = Certificate::load(write(folder.path(), &first)).unwrap();
    std::fs::write(folder.path().join("cert.pem"), second.cert.pem()).unwrap();
    certificate.reload();
    assert_eq!(certificate.leaf(), *first.cert.der(), "the key is not there yet");
    write(folder.path(), &second);
    certificate.reload();
    assert_eq!(certificate.leaf(), *second.cert.der());
}

#[actix_web::test]
async fn answers_are_compressed_as_the_client_likes() {
    let inside = Inside::new().await;
    let server = serve_with(&inside, None);
    let token = inside.token(60_000).await;
    for (accepted, given) in [("br", Some("br")), ("zstd", Some("zstd")), ("gzip", Some("gzip")), ("identity", None)] {
        let request = http_client()
            .post(format!("http://{}/graphql", server.address()))
            .header("accept-encoding", accepted)
            .bearer_auth(&token)
            .json(&json!({"query": "{ __schema { types { name description } } }"}));
        let response = request.send().await.unwrap();
        let encoding = response.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(encoding.as_deref(), given, "{accepted}");
        let size = response.bytes().await.unwrap().len();
        assert_eq!(size < 10_000, given.is_some(), "{accepted}: {size} bytes");
    }
}

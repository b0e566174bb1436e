//! What HTTP promises, over a real store.

/// The service of an [`Inside`]; its type has no name that could be written here.
macro_rules! service {
    ($inside:expr) => {
        actix_web::test::init_service(
            actix_web::App::new().wrap(crate::http::headers(false)).configure(crate::http::routes($inside.api.clone())),
        )
        .await
    };
}

mod graphql;
mod limits;
mod pages;
mod provider;
mod rest;
mod streams;
mod websocket;

use super::{Api, Certificate, Listening, listen};
use crate::clock::SystemClock;
use crate::config::{Config, Environment, Flags, Secret};
use crate::wiring;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::test::{TestRequest, call_service, read_body};
use atelier_application::accounts::UserUpdate;
use atelier_application::ports::clock::Clock;
use atelier_application::ports::identity::{AccessTokens, Subject};
use atelier_application::ports::users::{Role, UserStore as _};
use atelier_domain::units::Millis;
use atelier_store::Store;
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const PASSWORD: &str = "a long enough one";

/// A program's inside: one user, no machines' data.
struct Inside {
    api: Api,
    store: Store,
    secret: Secret,
    _folder: TempDir,
}

impl Inside {
    async fn new() -> Self {
        Self::with("[limits]\nbody_kib = 4\nbatch = 3\n").await
    }

    /// Configured so.
    async fn with(file_content: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("a.db").display());
        let environment = [("ATELIER_DATABASE_URL", url.as_str())].into_iter().collect::<Environment>();
        let file = folder.path().join("a.toml");
        std::fs::write(&file, file_content).unwrap();
        let config = Config::load(Some(&file), &environment, &Flags::default()).unwrap();
        let store = wiring::open(&config).await.unwrap();
        let secret = wiring::fresh_secret();
        let auth = wiring::auth(&store, &secret).unwrap();
        auth.add_user("jo", PASSWORD, Role::Viewer).await.unwrap();
        let (mut api, ..) = wiring::api(&config, &store, &store, &store, auth, CancellationToken::new());
        api.externals = wiring::externals(&config, &store).await.unwrap();
        Self { api, store, secret, _folder: folder }
    }

    /// Another administrator deactivates a user.
    async fn deactivate(&self, name: &str) {
        let accounts = wiring::accounts(&self.store);
        let boss = accounts.create_here(None, "boss", PASSWORD, Role::Admin).await.unwrap();
        let (user, _) = self.store.user_by_name(name).await.unwrap().unwrap();
        let subject = Subject {
            user: boss.id,
            username: boss.username,
            role: Role::Admin,
            expires_at: SystemClock.now(),
            api_token: None,
        };
        let update = UserUpdate { active: Some(false), ..UserUpdate::default() };
        accounts.update(&subject, user.id, update).await.unwrap();
    }

    /// A token of the user that ends in so many milliseconds.
    async fn token(&self, millis: i64) -> String {
        let signed_in = self.api.auth.login("jo", PASSWORD, None).await.unwrap();
        let now = SystemClock.now();
        let mut subject = self.api.auth.subject(&signed_in.access_token).unwrap();
        subject.expires_at = now + Millis(millis);
        wiring::tokens(&self.secret).unwrap().issue(&subject, now)
    }
}

/// The test's own provider of cryptography, where a client needs one: features of other crates leave none by default.
fn http_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

fn serve(inside: &Inside) -> Listening {
    serve_with(inside, None)
}

fn serve_with(inside: &Inside, certificate: Option<Arc<Certificate>>) -> Listening {
    Listening::start(listen("127.0.0.1:0").unwrap(), inside.api.clone(), certificate).unwrap()
}

async fn json_of(response: ServiceResponse<impl MessageBody>) -> Value {
    serde_json::from_slice(&read_body(response).await).unwrap()
}

fn form(body: &str) -> TestRequest {
    TestRequest::post()
        .uri("/token")
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(body.to_owned())
}

#[actix_web::test]
async fn the_password_form_gives_a_pair_of_tokens_and_the_next() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let response = call_service(&service, form("username=jo&password=a+long+enough+one").to_request()).await;
    assert_eq!(
        (response.status().as_u16(), response.headers().get("cache-control").unwrap().to_str().unwrap()),
        (200, "no-store")
    );
    let pair = json_of(response).await;
    assert_eq!(pair["token_type"], "Bearer");
    assert!(pair["expires_in"].as_i64().unwrap() > 0, "{pair}");
    assert!(inside.api.auth.subject(pair["access_token"].as_str().unwrap()).is_ok());

    let refresh = format!("grant_type=refresh_token&refresh_token={}", pair["refresh_token"].as_str().unwrap());
    let next = json_of(call_service(&service, form(&refresh).to_request()).await).await;
    assert!(next["refresh_token"].is_string() && next["refresh_token"] != pair["refresh_token"], "{next}");
    let again = call_service(&service, form(&refresh).to_request()).await;
    assert_eq!(again.status(), 401);
}

#[actix_web::test]
async fn a_refused_form_says_why_as_oauth2_does() {
    let inside = Inside::new().await;
    let service = service!(inside);
    for (body, status, error) in [
        ("username=jo&password=wrong", 401, "invalid_grant"),
        ("username=nobody&password=wrong", 401, "invalid_grant"),
        ("username=jo", 400, "invalid_request"),
        ("", 400, "invalid_request"),
        ("username=jo&username=jo&password=x", 400, "invalid_request"),
        ("grant_type=client_credentials", 400, "unsupported_grant_type"),
        ("grant_type=refresh_token", 400, "invalid_request"),
        ("grant_type=refresh_token&refresh_token=made-up", 401, "invalid_grant"),
        ("username=%FF%00&password=%00", 401, "invalid_grant"),
    ] {
        let response = call_service(&service, form(body).to_request()).await;
        assert_eq!(response.status(), status, "{body}");
        let answer = json_of(response).await;
        assert_eq!(answer["error"], error, "{body}");
        assert!(answer["error_description"].is_string(), "{body}");
    }
    let json = TestRequest::post().uri("/token").set_json(json!({"username": "jo"})).to_request();
    assert_eq!(call_service(&service, json).await.status(), 400);
    let large = form(&format!("username={}", "x".repeat(20_000))).to_request();
    assert_eq!(call_service(&service, large).await.status(), 400);
}

#[actix_web::test]
async fn health_readiness_and_the_page_need_no_token() {
    let inside = Inside::new().await;
    let service = service!(inside);
    for address in ["/healthz", "/readyz", "/"] {
        let response = call_service(&service, TestRequest::get().uri(address).to_request()).await;
        assert_eq!(response.status(), 200, "{address}");
        assert_eq!(response.headers().get("x-content-type-options").unwrap(), "nosniff");
        assert_eq!(response.headers().get("x-frame-options").unwrap(), "DENY");
        assert_eq!(response.headers().get("referrer-policy").unwrap(), "no-referrer");
    }
    inside.api.stopping.cancel();
    let response = call_service(&service, TestRequest::get().uri("/readyz").to_request()).await;
    assert_eq!(response.status(), 503);
    assert!(json_of(response).await["error"].as_str().unwrap().contains("stopping"));
}

#[actix_web::test]
async fn an_address_that_is_none_or_is_asked_in_the_wrong_way_says_so() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let response = call_service(&service, TestRequest::get().uri("/nowhere").to_request()).await;
    assert_eq!(response.status(), 404);
    assert!(json_of(response).await["error"].is_string());
    for (request, address) in
        [(TestRequest::get(), "/token"), (TestRequest::put(), "/graphql"), (TestRequest::get(), "/graphql")]
    {
        let response = call_service(&service, request.uri(address).to_request()).await;
        assert_eq!(
            (response.status().as_u16(), response.headers().get("allow").unwrap().to_str().unwrap()),
            (405, "POST"),
            "{address}"
        );
    }
    assert_eq!(call_service(&service, TestRequest::post().uri("/healthz").to_request()).await.status(), 405);
}

#[actix_web::test]
async fn who_guesses_passwords_has_to_wait_and_nobody_else() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let attempt = async |proxy: [u8; 4], forwarded: &str, password: &str| {
        let request = form(&format!("username=jo&password={password}")).insert_header(("x-forwarded-for", forwarded));
        let request = request.peer_addr((proxy, 5_000).into());
        let response = call_service(&service, request.to_request()).await;
        (response.status().as_u16(), json_of(response).await["error_description"].as_str().map(str::to_owned))
    };
    let proxy = [127, 0, 0, 1];
    for made_up in 0..10 {
        let (status, _) = attempt(proxy, &format!("10.9.9.{made_up}, 192.0.2.1"), "guess").await;
        assert_eq!(status, 401);
    }
    let (status, told) = attempt(proxy, "192.0.2.1", "a+long+enough+one").await;
    assert_eq!(status, 429);
    assert!(told.as_deref().unwrap().starts_with("Too many wrong passwords: try again in "), "{told:?}");
    let login = json!({"query": "mutation { login(username: \"jo\", password: \"a long enough one\") { expiresAt } }"});
    let request = TestRequest::post().uri("/graphql").peer_addr(([192, 0, 2, 1], 5_000).into()).set_json(&login);
    let answer = json_of(call_service(&service, request.to_request()).await).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "RATE_LIMITED",
        "the same address without the proxy: {answer}"
    );
    assert_eq!(attempt(proxy, "192.0.2.2", "a+long+enough+one").await.0, 200, "from elsewhere");
    assert_eq!(
        attempt([192, 0, 2, 1], "192.0.2.3", "a+long+enough+one").await.0,
        429,
        "nobody else's header is believed"
    );
}

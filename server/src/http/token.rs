//! `POST /token`: the `OAuth2` password form (RFC 6749, sections 4.3, 5 and 6).

use super::{Api, caller};
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use atelier_application::auth::SignedIn;
use atelier_application::error::AppError;
use atelier_graphql::Caller;
use serde_json::json;
use std::net::IpAddr;
use std::time::Duration;
use zeroize::Zeroizing;

/// The most bytes of a form.
const FORM_LIMIT: usize = 16 * 1024;
/// A form that takes longer to arrive is given up.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    username: Option<String>,
    password: Option<Zeroizing<String>>,
    refresh_token: Option<Zeroizing<String>>,
}

struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
    /// In how many seconds it may be tried again, if that is known.
    after: Option<u64>,
}

impl Refusal {
    fn invalid(description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_request", description: description.into(), after: None }
    }
}

/// Signs in, or exchanges a refresh token.
pub(super) async fn post(request: HttpRequest, payload: Payload, api: Data<Api>) -> HttpResponse {
    let from = caller::origin(&request, &api);
    let outcome = match api.rates.charge(&Caller::Anonymous, from, 1) {
        Ok(()) => match read(&request, payload).await {
            Ok(form) => grant(form, &api, from).await,
            Err(refusal) => Err(refusal),
        },
        Err(too_many) => Err(refusal(too_many.into())),
    };
    let mut response = match outcome {
        Ok(signed_in) => HttpResponse::Ok().json(json!({
            "access_token": signed_in.access_token,
            "token_type": "Bearer",
            "expires_in": (signed_in.expires_at - api.clock.now()).at_least_zero().0 / 1000,
            "refresh_token": signed_in.refresh_token,
        })),
        Err(Refusal { status, error, description, after }) => {
            let mut response = HttpResponse::build(status);
            if let Some(seconds) = after {
                response.insert_header((header::RETRY_AFTER, seconds));
            }
            response.json(json!({ "error": error, "error_description": description }))
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Form, Refusal> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::invalid("Send a form, with Content-Type: application/x-www-form-urlencoded."));
    }
    let body = tokio::time::timeout(PATIENCE, payload.to_bytes_limited(FORM_LIMIT)).await;
    let Ok(Ok(Ok(body))) = body else {
        return Err(Refusal::invalid("The form did not arrive whole, or is larger than 16 KiB."));
    };
    let mut form = Form::default();
    for (name, value) in url::form_urlencoded::parse(&body) {
        let value = value.into_owned();
        let given_twice = match name.as_ref() {
            "grant_type" => form.grant_type.replace(value).is_some(),
            "username" => form.username.replace(value).is_some(),
            "password" => form.password.replace(Zeroizing::new(value)).is_some(),
            "refresh_token" => form.refresh_token.replace(Zeroizing::new(value)).is_some(),
            _ => false,
        };
        if given_twice {
            return Err(Refusal::invalid(format!("The field `{name}` is there twice.")));
        }
    }
    Ok(form)
}

async fn grant(form: Form, api: &Api, from: Option<IpAddr>) -> Result<SignedIn, Refusal> {
    let outcome = match form.grant_type.as_deref().unwrap_or("password") {
        "password" => {
            let (Some(username), Some(password)) = (form.username, form.password) else {
                return Err(Refusal::invalid("The form needs the fields `username` and `password`."));
            };
            api.auth.login(&username, &password, from).await
        }
        "refresh_token" => {
            let Some(refresh_token) = form.refresh_token else {
                return Err(Refusal::invalid("The form needs the field `refresh_token`."));
            };
            api.auth.refresh(&refresh_token).await
        }
        _ => {
            let description = "Use the grant type `password` or `refresh_token`.".to_owned();
            let error = "unsupported_grant_type";
            return Err(Refusal { error, ..Refusal::invalid(description) });
        }
    };
    outcome.map_err(refusal)
}

fn refusal(error: AppError) -> Refusal {
    let after = if let AppError::RateLimited { after, .. } = &error { *after } else { None };
    let (status, code, description) = match error {
        AppError::Unauthenticated(text) | AppError::Forbidden(text) => {
            (StatusCode::UNAUTHORIZED, "invalid_grant", text)
        }
        AppError::BadUserInput { message, .. } => (StatusCode::BAD_REQUEST, "invalid_request", message),
        AppError::NotFound(text) | AppError::Conflict(text) => (StatusCode::BAD_REQUEST, "invalid_request", text),
        AppError::RateLimited { message, .. } => (StatusCode::TOO_MANY_REQUESTS, "slow_down", message),
        AppError::Unavailable(text) => {
            tracing::warn!(error = text, "signing in is not possible");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "The database does not answer: try again later.".to_owned(),
            )
        }
        AppError::Internal(text) => {
            let reference = format!("{:08x}", rand::random::<u32>());
            tracing::error!(reference, error = text, "signing in failed");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                format!("Something failed; its reference in the log is {reference}."),
            )
        }
    };
    Refusal { status, error: code, description, after }
}

//! What clients are told when something goes wrong: the one place where errors get their codes and statuses.

use super::super::rates::TooMany;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use atelier_application::error::AppError;
use atelier_application::ports::identity::TokenError;
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// An error, as every address under `/api` tells it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorBody {
    /// What went wrong.
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ErrorDetail {
    /// For programs.
    code: ErrorCode,
    /// For people: one plain sentence.
    #[schema(example = "`first` must be at most 500.")]
    message: String,
    /// Which parameter, or which field of the body, is not right; left out when it is none of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "first")]
    field: Option<String>,
    /// Finds a fault of the server in its log; left out when it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "5f1d3c0a9b7e4d21")]
    reference: Option<String>,
}

/// `UNAUTHENTICATED`: no token, or one that is no longer good. `FORBIDDEN`: this needs another role. `BAD_USER_INPUT`:
/// something that was sent is not right. `NOT_FOUND`: what was named does not exist. `CONFLICT`: it clashes with what is
/// there. `RATE_LIMITED`: too many requests. `INTERNAL`: a fault of the server, whose log has more under `reference`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ErrorCode {
    Unauthenticated,
    Forbidden,
    BadUserInput,
    NotFound,
    Conflict,
    RateLimited,
    Internal,
}

/// Why a request is not answered. Inner errors cannot become one but through [`AppError`].
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    body: ErrorBody,
    /// When to come back, in seconds, if that is known.
    after: Option<u64>,
}

impl Failure {
    fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        let error = ErrorDetail { code, message: message.into(), field: None, reference: None };
        Self { status, body: ErrorBody { error }, after: None }
    }

    /// A parameter, or a field of the body, that is not right.
    pub(super) fn bad_input(field: &str, message: impl Into<String>) -> Self {
        AppError::bad_input(field, message).into()
    }

    /// A request that is not right as a whole.
    pub(super) fn bad_request(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(status, ErrorCode::BadUserInput, message)
    }

    /// Something that does not exist.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        AppError::NotFound(message.into()).into()
    }

    /// A fault of ours. The text is for the log.
    pub(super) fn internal(text: impl Into<String>) -> Self {
        AppError::Internal(text.into()).into()
    }

    fn fault(status: StatusCode, text: &str) -> Self {
        let reference = format!("{:016x}", rand::random::<u64>());
        tracing::error!(reference, error = text, "a request failed");
        let message = format!("Something went wrong on our side; the log has more under the reference {reference}.");
        let mut failure = Self::new(status, ErrorCode::Internal, message);
        failure.body.error.reference = Some(reference);
        failure
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::BadUserInput { field, message } => {
                let mut failure = Self::new(StatusCode::BAD_REQUEST, ErrorCode::BadUserInput, message);
                failure.body.error.field = Some(field);
                failure
            }
            AppError::NotFound(message) => Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, message),
            AppError::Conflict(message) => Self::new(StatusCode::CONFLICT, ErrorCode::Conflict, message),
            AppError::Forbidden(message) => Self::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, message),
            AppError::Unauthenticated(message) => {
                Self::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthenticated, message)
            }
            AppError::RateLimited { message, after } => {
                Self { after, ..Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited, message) }
            }
            AppError::Unavailable(text) => Self::fault(StatusCode::SERVICE_UNAVAILABLE, &text),
            AppError::Internal(text) => Self::fault(StatusCode::INTERNAL_SERVER_ERROR, &text),
        }
    }
}

impl From<TooMany> for Failure {
    fn from(too_many: TooMany) -> Self {
        AppError::from(too_many).into()
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        AppError::from(error).into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.body.error.message)
    }
}

impl std::error::Error for Failure {}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        match self.status {
            StatusCode::UNAUTHORIZED => response.insert_header((header::WWW_AUTHENTICATE, "Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => response.insert_header((header::RETRY_AFTER, "5")),
            _ => &mut response,
        };
        if let Some(seconds) = self.after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        response.json(&self.body)
    }
}

/// The answer of an address under `/api` that is none.
pub(super) async fn no_such_address() -> HttpResponse {
    Failure::not_found("There is nothing at this address; /api/docs lists those there are.").error_response()
}

/// The answer of an address that takes these methods, to others.
pub(super) fn method_not_allowed(request: &HttpRequest, allowed: &[Method]) -> HttpResponse {
    let message = format!("{} does not take {}.", request.path(), request.method());
    let mut response = Failure::bad_request(StatusCode::METHOD_NOT_ALLOWED, message).error_response();
    let allowed: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    if let Ok(value) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

//! Errors, in the forms that clients expect.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

/// A failure outside of GraphQL and `OAuth2`.
pub(super) fn plain(status: StatusCode, message: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "error": message }))
}

/// A request that is no GraphQL request.
pub(super) fn graphql(status: StatusCode, content_type: &'static str, message: &str) -> HttpResponse {
    let error = json!({ "message": message, "extensions": { "code": "BAD_USER_INPUT" } });
    HttpResponse::build(status).content_type(content_type).body(json!({ "errors": [error] }).to_string())
}

/// The answer of an address that is none.
pub(super) async fn not_found() -> HttpResponse {
    plain(StatusCode::NOT_FOUND, "There is nothing at this address; / lists those there are.")
}

/// The answer of an address that is asked in the wrong way.
pub(super) async fn method_not_allowed(request: HttpRequest) -> HttpResponse {
    let message = format!("{} does not take {}.", request.path(), request.method());
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, &message);
    response
        .headers_mut()
        .insert(actix_web::http::header::ALLOW, actix_web::http::header::HeaderValue::from_static("POST"));
    response
}

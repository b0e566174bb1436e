//! Who sends a request.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use atelier_application::auth::Auth;
use atelier_application::ports::identity::TokenError;
use atelier_graphql::Caller;

/// The token of `Bearer TOKEN`.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Who the request's `Authorization` header proves.
pub(super) fn of(request: &HttpRequest, auth: &Auth) -> Caller {
    let Some(header) = request.headers().get(AUTHORIZATION) else { return Caller::Anonymous };
    match header.to_str().ok().and_then(bearer) {
        Some(token) => auth.subject(token).into(),
        None => Caller::Refused(TokenError::Invalid),
    }
}

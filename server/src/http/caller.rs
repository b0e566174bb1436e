//! Who sends a request.

use super::Api;
use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use atelier_application::accounts::PREFIX;
use atelier_application::ports::identity::{Subject, TokenError};
use atelier_graphql::Caller;
use std::net::IpAddr;

/// The token of `Bearer TOKEN`.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The token of a request's `Authorization` header.
pub(super) fn token(request: &HttpRequest) -> Option<&str> {
    request.headers().get(AUTHORIZATION)?.to_str().ok().and_then(bearer)
}

/// Who the request's `Authorization` header proves, if they still may ask.
pub(super) async fn of(request: &HttpRequest, api: &Api) -> Caller {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Caller::Anonymous;
    }
    match token(request) {
        Some(token) => subject(token, api).await.into(),
        None => Caller::Refused(TokenError::NoBearer),
    }
}

/// Who a token proves, if they still may ask.
pub(super) async fn subject(token: &str, api: &Api) -> Result<Subject, TokenError> {
    if token.starts_with(PREFIX) {
        return api.integrations.subject(token).await;
    }
    if let Some(externals) = api.externals.as_ref().filter(|externals| externals.recognises(token)) {
        return externals.subject(token).await;
    }
    api.standings.current(api.auth.subject(token)?).await
}

/// Where a request comes from: the nearest address that is no trusted proxy's.
///
/// Each proxy appends the address it was asked from to `X-Forwarded-For`; what stands before that may be made up.
pub(super) fn origin(request: &HttpRequest, api: &Api) -> Option<IpAddr> {
    let trusted = |address: IpAddr| api.trusted_proxies.contains(&address.to_canonical());
    let mut nearest = request.peer_addr()?.ip();
    let headers: Vec<_> =
        request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).collect();
    let mut told = headers.iter().rev().flat_map(|value| value.rsplit(','));
    while trusted(nearest) {
        // What cannot be read was not appended by a trusted one.
        let Some(before) = told.next().and_then(|text| text.trim().parse().ok()) else { break };
        nearest = before;
    }
    Some(nearest)
}

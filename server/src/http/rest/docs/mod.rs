//! `/api/docs`: the contract for people, a page of its own that loads nothing from elsewhere.

use super::answer;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// It runs its own script, asks its own server, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn part(request: &HttpRequest, content_type: &'static str, body: &'static str) -> HttpResponse {
    let mut response = answer::tagged(request.headers(), content_type, &answer::tag_of(body.as_bytes()), body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// The page.
pub(super) async fn page(request: HttpRequest) -> HttpResponse {
    part(&request, "text/html; charset=utf-8", PAGE)
}

/// How it looks.
pub(super) async fn style(request: HttpRequest) -> HttpResponse {
    part(&request, "text/css; charset=utf-8", STYLE)
}

/// What it does.
pub(super) async fn script(request: HttpRequest) -> HttpResponse {
    part(&request, "text/javascript; charset=utf-8", SCRIPT)
}

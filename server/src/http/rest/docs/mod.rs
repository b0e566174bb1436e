//! `/api/docs`: the contract for people, a page of its own that loads nothing from elsewhere.

use super::super::assets;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// It runs its own script, asks its own server, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn part(request: &HttpRequest, name: &str, content: &'static str) -> HttpResponse {
    let hash = Sha256::digest(content.as_bytes()).into();
    assets::answer(request, name, Cow::Borrowed(content.as_bytes()), &hash, POLICY)
}

/// The page.
pub(super) async fn page(request: HttpRequest) -> HttpResponse {
    part(&request, "page.html", PAGE)
}

/// How it looks.
pub(super) async fn style(request: HttpRequest) -> HttpResponse {
    part(&request, "style.css", STYLE)
}

/// What it does.
pub(super) async fn script(request: HttpRequest) -> HttpResponse {
    part(&request, "script.js", SCRIPT)
}

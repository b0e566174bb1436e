//! `/`: what runs here.

use actix_web::HttpResponse;
use actix_web::http::header;

const PAGE: &str = include_str!("index.html");

/// A page of its own: it loads nothing, from here or elsewhere.
pub(super) async fn get() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"))
        .body(PAGE.replace("{version}", env!("CARGO_PKG_VERSION")))
}

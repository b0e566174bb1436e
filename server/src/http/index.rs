//! `/`: what runs here.

use super::Api;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;

const PAGE: &str = include_str!("index.html");
const GRAPHIQL: &str = "  <tr><td><a href=\"/graphiql\"><code>/graphiql</code></a><td>A page to try queries on, and to read what there is.\n";

/// A page of its own: it loads nothing, from here or elsewhere.
pub(super) async fn get(api: Data<Api>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"))
        .body(PAGE.replace("{version}", env!("CARGO_PKG_VERSION")).replace("{graphiql}", if api.graphiql { GRAPHIQL } else { "" }))
}

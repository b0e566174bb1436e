//! `/graphiql`: a page to try queries on, from the program itself. It is built in `web/graphiql`.

use super::{Api, assets, failure};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../web/graphiql/dist"]
struct Page;

/// It loads nothing from elsewhere and talks to nobody else. The editor styles itself as it goes.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; connect-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The page itself.
pub(super) async fn page(request: HttpRequest, api: Data<Api>) -> HttpResponse {
    serve(&request, &api, "index.html")
}

/// What it loads.
pub(super) async fn part(request: HttpRequest, path: Path<String>, api: Data<Api>) -> HttpResponse {
    serve(&request, &api, &path)
}

fn serve(request: &HttpRequest, api: &Api, name: &str) -> HttpResponse {
    match Page::get(name).filter(|_| api.graphiql) {
        Some(file) => assets::answer(request, name, file.data, &file.metadata.sha256_hash(), POLICY),
        None => failure::plain(StatusCode::NOT_FOUND, "There is nothing at this address; / lists those there are."),
    }
}

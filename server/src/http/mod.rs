//! What is answered over HTTP.
//!
//! ```text
//! graphql.rs    POST /graphql: one request, or a batch
//! websocket/    GET /graphql: subscriptions, `graphql-transport-ws`
//! sse.rs        POST /graphql: the same as a stream of events
//! token.rs      POST /token: the `OAuth2` password form
//! rest/         /api: REST over the same use cases
//! health.rs     /healthz, /readyz
//! index.rs      /: what runs here
//! graphiql.rs   /graphiql: a page to try queries on
//! assets.rs     files that are part of the program
//! etag.rs       what tells contents apart
//! caller.rs     who sends a request
//! rates.rs      how often somebody may ask
//! connections.rs  what connections that stay open have in common, and how many somebody has
//! body.rs       bodies in JSON
//! failure.rs    errors in the forms that clients expect
//! tls.rs        HTTPS
//! server.rs     the listening, and the end of it
//! ```

mod assets;
mod body;
mod caller;
mod connections;
mod etag;
mod failure;
mod graphiql;
mod graphql;
mod health;
mod index;
mod rates;
mod rest;
mod server;
mod sse;
#[cfg(test)]
mod tests;
mod tls;
mod token;
mod websocket;

pub(crate) use connections::Connections;
pub(crate) use health::Readiness;
pub(crate) use rates::Rates;
pub(crate) use rest::{Rest, openapi};
pub(crate) use server::{Listening, listen};
pub(crate) use tls::Certificate;

use actix_web::http::header;
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Data, ServiceConfig};
use atelier_application::accounts::{ApiTokens, Externals, Standings};
use atelier_application::auth::Auth;
use atelier_application::ports::clock::Clock;
use atelier_graphql::AtelierSchema;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// What requests are answered with.
#[derive(Clone)]
pub(crate) struct Api {
    /// Answers GraphQL.
    pub(crate) schema: AtelierSchema,
    /// Answers REST.
    pub(crate) rest: Rest,
    /// Proves who asks.
    pub(crate) auth: Auth,
    /// The same, by tokens of an identity provider, if one is configured.
    pub(crate) externals: Option<Externals>,
    /// The same, by tokens of integrations.
    pub(crate) integrations: ApiTokens,
    /// Whether who signed in still may ask.
    pub(crate) standings: Standings,
    /// What time it is.
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether requests can be answered.
    pub(crate) readiness: Arc<dyn Readiness>,
    /// Whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Arc<[IpAddr]>,
    /// Whether there is a page to try queries on.
    pub(crate) graphiql: bool,
    /// The origins, beside our own, whose pages may ask.
    pub(crate) cors_origins: Arc<[String]>,
    /// How often somebody may ask.
    pub(crate) rates: Rates,
    /// How many connections that stay open somebody has.
    pub(crate) connections: Connections,
    /// Where requests are worked on: the threads that read from sockets and write to them shall do nothing else.
    pub(crate) runtime: Handle,
    /// The most bytes of a body.
    pub(crate) body_limit: usize,
    /// The most requests of a batch.
    pub(crate) batch_limit: usize,
    /// Cancelled when the program stops: subscriptions end.
    pub(crate) stopping: CancellationToken,
}

/// All addresses.
fn routes(api: Api) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(api))
            .service(
                web::resource("/graphql")
                    .route(web::post().to(graphql::post))
                    .route(web::get().to(websocket::get))
                    .default_service(web::to(failure::method_not_allowed)),
            )
            .service(
                web::resource("/token")
                    .route(web::post().to(token::post))
                    .default_service(web::to(failure::method_not_allowed)),
            )
            .service(
                web::resource(["/graphiql", "/graphiql/"])
                    .route(web::get().to(graphiql::page))
                    .route(web::head().to(graphiql::page)),
            )
            .service(
                web::resource("/graphiql/{part:.+}")
                    .route(web::get().to(graphiql::part))
                    .route(web::head().to(graphiql::part)),
            )
            .configure(rest::routes)
            .service(web::resource("/healthz").route(web::get().to(health::alive)).route(web::head().to(health::alive)))
            .service(web::resource("/readyz").route(web::get().to(health::ready)).route(web::head().to(health::ready)))
            .service(web::resource("/").route(web::get().to(index::get)).route(web::head().to(index::get)))
            .default_service(web::to(failure::not_found));
    }
}

/// Headers of every response. Over TLS, browsers are told to keep to it for a year (RFC 6797).
fn headers(encrypted: bool) -> DefaultHeaders {
    let headers = DefaultHeaders::new();
    let headers =
        if encrypted { headers.add((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000")) } else { headers };
    headers
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::REFERRER_POLICY, "no-referrer"))
        .add((header::X_FRAME_OPTIONS, "DENY"))
}

//! `GET /graphql`: subscriptions over WebSocket, with the `graphql-transport-ws` protocol.
//!
//! ```text
//! frames.rs      a bound on frames
//! message.rs     what client and server say
//! operations.rs  the operations of a connection, and their results as they come
//! connection.rs  one connection from its first message to its last: token, time limits, slow readers
//! ```

mod connection;
mod frames;
mod message;
mod operations;

use super::{Api, caller, failure};
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, dev};
use atelier_graphql::Caller;
use connection::Connection;

/// The only protocol spoken.
const PROTOCOL: &str = "graphql-transport-ws";

/// Turns a request into a connection.
pub(super) async fn get(request: HttpRequest, payload: Payload, api: Data<Api>) -> HttpResponse {
    if !request.headers().contains_key(header::UPGRADE) {
        let mut response = failure::plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "Queries and mutations are sent with POST, subscriptions over a WebSocket, or with POST and `Accept: text/event-stream`.",
        );
        response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
        return response;
    }
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    if !offered.flat_map(|value| value.split(',')).any(|protocol| protocol.trim() == PROTOCOL) {
        return failure::plain(StatusCode::BAD_REQUEST, "Offer the WebSocket protocol graphql-transport-ws.");
    }
    let from = caller::origin(&request, &api);
    if let Err(too_many) = api.rates.charge(&Caller::Anonymous, from, 1) {
        return failure::plain(StatusCode::TOO_MANY_REQUESTS, &too_many.to_string());
    }
    let mut bytes: dev::Payload = dev::Payload::Stream { payload: Box::pin(frames::bounded(payload, api.body_limit)) };
    let Ok(payload) = Payload::from_request(&request, &mut bytes).await else {
        return failure::plain(StatusCode::BAD_REQUEST, "The WebSocket cannot be opened.");
    };
    match actix_ws::handle_with_protocols(&request, payload, &[PROTOCOL]) {
        Ok((response, session, messages)) => {
            let messages =
                messages.max_frame_size(api.body_limit).aggregate_continuations().max_continuation_size(api.body_limit);
            let connection = Connection::new(session, api.get_ref().clone(), from);
            actix_web::rt::spawn(connection.run(messages));
            response
        }
        Err(error) => failure::plain(StatusCode::BAD_REQUEST, &format!("The WebSocket cannot be opened: {error}.")),
    }
}

//! `POST /graphql`: one request, or a batch.
//!
//! A well-formed request is answered with 200 and, if need be, `errors`. A client that accepts
//! `application/graphql-response+json` gets the statuses of the GraphQL-over-HTTP specification: a request that was
//! refused before anything of it was executed is a client error, and has no `data`. One that accepts `text/event-stream`
//! gets its results one by one.

use super::body::{self, Refused};
use super::rates::TooMany;
use super::sse::{self, Asked};
use super::{Api, caller, failure};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use async_graphql::{BatchRequest, BatchResponse, Executor, Request, Response, Value};
use atelier_application::error::AppError;
use atelier_graphql::{Caller, Origin, refusal};
use serde_json::json;
use tokio_util::task::AbortOnDropHandle;

/// The most bytes of a body of somebody who did not sign in: what needs no token is short.
const STRANGERS_BODY: usize = 16 * 1024;
const JSON: &str = "application/json; charset=utf-8";
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";

/// What a client is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `application/json`: 200 for every well-formed request.
    Legacy,
    /// `application/graphql-response+json`: statuses that mean something.
    Standard,
}

impl Form {
    fn of(request: &HttpRequest) -> Self {
        if accepts(request, "application/graphql-response+json") { Self::Standard } else { Self::Legacy }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Legacy => JSON,
            Self::Standard => GRAPHQL,
        }
    }
}

/// Whether a client says in so many words that it takes this kind of answer.
fn accepts(request: &HttpRequest, wanted: &str) -> bool {
    let accepted = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse::<f32>() == Ok(0.0)));
        media.eq_ignore_ascii_case(wanted) && !refused
    })
}

/// Answers operations.
pub(super) async fn post(request: HttpRequest, payload: Payload, api: Data<Api>) -> HttpResponse {
    let form = Form::of(&request);
    let (caller, from) = (caller::of(&request, &api).await, caller::origin(&request, &api));
    if let Err(too_many) = api.rates.charge(&caller, from, 1) {
        return refuse_too_many(too_many, form);
    }
    let strange = caller.subject().err();
    let limit = if strange.is_some() { api.body_limit.min(STRANGERS_BODY) } else { api.body_limit };
    let body = body::json(&request, payload, limit).await;
    let batch = match (body.and_then(|body| parse(&body, api.batch_limit)), strange) {
        (Ok(batch), _) => batch,
        // Nothing that needs no token is so large.
        (Err(Refused { status: StatusCode::PAYLOAD_TOO_LARGE, .. }), Some(why)) => {
            return refuse(why.into(), form);
        }
        (Err(refused), _) => return failure::graphql(refused.status, form.content_type(), &refused.message),
    };
    let origin = from.map(Origin);
    match batch {
        BatchRequest::Single(graphql) if accepts(&request, "text/event-stream") => {
            match (caller, caller::token(&request)) {
                (Caller::Known(subject), Some(token)) => {
                    sse::answer(Asked { token: token.to_owned(), subject, origin, request: graphql }, &api)
                }
                // Whoever is refused is told so at once, with a status.
                (caller, _) => work(told(graphql, caller, origin).into(), Form::Standard, &api).await,
            }
        }
        BatchRequest::Single(graphql) => work(told(graphql, caller, origin).into(), form, &api).await,
        BatchRequest::Batch(requests) => {
            if let Err(too_many) = api.rates.charge(&caller, from, requests.len() - 1) {
                return refuse_too_many(too_many, form);
            }
            let requests = requests.into_iter().map(|graphql| told(graphql, caller.clone(), origin)).collect();
            work(BatchRequest::Batch(requests), form, &api).await
        }
    }
}

/// Executes away from the threads that serve sockets, and writes the answer there: both may take a while. A client that goes away
/// takes its request with it.
async fn work(batch: BatchRequest, form: Form, api: &Api) -> HttpResponse {
    let schema = api.schema.clone();
    let task = api.runtime.spawn(async move { Written::new(&schema.execute_batch(batch).await, form) });
    match AbortOnDropHandle::new(task).await {
        Ok(written) => written.answer(form),
        Err(error) => {
            tracing::error!(%error, "a request ended without an answer");
            refuse(AppError::Internal("a request ended without an answer".to_owned()), form)
        }
    }
}

/// A request that knows who asks, and from where.
fn told(request: Request, caller: Caller, origin: Option<Origin>) -> Request {
    let request = request.data(caller);
    match origin {
        Some(origin) => request.data(origin),
        None => request,
    }
}

/// What a request is answered that is refused before it gets to the schema.
pub(super) fn refuse(error: AppError, form: Form) -> HttpResponse {
    Written::new(&refusal(error).into(), form).answer(form)
}

fn refuse_too_many(too_many: TooMany, form: Form) -> HttpResponse {
    let mut response = refuse(too_many.into(), form);
    response.headers_mut().insert(header::RETRY_AFTER, too_many.seconds.into());
    response
}

fn parse(body: &[u8], batch_limit: usize) -> Result<BatchRequest, Refused> {
    let malformed = |error: &dyn std::fmt::Display| {
        Refused::new(StatusCode::BAD_REQUEST, format!("The body is no GraphQL request in JSON: {error}."))
    };
    if body.trim_ascii_start().first() != Some(&b'[') {
        let request: Request = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
        if request.query.is_empty() && !request.extensions.contains_key("persistedQuery") {
            return Err(malformed(&"it has no `query`"));
        }
        return Ok(BatchRequest::Single(request));
    }
    let requests: Vec<Request> = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    if requests.is_empty() || requests.len() > batch_limit {
        let message = format!("The batch has {} requests: send 1 to {batch_limit}.", requests.len());
        return Err(Refused::new(StatusCode::BAD_REQUEST, message));
    }
    Ok(BatchRequest::Batch(requests))
}

/// An answer as it goes to the client.
struct Written {
    status: StatusCode,
    body: Vec<u8>,
}

impl Written {
    fn new(response: &BatchResponse, form: Form) -> Self {
        let (status, body) = match (form, response) {
            (Form::Standard, BatchResponse::Single(response)) if refused_before_execution(response) => (
                status_of(response),
                serde_json::to_vec(&json!({ "errors": response.errors, "extensions": response.extensions })),
            ),
            _ => (StatusCode::OK, serde_json::to_vec(response)),
        };
        body.map_or_else(
            |error| {
                tracing::error!(%error, "a response cannot be written as JSON");
                Self { status: StatusCode::INTERNAL_SERVER_ERROR, body: Vec::new() }
            },
            |body| Self { status, body },
        )
    }

    fn answer(self, form: Form) -> HttpResponse {
        HttpResponse::build(self.status)
            .content_type(form.content_type())
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(self.body)
    }
}

/// Whether nothing was executed: an error of execution has a path.
pub(super) fn refused_before_execution(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

fn status_of(response: &Response) -> StatusCode {
    let code = response.errors.first().and_then(|error| error.extensions.as_ref()?.get("code"));
    match code {
        Some(Value::String(code)) => match code.as_str() {
            "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
            "FORBIDDEN" => StatusCode::FORBIDDEN,
            "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
            "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        },
        _ => StatusCode::BAD_REQUEST,
    }
}

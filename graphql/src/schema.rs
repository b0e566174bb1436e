//! The schema, and how a request goes through it.

use crate::{Caller, Limits, Services};
use async_graphql::{BatchRequest, BatchResponse, Data, Executor, Request, Response};
use futures_util::stream::BoxStream;
use std::sync::Arc;

/// The schema with its limits. Executes through `async_graphql::Executor`: a request's [`Caller`] is read from its data,
/// else from the session's; without one it is anonymous.
#[derive(Clone)]
pub struct AtelierSchema {}

/// The schema over these services.
pub fn schema(services: Services, limits: &Limits) -> AtelierSchema {
    let _ = (services, limits);
    AtelierSchema {}
}

/// The schema in the schema definition language; the same text at each call.
pub fn sdl() -> String {
    String::new()
}

impl AtelierSchema {
    /// Checks a request before anything of it is executed: who asks, its depth and its cost. The refused get a response with
    /// `data: null` and one error. `execute` and `execute_stream` call it themselves.
    pub fn prepare(&self, request: Request, caller: &Caller) -> Result<Request, Box<Response>> {
        let _ = caller;
        Ok(request)
    }
}

impl Executor for AtelierSchema {
    async fn execute(&self, _request: Request) -> Response {
        Response::default()
    }

    async fn execute_batch(&self, _batch: BatchRequest) -> BatchResponse {
        BatchResponse::Single(Response::default())
    }

    fn execute_stream(&self, _request: Request, _session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        Box::pin(futures_util::stream::empty())
    }
}

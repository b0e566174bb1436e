//! The schema, and how a request goes through it.

use crate::error::{ApiError, ApiResult, give_codes};
use crate::guard::{self, Admitted};
use crate::mutation::Mutation;
use crate::persisted::PersistedQueries;
use crate::query::Query;
use crate::scope::Scope;
use crate::shape::{Shape, Types};
use crate::subscription::Subscription;
use crate::turns::Turns;
use crate::{Caller, Limits, Services};
use async_graphql::parser::types::OperationType;
use async_graphql::{
    BatchRequest, BatchResponse, Data, Executor, Request, Response, SDLExportOptions, Schema, SchemaBuilder,
};
use atelier_application::alerts::AlertDesk;
use atelier_application::audit::AuditTrail;
use atelier_application::ports::clock::Clock;
use atelier_application::query::Queries;
use atelier_application::sync::SyncControl;
use futures_util::future::join_all;
use futures_util::stream::{BoxStream, StreamExt, once};
use std::any::TypeId;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The schema with its limits. Executes through `async_graphql::Executor`: a request's [`Caller`] is read from its data,
/// else from the session's; without one it is anonymous. Every request is checked before anything of it is executed.
#[derive(Clone)]
pub struct AtelierSchema {
    inner: Schema<Query, Mutation, Subscription>,
    queries: Queries,
    clock: Arc<dyn Clock>,
    limits: Limits,
    types: Arc<Types>,
    persisted: PersistedQueries,
    turns: Turns,
    /// For those whose answers may be large.
    heavy: Arc<Semaphore>,
}

/// The schema over these services.
pub fn schema(services: Services, limits: &Limits) -> AtelierSchema {
    let queries = services.queries.clone();
    let sync = SyncControl::new(Arc::clone(&services.sync_runner), Arc::clone(&services.sync_runs));
    let audit = AuditTrail::new(Arc::clone(&services.audit), limits.page);
    let (clock, exclusions) = (Arc::clone(&services.clock), services.exclusions.clone());
    let (accounts, api_tokens) = (services.accounts.clone(), services.api_tokens.clone());
    let (deciding, register) = (services.deciding.clone(), services.register.clone());
    let alerts = AlertDesk::new(Arc::clone(&services.alerts), Arc::clone(&clock));
    let inner = builder()
        .data(services)
        .data(sync)
        .data(audit)
        .data(exclusions)
        .data(deciding)
        .data(register)
        .data(accounts)
        .data(api_tokens)
        .data(alerts)
        .finish();
    let types = Arc::new(Types::of(&inner.sdl()));
    let heavy = std::thread::available_parallelism().map_or(2, |processors| processors.get().max(2));
    AtelierSchema {
        inner,
        queries,
        clock,
        limits: *limits,
        types,
        persisted: PersistedQueries::default(),
        turns: Turns::new(limits.at_work),
        heavy: Arc::new(Semaphore::new(heavy)),
    }
}

/// The schema in the schema definition language: the same text at each call.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().include_specified_by().use_space_ident().prefer_single_line_descriptions();
    format!("{}\n", builder().finish().sdl_with_options(options).trim())
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default()).limit_directives(20)
}

impl AtelierSchema {
    /// The turns of users, for those who answer them in another way.
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// Checks a request and gives its resolvers what they work with, or refuses it.
    fn prepare(&self, mut request: Request, caller: &Caller) -> ApiResult<Admitted> {
        let fresh = self.persisted.complete(&mut request)?;
        let mut admitted = guard::admit(request, caller, &self.limits, &self.types, self.clock.now())?;
        if let Some(subject) = admitted.subject.clone() {
            let reader = self.queries.reader(&subject)?;
            admitted.request = admitted.request.data(Scope { subject, reader });
            // Strangers shall not make us forget what others use.
            if let Some(fresh) = fresh {
                self.persisted.remember(fresh);
            }
        }
        Ok(admitted)
    }

    /// Executes; a query that takes too long is given up. A mutation is not: nobody would know what became of it.
    async fn run(&self, Admitted { request, subject, shape, operation, heavy }: Admitted) -> Response {
        if operation == OperationType::Subscription {
            let message = "A subscription needs a WebSocket (graphql-transport-ws), or `Accept: text/event-stream`.";
            return ApiError::bad_request(message).into_response();
        }
        let _turn = match subject {
            Some(subject) => match self.turns.take(subject.user).await {
                Ok(turn) => Some(turn),
                Err(busy) => return ApiError::from(busy).into_response(),
            },
            None => None,
        };
        // It is never closed.
        let _lane = if heavy { self.heavy.acquire().await.ok() } else { None };
        let work = self.inner.execute(request);
        if operation != OperationType::Query {
            return finish(work.await, &shape);
        }
        if let Ok(response) = tokio::time::timeout(self.limits.time, work).await {
            return finish(response, &shape);
        }
        let seconds = self.limits.time.as_secs_f64();
        let message = format!("The query took longer than {seconds} s and was given up: ask for less at once.");
        ApiError::too_complex(message).into_response()
    }
}

impl Executor for AtelierSchema {
    async fn execute(&self, request: Request) -> Response {
        let caller = caller(&request.data).unwrap_or(Caller::Anonymous);
        match self.prepare(request, &caller) {
            Ok(admitted) => self.run(admitted).await,
            Err(refusal) => refusal.into_response(),
        }
    }

    async fn execute_batch(&self, batch: BatchRequest) -> BatchResponse {
        match batch {
            BatchRequest::Single(request) => BatchResponse::Single(self.execute(request).await),
            BatchRequest::Batch(requests) if requests.len() > self.limits.batch => {
                let message = format!("The batch has {} requests; {} are allowed.", requests.len(), self.limits.batch);
                BatchResponse::Single(ApiError::too_complex(message).into_response())
            }
            BatchRequest::Batch(requests) => {
                BatchResponse::Batch(join_all(requests.into_iter().map(|request| self.execute(request))).await)
            }
        }
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let caller = caller(&request.data).or_else(|| caller(session.as_deref()?)).unwrap_or(Caller::Anonymous);
        match self.prepare(request, &caller) {
            Ok(Admitted { request, shape, operation: OperationType::Subscription, .. }) => {
                self.inner.execute_stream(request).map(move |response| finish(response, &shape)).boxed()
            }
            Ok(admitted) => {
                let schema = self.clone();
                once(async move { schema.run(admitted).await }).boxed()
            }
            Err(refusal) => once(async { refusal.into_response() }).boxed(),
        }
    }
}

fn caller(data: &Data) -> Option<Caller> {
    data.get(&TypeId::of::<Caller>())?.downcast_ref::<Caller>().cloned()
}

/// Gives an answer its shape and its errors their codes.
fn finish(mut response: Response, shape: &Shape) -> Response {
    shape.apply(&mut response);
    give_codes(&mut response.errors);
    response
}

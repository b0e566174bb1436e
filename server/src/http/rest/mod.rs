//! `/api`: REST, for those who cannot speak GraphQL. It is thin: the same use cases, the same names and meanings.
//!
//! ```text
//! signed.rs     the way of every request under /api/v1: who asks, and what they may read
//! query.rs      reading the parameters of a query, each by its name
//! body.rs       reading a body
//! page.rs       pages of lists
//! answer.rs     answers in JSON
//! error.rs      the one place where errors get their codes and statuses
//! model/        what answers are made of
//! machines.rs sessions.rs details.rs orders.rs statistics.rs    the resources
//! export/       sessions and statistics as CSV and XLSX
//! openapi.rs    /api/openapi.json: the contract
//! docs/         /api/docs: the same for people
//! ```

mod answer;
mod body;
mod details;
mod docs;
mod error;
mod export;
mod filter;
mod machines;
mod model;
mod openapi;
mod orders;
mod page;
mod query;
mod sessions;
mod signed;
mod statistics;

pub(crate) use openapi::text as openapi;

use actix_web::guard::{Any, Get, Head};
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpRequest, Resource, Responder};
use atelier_application::manage::Machines;
use atelier_application::query::Queries;
use atelier_domain::time::PlantZone;
use bytes::Bytes;
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// So many workbooks are written at once: each takes a thread and room on disk.
const WORKBOOKS: usize = 2;

/// What REST stands on.
#[derive(Clone)]
pub(crate) struct Rest {
    /// All that can be read.
    queries: Queries,
    /// Adding, changing and removing machines.
    machines: Machines,
    /// The plant's zone.
    zone: PlantZone,
    /// The most items of a page.
    page: u32,
    /// Who may write a workbook.
    workbooks: Arc<Semaphore>,
    /// The contract and its tag, once somebody asked for it.
    contract: Arc<OnceLock<(Bytes, String)>>,
}

impl Rest {
    /// Over these use cases, with pages of at most so many items.
    pub(crate) fn new(queries: Queries, machines: Machines, zone: PlantZone, page: u32) -> Self {
        let workbooks = Arc::new(Semaphore::new(WORKBOOKS));
        Self { queries, machines, zone, page, workbooks, contract: Arc::default() }
    }
}

/// An address that is asked, and no more.
fn asked<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Asking::new(path, handler).done()
}

/// An address under construction: what it takes, and what it answers to the rest.
struct Asking {
    resource: Resource,
    allowed: Vec<Method>,
}

impl Asking {
    fn new<F, Args>(path: &str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = web::route().guard(Any(Get()).or(Head())).to(handler);
        Self { resource: web::resource(path).route(route), allowed: vec![Method::GET, Method::HEAD] }
    }

    fn and<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.route(web::method(method.clone()).to(handler));
        self.allowed.push(method);
        self
    }

    fn done(self) -> Resource {
        let Self { resource, allowed } = self;
        let refuse = move |request: HttpRequest| {
            let response = error::method_not_allowed(&request, &allowed);
            async move { response }
        };
        resource.default_service(web::to(refuse))
    }
}

/// All addresses under `/api`.
pub(super) fn routes(config: &mut ServiceConfig) {
    let machines = Asking::new("/v1/machines", machines::list).and(Method::POST, machines::create);
    let machine = Asking::new("/v1/machines/{id}", machines::get)
        .and(Method::PATCH, machines::update)
        .and(Method::DELETE, machines::delete);
    let scope = web::scope("/api")
        .service(machines.done())
        .service(machine.done())
        .service(asked("/v1/sessions", sessions::list))
        .service(asked("/v1/sessions.csv", export::sessions_csv))
        .service(asked("/v1/sessions.xlsx", export::sessions_xlsx))
        .service(asked("/v1/sessions/{id}", sessions::get))
        .service(asked("/v1/sessions/{id}/pieces", details::pieces))
        .service(asked("/v1/sessions/{id}/jobs", details::jobs))
        .service(asked("/v1/sessions/{id}/waits", details::waits))
        .service(asked("/v1/sessions/{id}/stops", details::stops))
        .service(asked("/v1/sessions/{id}/anomalies", details::anomalies))
        .service(asked("/v1/sessions/{id}/timeline", details::timeline))
        .service(asked("/v1/orders", orders::list))
        .service(asked("/v1/orders/{id}", orders::get))
        .service(asked("/v1/statistics", statistics::list))
        .service(asked("/v1/statistics.csv", export::statistics_csv))
        .service(asked("/v1/statistics.xlsx", export::statistics_xlsx))
        .service(asked("/openapi.json", openapi::get))
        .service(asked("/docs", docs::page))
        .service(asked("/docs/style.css", docs::style))
        .service(asked("/docs/script.js", docs::script))
        .default_service(web::to(error::no_such_address));
    config.service(scope);
}

//! The way of every request: who asks, and what they may read.

use super::super::{Api, caller};
use super::Rest;
use super::answer;
use super::error::Failure;
use super::query::{FromQuery, Query};
use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use atelier_application::ports::identity::Subject;
use atelier_application::query::Reader;
use atelier_graphql::Turn;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;

/// A request of somebody who signed in. Every address under `/api/v1` takes one, and nothing else of a request but its body.
pub(super) struct Signed {
    pub(super) subject: Subject,
    pub(super) reader: Reader,
    request: HttpRequest,
    api: Data<Api>,
    /// Of the user's requests, this one is at work.
    _turn: Turn,
}

impl FromRequest for Signed {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let api = request.app_data::<Data<Api>>().cloned();
            let api = api.ok_or_else(|| Failure::internal("requests have nothing to be answered with"))?;
            let caller = caller::of(&request, &api).await;
            api.rates.charge(&caller, caller::origin(&request, &api), 1)?;
            let subject = caller.subject()?.clone();
            let reader = api.rest.queries.reader(&subject)?;
            let turn = api.schema.turns().take(subject.user).await?;
            Ok(Self { subject, reader, request, api, _turn: turn })
        })
    }
}

impl Signed {
    /// What REST stands on.
    pub(super) fn rest(&self) -> &Rest {
        &self.api.rest
    }

    /// The most bytes of a body.
    pub(super) fn body_limit(&self) -> usize {
        self.api.body_limit
    }

    /// The request itself.
    pub(super) fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The request's headers.
    pub(super) fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The parameters of the query; those that the address does not know are refused by name.
    pub(super) fn query<T: FromQuery>(&self) -> Result<T, Failure> {
        let mut query = Query::of(self.request.query_string())?;
        let read = T::read(&mut query)?;
        query.end()?;
        Ok(read)
    }

    /// The query as it was sent, for links to other pages of it.
    pub(super) fn address(&self) -> (&str, &str) {
        (self.request.path(), self.request.query_string())
    }

    /// The id in the path.
    pub(super) fn id<T: From<i64>>(&self) -> Result<T, Failure> {
        let text = self.request.match_info().get("id").unwrap_or_default();
        match super::query::id(text) {
            Some(id) => Ok(T::from(id)),
            None => Err(Failure::bad_input("id", "`id` must be an id as the API gives it: a whole number.")),
        }
    }

    /// An answer in JSON, or that nothing changed since the client asked before.
    pub(super) fn json(&self, body: &impl Serialize) -> Result<HttpResponse, Failure> {
        answer::json(self.request.headers(), body)
    }
}

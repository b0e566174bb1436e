//! Answers in JSON.

use super::super::etag;
use super::error::Failure;
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The content type of every answer in JSON.
const JSON: &str = "application/json";

/// The data of a plant are for who asked: nobody between may keep them, and who keeps them asks whether they still hold.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// What tells two bodies apart. It is weak: the same body may be compressed or not.
pub(super) fn tag_of(body: &[u8]) -> String {
    format!("W/\"{}\"", etag::of(&Sha256::digest(body)))
}

/// A body with its tag, or 304 without it.
pub(super) fn tagged(
    headers: &HeaderMap,
    content_type: &'static str,
    tag: &str,
    body: impl Into<bytes::Bytes>,
) -> HttpResponse {
    let known = etag::is_known(headers, tag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, tag));
    if known { response.finish() } else { response.content_type(content_type).body(body.into()) }
}

/// An answer to a question. Its tag is that of its bytes, so it never claims that something has not changed which has.
pub(super) fn json(headers: &HeaderMap, body: &impl Serialize) -> Result<HttpResponse, Failure> {
    let body = write(body)?;
    let tag = tag_of(&body);
    let mut response = tagged(headers, JSON, &tag, body);
    response.headers_mut().insert(header::CACHE_CONTROL, PRIVATE);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Authorization"));
    Ok(response)
}

/// What became of an act.
pub(super) fn done(
    mut response: actix_web::HttpResponseBuilder,
    body: &impl Serialize,
) -> Result<HttpResponse, Failure> {
    let body = write(body)?;
    Ok(response.content_type(JSON).insert_header((header::CACHE_CONTROL, "no-store")).body(body))
}

fn write(body: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(body).map_err(|error| Failure::internal(format!("an answer cannot be written as JSON: {error}")))
}

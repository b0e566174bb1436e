//! Reading the body of a request.

use super::super::body;
use super::error::Failure;
use super::signed::Signed;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use serde::de::DeserializeOwned;

/// The body, in JSON.
pub(super) async fn read<T: DeserializeOwned>(signed: &Signed, payload: Payload) -> Result<T, Failure> {
    let body = body::json(signed.request(), payload, signed.body_limit()).await;
    parse(&body.map_err(|refused| Failure::bad_request(refused.status, refused.message))?)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (field, message) = (error.path().to_string(), format!("The body is not right: {}.", error.inner()));
        if [".", "?"].contains(&field.as_str()) {
            Failure::bad_request(StatusCode::BAD_REQUEST, message)
        } else {
            Failure::bad_input(&field, message)
        }
    })?;
    reader
        .end()
        .map_err(|error| Failure::bad_request(StatusCode::BAD_REQUEST, format!("The body is not right: {error}.")))?;
    Ok(read)
}

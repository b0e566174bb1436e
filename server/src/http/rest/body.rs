//! Reading the body of a request.

use super::error::Failure;
use super::signed::Signed;
use actix_web::http::{StatusCode, header};
use actix_web::web::Payload;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// A body that takes longer to arrive is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The body, in JSON.
pub(super) async fn read<T: DeserializeOwned>(signed: &Signed, payload: Payload) -> Result<T, Failure> {
    check_content(signed)?;
    let limit = signed.body_limit();
    let too_large = || {
        let message = format!("The body is larger than {} KiB.", limit / 1024);
        Failure::bad_request(StatusCode::PAYLOAD_TOO_LARGE, message)
    };
    let announced = signed.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > limit as u64) {
        return Err(too_large());
    }
    let body = tokio::time::timeout(PATIENCE, payload.to_bytes_limited(limit))
        .await
        .map_err(|_| Failure::bad_request(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time."))?
        .map_err(|_| too_large())?
        .map_err(|_| Failure::bad_request(StatusCode::BAD_REQUEST, "The body did not arrive whole."))?;
    parse(&body)
}

fn check_content(signed: &Signed) -> Result<(), Failure> {
    let media = signed.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let unsupported = |message: &str| Failure::bad_request(StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(unsupported("Send the body as JSON, with Content-Type: application/json."));
    }
    if signed.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(unsupported("Send the body without a Content-Encoding."));
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (field, message) = (error.path().to_string(), format!("The body is not right: {}.", error.inner()));
        if field == "." {
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

//! Bodies in JSON: how large, how slow, and of which kind they may be.

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Payload};
use std::time::Duration;

/// A body that takes longer to arrive is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a body is not taken.
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

/// The bytes of a body that says it is JSON, at most so many.
pub(super) async fn json(request: &HttpRequest, payload: Payload, limit: usize) -> Result<Bytes, Refused> {
    check_content(request)?;
    let too_large = || {
        let message = format!("The body is larger than {} KiB: ask for less in one request.", limit / 1024);
        Refused::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    };
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    tokio::time::timeout(PATIENCE, payload.to_bytes_limited(limit))
        .await
        .map_err(|_| Refused::new(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time."))?
        .map_err(|_| too_large())?
        .map_err(|_| Refused::new(StatusCode::BAD_REQUEST, "The body did not arrive whole."))
}

fn check_content(request: &HttpRequest) -> Result<(), Refused> {
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let unsupported = |message| Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    if !media.eq_ignore_ascii_case("application/json") {
        return unsupported("Send the body as JSON, with Content-Type: application/json.");
    }
    if request.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return unsupported("Send the body without a Content-Encoding.");
    }
    Ok(())
}

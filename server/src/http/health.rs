//! `/healthz`: the process answers. `/readyz`: it can answer with data.

use super::{Api, failure};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use async_trait::async_trait;
use std::time::Duration;

/// A database that has not answered for so long is not ready.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether requests can be answered.
#[async_trait]
pub(crate) trait Readiness: Send + Sync {
    /// Why not, as one plain sentence without a secret.
    async fn check(&self) -> Result<(), String>;
}

/// Liveness.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("alive\n")
}

/// Readiness.
pub(super) async fn ready(api: Data<Api>) -> HttpResponse {
    let checked = if api.stopping.is_cancelled() {
        Err("The server is stopping.".to_owned())
    } else {
        let patient = tokio::time::timeout(PATIENCE, api.readiness.check()).await;
        patient.unwrap_or_else(|_| Err("The database does not answer.".to_owned()))
    };
    match checked {
        Ok(()) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"),
        Err(reason) => {
            tracing::warn!(reason, "not ready");
            failure::plain(StatusCode::SERVICE_UNAVAILABLE, &reason)
        }
    }
}

//! `/api`

/// The answer to a request of somebody in a role: status, headers and JSON, which is null without a body.
macro_rules! ask {
    ($service:expr, $bearer:expr, $request:expr) => {{
        let request = $request.insert_header(("authorization", $bearer.as_str())).to_request();
        let response = actix_web::test::call_service(&$service, request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = actix_web::test::read_body(response).await;
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        (status, headers, json)
    }};
}

mod contract;
mod errors;
mod export;
mod machines;
mod plant;

use super::{Inside, PASSWORD, wiring};
use atelier_application::ports::users::Role;

impl Inside {
    /// The header of a new user in a role.
    async fn bearer(&self, role: Role) -> String {
        let name = role.as_str().to_lowercase();
        wiring::accounts(&self.store).create_here(None, &name, PASSWORD, role).await.unwrap();
        format!("Bearer {}", self.api.auth.login(&name, PASSWORD, None).await.unwrap().access_token)
    }
}

//! What happens, as it happens.

mod alerts;
mod feed;
mod machines;
mod sessions;
mod sync;

use crate::Services;
use crate::error::{ApiError, ApiResult};
use async_graphql::{Context, MergedSubscription};
use atelier_application::error::AppError;
use atelier_application::ports::identity::Subject;
use std::time::Duration;
use tokio::time::Sleep;

/// What happens, as it happens. A subscription ends when its token does.
#[derive(MergedSubscription, Default)]
pub(crate) struct Subscription(
    sessions::SessionSubscription,
    machines::MachineSubscription,
    sync::SyncSubscription,
    alerts::AlertSubscription,
);

/// Ends when the token of a subject does.
fn end_of_token(ctx: &Context<'_>, subject: &Subject) -> ApiResult<Sleep> {
    let services = ctx
        .data_opt::<Services>()
        .ok_or_else(|| ApiError::from(AppError::Internal("the schema has no services".to_owned())))?;
    let left = (subject.expires_at - services.clock.now()).at_least_zero();
    Ok(tokio::time::sleep(Duration::from_millis(left.0.unsigned_abs())))
}

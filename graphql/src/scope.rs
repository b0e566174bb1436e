//! What a request's resolvers work with.

use crate::error::{ApiError, ApiResult};
use async_graphql::Context;
use atelier_application::accounts::{Accounts, ApiTokens};
use atelier_application::alerts::AlertDesk;
use atelier_application::audit::AuditTrail;
use atelier_application::error::AppError;
use atelier_application::ingest::Exclusions;
use atelier_application::manage::{Decisions, Machines};
use atelier_application::ports::identity::Subject;
use atelier_application::query::Reader;
use atelier_application::sync::SyncControl;

/// Who asks, and what they may read.
#[derive(Clone)]
pub(crate) struct Scope {
    pub(crate) subject: Subject,
    pub(crate) reader: Reader,
}

impl Scope {
    /// That of a request; the request was refused before it was executed if it needs one and has none.
    pub(crate) fn of<'a>(ctx: &Context<'a>) -> ApiResult<&'a Self> {
        ctx.data_opt().ok_or_else(ApiError::unauthenticated)
    }
}

/// What starts and watches runs.
pub(crate) fn sync_control<'a>(ctx: &Context<'a>) -> ApiResult<&'a SyncControl> {
    ctx.data_opt().ok_or_else(|| ApiError::from(AppError::Internal("the schema has no control of runs".to_owned())))
}

/// What sets versions of log files aside.
pub(crate) fn exclusions<'a>(ctx: &Context<'a>) -> ApiResult<&'a Exclusions> {
    ctx.data_opt().ok_or_else(|| ApiError::from(AppError::Internal("the schema has no exclusions".to_owned())))
}

/// What adds and changes users.
pub(crate) fn accounts<'a>(ctx: &Context<'a>) -> ApiResult<&'a Accounts> {
    ctx.data_opt().ok_or_else(|| ApiError::from(AppError::Internal("the schema has no accounts".to_owned())))
}

/// What makes and revokes tokens of integrations.
pub(crate) fn api_tokens<'a>(ctx: &Context<'a>) -> ApiResult<&'a ApiTokens> {
    ctx.data_opt().ok_or_else(|| ApiError::from(AppError::Internal("the schema has no API tokens".to_owned())))
}

/// What adds, changes and removes machines.
pub(crate) fn machines<'a>(ctx: &Context<'a>) -> ApiResult<&'a Machines> {
    ctx.data_opt()
        .ok_or_else(|| ApiError::from(AppError::Internal("the schema has no register of machines".to_owned())))
}

/// What takes decisions.
pub(crate) fn decisions<'a>(ctx: &Context<'a>) -> ApiResult<&'a Decisions> {
    ctx.data_opt().ok_or_else(|| ApiError::from(AppError::Internal("the schema has no decisions".to_owned())))
}

/// Who changed what by hand.
pub(crate) fn audit_trail<'a>(ctx: &Context<'a>) -> ApiResult<&'a AuditTrail> {
    ctx.data_opt().ok_or_else(|| ApiError::from(AppError::Internal("the schema has no audit trail".to_owned())))
}

/// Where people take care of alerts.
pub(crate) fn alert_desk<'a>(ctx: &Context<'a>) -> ApiResult<&'a AlertDesk> {
    ctx.data_opt().ok_or_else(|| ApiError::from(AppError::Internal("the schema has no desk of alerts".to_owned())))
}

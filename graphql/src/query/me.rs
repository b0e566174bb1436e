//! Who asks.

use crate::Services;
use crate::error::{ApiError, ApiResult};
use crate::model::User;
use crate::scope::{Scope, accounts};
use async_graphql::{Context, Object};
use atelier_application::error::AppError;

#[derive(Default)]
pub(super) struct MeQuery;

#[Object]
impl MeQuery {
    /// Who asks.
    async fn me(&self, ctx: &Context<'_>) -> ApiResult<User> {
        let services = ctx
            .data_opt::<Services>()
            .ok_or_else(|| ApiError::from(AppError::Internal("the schema has no services".to_owned())))?;
        Ok(services.auth.me(&Scope::of(ctx)?.subject).await?.into())
    }

    /// All users, by name. Needs the role `ADMIN`.
    async fn users(&self, ctx: &Context<'_>) -> ApiResult<Vec<User>> {
        let users = accounts(ctx)?.users(&Scope::of(ctx)?.subject).await?;
        Ok(users.into_iter().map(Into::into).collect())
    }
}

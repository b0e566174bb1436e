//! Who asks.

use crate::Services;
use crate::error::{ApiError, ApiResult};
use crate::model::{ApiToken, User};
use crate::scope::{Scope, accounts, api_tokens};
use async_graphql::{Context, Object};
use atelier_application::error::AppError;

#[derive(Default)]
pub(super) struct MeQuery;

#[Object]
impl MeQuery {
    /// Who asks. With an API token, `role` is what the token allows.
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

    /// One's own tokens of integrations, the newest first; all of them for the role `ADMIN`.
    async fn api_tokens(&self, ctx: &Context<'_>) -> ApiResult<Vec<ApiToken>> {
        let tokens = api_tokens(ctx)?.list(&Scope::of(ctx)?.subject).await?;
        Ok(tokens.into_iter().map(Into::into).collect())
    }
}

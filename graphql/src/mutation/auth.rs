//! Signing in and out.

use crate::error::{ApiError, ApiResult};
use crate::model::AuthPayload;
use crate::scope::Scope;
use crate::{Origin, Services};
use async_graphql::{Context, Object};
use atelier_application::auth::Auth;
use atelier_application::error::AppError;

#[derive(Default)]
pub(super) struct AuthMutation;

fn auth<'a>(ctx: &Context<'a>) -> ApiResult<&'a Auth> {
    let services = ctx.data_opt::<Services>();
    services
        .map(|services| &services.auth)
        .ok_or_else(|| ApiError::from(AppError::Internal("the schema has no services".to_owned())))
}

#[Object]
impl AuthMutation {
    /// Signs in. Needs no token. Who fails often has to wait: `RATE_LIMITED`.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's name, letter for letter.")] username: String,
        #[graphql(desc = "Their password.")] password: String,
    ) -> ApiResult<AuthPayload> {
        let from = ctx.data_opt::<Origin>().map(|origin| origin.0);
        Ok(auth(ctx)?.login(&username, &password, from).await?.into())
    }

    /// Exchanges a refresh token for the next pair of tokens. Each works once: one that is presented again was copied, and
    /// ends all tokens of its sign-in. Needs no token.
    async fn refresh_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The latest refresh token of a sign-in.")] refresh_token: String,
    ) -> ApiResult<AuthPayload> {
        Ok(auth(ctx)?.refresh(&refresh_token).await?.into())
    }

    /// Ends all refresh tokens of a sign-in; access tokens end by themselves. False when the token is not known.
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A refresh token of the sign-in.")] refresh_token: String,
    ) -> ApiResult<bool> {
        Scope::of(ctx)?;
        Ok(auth(ctx)?.logout(&refresh_token).await?)
    }
}

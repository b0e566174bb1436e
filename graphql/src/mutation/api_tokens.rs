//! Tokens of integrations.

use crate::error::ApiResult;
use crate::model::{ApiToken, CreateApiTokenInput, CreatedApiToken};
use crate::scalar::id as read_id;
use crate::scope::{Scope, api_tokens};
use async_graphql::{Context, ID, Object};

#[derive(Default)]
pub(super) struct ApiTokenMutation;

#[Object]
impl ApiTokenMutation {
    /// Makes a token for an integration, of one's own. It is shown once. Needs a sign-in: no token makes another. Is audited.
    async fn create_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: CreateApiTokenInput,
    ) -> ApiResult<CreatedApiToken> {
        let CreateApiTokenInput { name, role, expires_at } = input;
        let subject = &Scope::of(ctx)?.subject;
        let made = api_tokens(ctx)?.create(subject, &name, role.into(), expires_at.map(|at| at.0)).await?;
        Ok(made.into())
    }

    /// Revokes a token: one's own, or any for the role `ADMIN`. It is refused at once, and its subscriptions end within a
    /// second. Is audited.
    async fn revoke_api_token(&self, ctx: &Context<'_>, #[graphql(desc = "The token.")] id: ID) -> ApiResult<ApiToken> {
        Ok(api_tokens(ctx)?.revoke(&Scope::of(ctx)?.subject, read_id("id", &id)?).await?.into())
    }
}

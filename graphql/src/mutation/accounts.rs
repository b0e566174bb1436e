//! Users.

use crate::error::ApiResult;
use crate::model::{CreateUserInput, UpdateUserInput, User};
use crate::scalar::id as read_id;
use crate::scope::{Scope, accounts};
use async_graphql::{Context, ID, Object};

#[derive(Default)]
pub(super) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Adds a user. Needs the role `ADMIN`, and is audited.
    async fn create_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user.")] input: CreateUserInput,
    ) -> ApiResult<User> {
        let CreateUserInput { username, password, role } = input;
        let subject = &Scope::of(ctx)?.subject;
        Ok(accounts(ctx)?.create(subject, &username, &password, role.into()).await?.into())
    }

    /// Changes a user; what is left out stays. Another role counts within two seconds. Another password, or `active: false`, ends
    /// all their sign-ins, subscriptions too. The last active administrator stays one (`CONFLICT`). Needs the role `ADMIN`, and is
    /// audited.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user.")] id: ID,
        #[graphql(desc = "What of them is to be changed.")] input: UpdateUserInput,
    ) -> ApiResult<User> {
        let subject = &Scope::of(ctx)?.subject;
        Ok(accounts(ctx)?.update(subject, read_id("id", &id)?, input.into()).await?.into())
    }

    /// Changes one's own password. All sign-ins end, this one too: sign in again. Is audited.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password until now.")] current: String,
        #[graphql(desc = "The password from now on: at least 12 characters.")] new: String,
    ) -> ApiResult<bool> {
        accounts(ctx)?.change_password(&Scope::of(ctx)?.subject, &current, &new).await?;
        Ok(true)
    }
}

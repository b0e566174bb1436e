//! Tokens of integrations.

use super::{Role, User};
use crate::scalar::DateTime;
use async_graphql::{ID, InputObject, SimpleObject};
use atelier_application::accounts::MadeToken;
use atelier_application::ports::api_tokens as port;

/// A token of an integration: it proves its owner, with a role of its own, until it ends or is revoked.
#[derive(SimpleObject)]
pub(crate) struct ApiToken {
    /// Its identifier.
    id: ID,
    /// What it is for.
    name: String,
    /// The most it may do; never more than its owner.
    role: Role,
    /// Since when it is there.
    created_at: DateTime,
    /// When it ends; null when it does not.
    expires_at: Option<DateTime>,
    /// When it was last used, to the minute; null when it never was.
    last_used_at: Option<DateTime>,
    /// When it was revoked; null when it was not.
    revoked_at: Option<DateTime>,
    /// Whose it is.
    owner: User,
}

impl From<port::ApiToken> for ApiToken {
    fn from(token: port::ApiToken) -> Self {
        Self {
            id: token.id.into(),
            name: token.name,
            role: token.role.into(),
            created_at: DateTime(token.created_at),
            expires_at: token.expires_at.map(DateTime),
            last_used_at: token.last_used_at.map(DateTime),
            revoked_at: token.revoked_at.map(DateTime),
            owner: token.owner.into(),
        }
    }
}

/// A token that was just made.
#[derive(SimpleObject)]
pub(crate) struct CreatedApiToken {
    /// The token itself, for `Authorization: Bearer …`. Nobody sees it again.
    token: String,
    /// What is known of it.
    api_token: ApiToken,
}

impl From<MadeToken> for CreatedApiToken {
    fn from(made: MadeToken) -> Self {
        Self { token: made.secret, api_token: made.token.into() }
    }
}

/// A token that is to be made.
#[derive(InputObject)]
pub(crate) struct CreateApiTokenInput {
    /// What it is for, in at most 64 characters.
    pub(crate) name: String,
    /// The most it may do; no more than oneself.
    pub(crate) role: Role,
    /// When it ends; never when left out.
    pub(crate) expires_at: Option<DateTime>,
}

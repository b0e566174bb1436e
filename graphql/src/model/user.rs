//! Who signs in.

use super::Role;
use crate::scalar::DateTime;
use async_graphql::{ID, SimpleObject};
use atelier_application::auth::SignedIn;
use atelier_application::ports::users;

/// Somebody who signs in.
#[derive(SimpleObject)]
pub(crate) struct User {
    /// Their identifier.
    id: ID,
    /// Their name, unique.
    username: String,
    /// What they may do.
    role: Role,
    /// Whether they may sign in.
    active: bool,
    /// Since when they are known.
    created_at: DateTime,
}

impl From<users::User> for User {
    fn from(user: users::User) -> Self {
        Self {
            id: user.id.into(),
            username: user.username,
            role: user.role.into(),
            active: user.active,
            created_at: DateTime(user.created_at),
        }
    }
}

/// What somebody gets who signs in.
#[derive(SimpleObject)]
pub(crate) struct AuthPayload {
    /// Proves who they are, as `Authorization: Bearer …`, until `expiresAt`.
    access_token: String,
    /// Gets the next pair from `refreshToken`, once.
    refresh_token: String,
    /// When the access token ends.
    expires_at: DateTime,
    /// Who they are.
    user: User,
}

impl From<SignedIn> for AuthPayload {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token,
            expires_at: DateTime(signed_in.expires_at),
            user: signed_in.user.into(),
        }
    }
}

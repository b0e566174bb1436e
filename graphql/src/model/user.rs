//! Who signs in.

use super::Role;
use crate::scalar::DateTime;
use async_graphql::{ID, InputObject, SimpleObject};
use atelier_application::accounts::UserUpdate;
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

/// A user that is to be added.
#[derive(InputObject)]
pub(crate) struct CreateUserInput {
    /// The name they sign in with: 1 to 64 characters; their own.
    pub(crate) username: String,
    /// Their password: at least 12 characters.
    pub(crate) password: String,
    /// What they may do.
    pub(crate) role: Role,
}

/// What of a user is to be changed; what is left out stays.
#[derive(InputObject)]
pub(crate) struct UpdateUserInput {
    /// Another password: at least 12 characters. It ends all their sign-ins.
    password: Option<String>,
    /// What they may do.
    role: Option<Role>,
    /// Whether they may sign in; if not, all their sign-ins end.
    active: Option<bool>,
}

impl From<UpdateUserInput> for UserUpdate {
    fn from(input: UpdateUserInput) -> Self {
        let UpdateUserInput { password, role, active } = input;
        Self { password, role: role.map(Into::into), active }
    }
}

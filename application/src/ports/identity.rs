//! Passwords and tokens.

use super::users::{PasswordHash, Role};
use async_trait::async_trait;
use atelier_domain::ids::{ApiTokenId, UserId};
use atelier_domain::time::Instant;

/// Who asks, proven by a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Which user.
    pub user: UserId,
    /// Their name, for people.
    pub username: String,
    /// What they may do.
    pub role: Role,
    /// When the proof ends.
    pub expires_at: Instant,
    /// The token of an integration that proves it; nothing when they signed in.
    pub api_token: Option<ApiTokenId>,
}

/// Why a token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It ended.
    #[error("The token has expired: sign in again, or exchange the refresh token.")]
    Expired,
    /// Anything else; which, is not told.
    #[error("The token is not valid: sign in again.")]
    Invalid,
    /// None was sent.
    #[error("Sign in first: this needs a token.")]
    Missing,
    /// No token where one should be.
    #[error("The header is no token: write `Authorization: Bearer TOKEN`.")]
    NoBearer,
    /// An API token that is unknown, or was revoked.
    #[error("The API token is not valid: it was revoked, or never was one.")]
    NoApiToken,
    /// An identity provider's token that names no role known here.
    #[error("The token names no role that is known here: ask whoever manages the identity provider.")]
    NoRole,
}

/// Issues and checks access tokens.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait AccessTokens: Send + Sync {
    /// A signed token that proves `subject` until its `expires_at`.
    fn issue(&self, subject: &Subject, now: Instant) -> String;

    /// Who a token proves.
    ///
    /// # Errors
    /// When it proves nobody.
    fn verify(&self, token: &str, now: Instant) -> Result<Subject, TokenError>;
}

/// Hashes passwords, slowly, away from the threads that answer requests.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Passwords: Send + Sync {
    /// The hash of a new password.
    async fn hash(&self, password: &str) -> PasswordHash;

    /// Whether `password` is the one of `hash`. Without a hash it takes as long and says no, so that nobody learns which
    /// names exist.
    async fn verify(&self, password: &str, hash: Option<PasswordHash>) -> bool;
}

/// Makes and hashes what must not be guessed.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Secrets: Send + Sync {
    /// A fresh secret of at least 256 bits, as URL-safe text.
    fn fresh(&self) -> String;

    /// What of it may be stored.
    fn digest(&self, secret: &str) -> Vec<u8>;
}

/// Who somebody is, as an identity provider's token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// Which provider.
    pub issuer: String,
    /// Its name for them, which never changes.
    pub subject: String,
    /// Their name, for people.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// When the proof ends.
    pub expires_at: Instant,
}

/// Checks tokens of an identity provider.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ExternalTokens: Send + Sync {
    /// Whether it looks like one of its tokens.
    fn recognises(&self, token: &str) -> bool;

    /// Who a token proves.
    ///
    /// # Errors
    /// When it proves nobody.
    async fn verify(&self, token: &str, now: Instant) -> Result<ExternalIdentity, TokenError>;
}

//! Tokens of integrations: named, limited to a role, revocable. Only their digests are stored.

use super::audit::AuditEntry;
use super::store_error::StoreResult;
use super::users::{Role, User};
use async_trait::async_trait;
use atelier_domain::ids::{ApiTokenId, UserId};
use atelier_domain::time::Instant;

/// A token that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiToken {
    /// Whose.
    pub owner: UserId,
    /// What it is for.
    pub name: String,
    /// The most it may do.
    pub role: Role,
    /// What of it is stored.
    pub digest: Vec<u8>,
    /// When it ends, if ever.
    pub expires_at: Option<Instant>,
}

/// A stored token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its identifier.
    pub id: ApiTokenId,
    /// Whose; it may do no more than they.
    pub owner: User,
    /// What it is for.
    pub name: String,
    /// The most it may do.
    pub role: Role,
    /// Since when it is there.
    pub created_at: Instant,
    /// When it ends, if ever.
    pub expires_at: Option<Instant>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

/// Stored tokens: what changes them is in one transaction with its entry in the audit trail.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ApiTokenStore: Send + Sync {
    /// Those of an owner, or of all, the newest first.
    async fn api_tokens(&self, owner: Option<UserId>) -> StoreResult<Vec<ApiToken>>;

    /// The token with this digest.
    async fn by_digest(&self, digest: &[u8]) -> StoreResult<Option<ApiToken>>;

    /// The token of this id.
    async fn by_id(&self, id: ApiTokenId) -> StoreResult<Option<ApiToken>>;

    /// Adds one.
    async fn add_token(&self, token: &NewApiToken, entry: AuditEntry) -> StoreResult<ApiToken>;

    /// Revokes one that is not revoked yet.
    async fn revoke(&self, id: ApiTokenId, entry: AuditEntry) -> StoreResult<()>;

    /// Notes that one was used.
    async fn note_use_of(&self, id: ApiTokenId, at: Instant) -> StoreResult<()>;
}

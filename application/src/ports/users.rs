//! Who signs in.

use super::audit::AuditEntry;
use super::identity::ExternalIdentity;
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::ids::UserId;
use atelier_domain::time::Instant;
use std::fmt;
use std::str::FromStr;

/// What somebody may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Also starts synchronisations and qualifies what happened.
    Operator,
    /// Also manages users, machines and calendars.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    /// As columns, tokens and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "VIEWER",
            Self::Operator => "OPERATOR",
            Self::Admin => "ADMIN",
        }
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no role: use viewer, operator or admin")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their identifier.
    pub id: UserId,
    /// Unique.
    pub username: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Since when they are known.
    pub created_at: Instant,
}

/// A password's hash, in PHC form. It never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl PasswordHash {
    /// What stands for the hash where nobody signs in with a password: none has it.
    pub const OF_NONE: &str = "!";

    /// That of nobody's password.
    pub fn of_none() -> Self {
        Self(Self::OF_NONE.to_owned())
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What is known of a refresh token that was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshTokenRecord {
    /// Whose.
    pub user: UserId,
    /// All tokens that came from one sign-in.
    pub family: String,
    /// When it ends.
    pub expires_at: Instant,
    /// Whether it was exchanged before.
    pub used: bool,
}

/// Stored users and their refresh tokens (as hashes only).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait UserStore: Send + Sync {
    /// The user of that name, and their password's hash.
    async fn user_by_name(&self, username: &str) -> StoreResult<Option<(User, PasswordHash)>>;

    /// Those of these ids that exist.
    async fn users_by_id(&self, ids: &[UserId]) -> StoreResult<Vec<User>>;

    /// Adds a user.
    ///
    /// # Errors
    /// `Conflict` when the name is taken.
    async fn add_user(&self, username: &str, password: &PasswordHash, role: Role, now: Instant) -> StoreResult<User>;

    /// Keeps the hash of a new refresh token, and drops those that ended before `now`.
    async fn add_refresh_token(
        &self,
        hash: &[u8],
        user: UserId,
        family: &str,
        expires_at: Instant,
        now: Instant,
    ) -> StoreResult<()>;

    /// Marks the token with this hash as used and gives what it was before, or nothing when there is none. Atomic: of two
    /// who present the same token at once, one finds it used.
    async fn use_refresh_token(&self, hash: &[u8], now: Instant) -> StoreResult<Option<RefreshTokenRecord>>;

    /// Drops all tokens of a family.
    async fn end_family(&self, family: &str) -> StoreResult<()>;
}

/// What of a user is to be changed; what is nothing stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    /// The hash of another password.
    pub password: Option<PasswordHash>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may sign in.
    pub active: Option<bool>,
}

/// What became of the wish to change a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// They are as this now.
    Done(User),
    /// There is none.
    Unknown,
    /// They are the last active administrator, and would be none.
    LastAdmin,
    /// Their role and password are an identity provider's business.
    External,
}

/// How a user stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Tokens that were issued before do not count.
    pub tokens_since: Option<Instant>,
}

/// Adding and changing users: each in one transaction with its entry in the audit trail.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait UserRegistry: Send + Sync {
    /// All of them, by name.
    async fn users(&self) -> StoreResult<Vec<User>>;

    /// Adds one.
    ///
    /// # Errors
    /// `Conflict` when the name is taken.
    async fn create(&self, username: &str, password: &PasswordHash, role: Role, entry: AuditEntry)
    -> StoreResult<User>;

    /// Changes one. Another password, and being deactivated, end all their tokens. The entry gets their name.
    async fn update(&self, id: UserId, change: &UserChange, entry: AuditEntry) -> StoreResult<Changed>;

    /// How one stands now.
    async fn standing(&self, id: UserId) -> StoreResult<Option<Standing>>;
}

/// Users of an identity provider.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ExternalUsers: Send + Sync {
    /// The user with this identity, with the role it has now. Whoever is not known is added; both are in the audit trail. Someone
    /// else's name gets something added.
    async fn present(&self, identity: &ExternalIdentity, now: Instant) -> StoreResult<User>;
}

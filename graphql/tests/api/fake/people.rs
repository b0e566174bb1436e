//! One user, `ada`, whose password and refresh token say what they are.

use super::Store;
use async_trait::async_trait;
use atelier_application::ports::api_tokens::{ApiToken, ApiTokenStore, NewApiToken};
use atelier_application::ports::audit::AuditEntry;
use atelier_application::ports::identity::{AccessTokens, Passwords, Secrets, Subject, TokenError};
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_application::ports::users::{
    Changed, PasswordHash, RefreshTokenRecord, Role, Standing, User, UserChange, UserRegistry, UserStore,
};
use atelier_domain::ids::{ApiTokenId, UserId};
use atelier_domain::time::Instant;
use std::sync::Arc;

/// It tells the store what it is asked of users.
pub(crate) struct People(pub(crate) Arc<Store>);

pub(super) fn ada() -> User {
    User { id: UserId(7), username: "ada".to_owned(), role: Role::Viewer, active: true, created_at: Instant(0) }
}

#[async_trait]
impl UserStore for People {
    async fn user_by_name(&self, username: &str) -> StoreResult<Option<(User, PasswordHash)>> {
        match username {
            "ada" => Ok(Some((ada(), PasswordHash("right".to_owned())))),
            "broken" => Err(StoreError::Permanent("users: secret".to_owned())),
            _ => Ok(None),
        }
    }

    async fn users_by_id(&self, ids: &[UserId]) -> StoreResult<Vec<User>> {
        self.0.asked("users_by_id")?;
        Ok(ids.iter().filter(|id| id.0 == 7).map(|_| ada()).collect())
    }

    async fn add_user(&self, _: &str, _: &PasswordHash, _: Role, _: Instant) -> StoreResult<User> {
        Ok(ada())
    }

    async fn add_refresh_token(&self, _: &[u8], _: UserId, _: &str, _: Instant, _: Instant) -> StoreResult<()> {
        Ok(())
    }

    async fn use_refresh_token(&self, hash: &[u8], now: Instant) -> StoreResult<Option<RefreshTokenRecord>> {
        let later = Instant(now.0 + 1);
        Ok((hash == b"good").then(|| RefreshTokenRecord {
            user: UserId(7),
            family: "f".to_owned(),
            expires_at: later,
            used: false,
        }))
    }

    async fn end_family(&self, _: &str) -> StoreResult<()> {
        Ok(())
    }
}

/// User 8 is the last administrator.
#[async_trait]
impl UserRegistry for People {
    async fn users(&self) -> StoreResult<Vec<User>> {
        Ok(vec![ada()])
    }

    async fn create(&self, username: &str, _: &PasswordHash, role: Role, _: AuditEntry) -> StoreResult<User> {
        match username {
            "ada" => Err(StoreError::Conflict("UNIQUE".to_owned())),
            _ => Ok(User { id: UserId(9), username: username.to_owned(), role, ..ada() }),
        }
    }

    async fn update(&self, id: UserId, change: &UserChange, _: AuditEntry) -> StoreResult<Changed> {
        Ok(match id.0 {
            7 => Changed::Done(User {
                role: change.role.unwrap_or(Role::Viewer),
                active: change.active.unwrap_or(true),
                ..ada()
            }),
            8 => Changed::LastAdmin,
            _ => Changed::Unknown,
        })
    }

    async fn standing(&self, _: UserId) -> StoreResult<Option<Standing>> {
        Ok(None)
    }
}

fn token(name: &str, role: Role, expires_at: Option<Instant>) -> ApiToken {
    ApiToken {
        id: ApiTokenId(3),
        owner: ada(),
        name: name.to_owned(),
        role,
        created_at: Instant(0),
        expires_at,
        last_used_at: None,
        revoked_at: None,
    }
}

/// Ada has the token 3.
#[async_trait]
impl ApiTokenStore for People {
    async fn api_tokens(&self, _: Option<UserId>) -> StoreResult<Vec<ApiToken>> {
        Ok(vec![token("bi", Role::Viewer, None)])
    }

    async fn by_digest(&self, _: &[u8]) -> StoreResult<Option<ApiToken>> {
        Ok(None)
    }

    async fn by_id(&self, id: ApiTokenId) -> StoreResult<Option<ApiToken>> {
        Ok((id.0 == 3).then(|| token("bi", Role::Viewer, None)))
    }

    async fn add_token(&self, new: &NewApiToken, _: AuditEntry) -> StoreResult<ApiToken> {
        Ok(token(&new.name, new.role, new.expires_at))
    }

    async fn revoke(&self, _: ApiTokenId, _: AuditEntry) -> StoreResult<()> {
        Ok(())
    }

    async fn note_use_of(&self, _: ApiTokenId, _: Instant) -> StoreResult<()> {
        Ok(())
    }
}

#[async_trait]
impl Passwords for People {
    async fn hash(&self, password: &str) -> PasswordHash {
        PasswordHash(password.to_owned())
    }

    async fn verify(&self, password: &str, hash: Option<PasswordHash>) -> bool {
        hash.is_some_and(|hash| hash.0 == password)
    }
}

impl AccessTokens for People {
    fn issue(&self, subject: &Subject, _: Instant) -> String {
        format!("token of {}", subject.username)
    }

    fn verify(&self, _: &str, _: Instant) -> Result<Subject, TokenError> {
        Err(TokenError::Invalid)
    }
}

impl Secrets for People {
    fn fresh(&self) -> String {
        "fresh".to_owned()
    }

    fn digest(&self, secret: &str) -> Vec<u8> {
        secret.as_bytes().to_vec()
    }
}

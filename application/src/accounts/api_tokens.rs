//! Tokens of integrations.

use super::actor;
use super::remembered::Remembered;
use crate::access::require;
use crate::error::AppError;
use crate::ports::api_tokens::{ApiToken, ApiTokenStore, NewApiToken};
use crate::ports::audit::{Actor, AuditAction, AuditEntry};
use crate::ports::clock::Clock;
use crate::ports::identity::{Secrets, Subject, TokenError};
use crate::ports::users::{PasswordHash, Role, User, UserRegistry, UserStore};
use atelier_domain::ids::{ApiTokenId, UserId};
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use std::sync::Arc;

/// What these tokens begin with, so that people and scanners of secrets know one when they see it.
pub const PREFIX: &str = "atl_";

/// How long a name may be, in characters.
const LONGEST_NAME: usize = 64;

/// That a token was used is noted once in so long.
const NOTED: Millis = Millis::from_seconds(60);

/// A token that never ends proves somebody for so long at a time: subscriptions end then, and begin anew.
const LONG: Millis = Millis(365 * Millis::DAY.0);

/// A token that was just made, with its secret, which nobody sees again.
#[derive(Clone, PartialEq, Eq)]
pub struct MadeToken {
    /// The token itself.
    pub secret: String,
    /// What is stored of it.
    pub token: ApiToken,
}

/// Makes, lists, revokes and checks tokens of integrations.
#[derive(Clone)]
pub struct ApiTokens {
    store: Arc<dyn ApiTokenStore>,
    users: Arc<dyn UserStore>,
    registry: Arc<dyn UserRegistry>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    known: Remembered<Vec<u8>, Option<ApiToken>>,
}

impl ApiTokens {
    /// Over these ports.
    pub fn new(
        store: Arc<dyn ApiTokenStore>,
        users: Arc<dyn UserStore>,
        registry: Arc<dyn UserRegistry>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, users, registry, secrets, clock, known: Remembered::default() }
    }

    /// Who a token proves, as of a second ago at most: its owner, in the lower of both roles.
    ///
    /// # Errors
    /// When it is unknown, ended or revoked, or its owner was deactivated. While the database does not answer, what was last
    /// known counts.
    pub async fn subject(&self, secret: &str) -> Result<Subject, TokenError> {
        let digest = self.secrets.digest(secret);
        let now = self.clock.now();
        let token = self.look_up(digest, now).await.ok_or(TokenError::NoApiToken)?;
        if token.revoked_at.is_some() || !token.owner.active {
            return Err(TokenError::NoApiToken);
        }
        if token.expires_at.is_some_and(|end| now >= end) {
            return Err(TokenError::Expired);
        }
        Ok(Subject {
            user: token.owner.id,
            username: token.owner.username,
            role: token.role.min(token.owner.role),
            expires_at: token.expires_at.unwrap_or(now + LONG),
            api_token: Some(token.id),
        })
    }

    async fn look_up(&self, digest: Vec<u8>, now: Instant) -> Option<ApiToken> {
        let key = digest.clone();
        let asked = async {
            let found = self.store.by_digest(&digest).await?;
            let unused = |token: &&ApiToken| token.last_used_at.is_none_or(|last| now - last >= NOTED);
            if let Some(token) = found.as_ref().filter(unused) {
                self.note_use(token.id, now);
            }
            Ok(found)
        };
        self.known.or_ask(key, now, "whether an API token still counts", asked).await.flatten()
    }

    /// Notes a use while the request goes on: where a database has one writer, it may take a while.
    fn note_use(&self, id: ApiTokenId, now: Instant) {
        let store = Arc::clone(&self.store);
        tokio::spawn(async move {
            if let Err(error) = store.note_use_of(id, now).await {
                tracing::warn!(%error, "that an API token was used could not be noted");
            }
        });
    }

    /// One's own tokens; all of them for administrators.
    pub async fn list(&self, subject: &Subject) -> Result<Vec<ApiToken>, AppError> {
        let owner = (subject.role < Role::Admin).then_some(subject.user);
        Ok(self.store.api_tokens(owner).await?)
    }

    /// Makes a token of one's own. Needs a sign-in: a token makes no other.
    pub async fn create(
        &self,
        subject: &Subject,
        name: &str,
        role: Role,
        expires_at: Option<Instant>,
    ) -> Result<MadeToken, AppError> {
        signed_in(subject)?;
        require(subject, role)?;
        self.make(actor(subject), subject.user, name, role, expires_at).await
    }

    /// Makes a token for somebody at the computer itself: of the user with that name, who is made, without a password, if there
    /// is none.
    pub async fn create_here(
        &self,
        by: Option<String>,
        name: &str,
        role: Role,
        expires_at: Option<Instant>,
    ) -> Result<MadeToken, AppError> {
        let name = check_name(name)?;
        let by = Actor::CommandLine(by);
        let owner = if let Some((user, _)) = self.users.user_by_name(&name).await? {
            checked_owner(&user, role)?
        } else {
            let detail = [("role".to_owned(), role.as_str().to_owned())].into();
            let (at, object) = (self.clock.now(), format!("user {name}"));
            let entry = AuditEntry { at, actor: by.clone(), action: AuditAction::UserCreated, object, detail };
            self.registry.create(&name, &PasswordHash::of_none(), role, entry).await?.id
        };
        self.make(by, owner, &name, role, expires_at).await
    }

    async fn make(
        &self,
        actor: Actor,
        owner: UserId,
        name: &str,
        role: Role,
        expires_at: Option<Instant>,
    ) -> Result<MadeToken, AppError> {
        let name = check_name(name)?;
        let now = self.clock.now();
        if expires_at.is_some_and(|end| end <= now) {
            return Err(AppError::bad_input("expiresAt", "`expiresAt` must be in the future."));
        }
        let secret = format!("{PREFIX}{}", self.secrets.fresh());
        let token = NewApiToken { owner, name: name.clone(), role, digest: self.secrets.digest(&secret), expires_at };
        let detail = [("role".to_owned(), role.as_str().to_owned())].into();
        let object = format!("API token {name}");
        let entry = AuditEntry { at: now, actor, action: AuditAction::ApiTokenCreated, object, detail };
        let token = self.store.add_token(&token, entry).await?;
        Ok(MadeToken { secret, token })
    }

    /// Revokes a token: one's own, or any for administrators. It is refused at once; by other programs on the same database within
    /// two seconds.
    pub async fn revoke(&self, subject: &Subject, id: ApiTokenId) -> Result<ApiToken, AppError> {
        let unknown = || AppError::NotFound(format!("There is no API token {id} of yours."));
        let may = |token: &ApiToken| token.owner.id == subject.user || subject.role >= Role::Admin;
        let token = self.store.by_id(id).await?.filter(may).ok_or_else(unknown)?;
        if token.revoked_at.is_none() {
            let object = format!("API token {}", token.name);
            let detail = [("owner".to_owned(), token.owner.username.clone())].into();
            let (at, action) = (self.clock.now(), AuditAction::ApiTokenRevoked);
            self.store.revoke(id, AuditEntry { at, actor: actor(subject), action, object, detail }).await?;
            self.known.forget();
        }
        self.store.by_id(id).await?.ok_or_else(unknown)
    }
}

/// Refuses who is proven by an API token: what one leaks must not outlive it.
pub(super) fn signed_in(subject: &Subject) -> Result<(), AppError> {
    match subject.api_token {
        None => Ok(()),
        Some(_) => Err(AppError::Forbidden("This needs a sign-in: an API token may not do it.".to_owned())),
    }
}

fn checked_owner(user: &User, role: Role) -> Result<UserId, AppError> {
    if !user.active {
        return Err(AppError::Conflict(format!("The user {} is deactivated: choose another name.", user.username)));
    }
    if user.role < role {
        return Err(AppError::Conflict(format!(
            "The user {} has the role {} only: ask for no more, or choose another name.",
            user.username,
            user.role.as_str()
        )));
    }
    Ok(user.id)
}

fn check_name(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let message = format!("`name` must have 1 to {LONGEST_NAME} characters, all on one line.");
        return Err(AppError::bad_input("name", message));
    }
    Ok(name.to_owned())
}

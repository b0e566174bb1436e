//! Signing in and staying signed in.
//!
//! An access token lasts [`ACCESS_LIFETIME`] and is not stored. A refresh token lasts [`REFRESH_LIFETIME`], is stored as a
//! digest only and gets the next pair once: presented again it was copied, and all tokens of its sign-in end.

pub(crate) mod attempts;
#[cfg(all(test, feature = "mocks"))]
mod tests;

use crate::error::AppError;
use crate::ports::clock::Clock;
use crate::ports::identity::{AccessTokens, Passwords, Secrets, Subject, TokenError};
use crate::ports::store_error::StoreError;
use crate::ports::users::{Role, User, UserStore};
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use attempts::Attempts;
pub use attempts::network;
use std::net::IpAddr;
use std::sync::Arc;

/// How long an access token lasts: 15 minutes.
pub const ACCESS_LIFETIME: Millis = Millis::from_seconds(15 * 60);

/// How long a refresh token lasts: 30 days.
pub const REFRESH_LIFETIME: Millis = Millis::from_seconds(30 * 24 * 60 * 60);

/// How many characters a user name may have.
pub const USERNAME_CHARS: std::ops::RangeInclusive<usize> = 1..=64;

/// How many characters a password must have.
pub const PASSWORD_MIN_CHARS: usize = 12;

/// How many bytes a password may have, so that nobody makes us hash a book.
pub const PASSWORD_MAX_BYTES: usize = 1024;

/// What somebody gets who signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Proves who they are until `expires_at`.
    pub access_token: String,
    /// Gets the next pair, once.
    pub refresh_token: String,
    /// When the access token ends.
    pub expires_at: Instant,
    /// Who they are.
    pub user: User,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn")
            .field("expires_at", &self.expires_at)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Signs users in.
#[derive(Clone)]
pub struct Auth {
    users: Arc<dyn UserStore>,
    passwords: Arc<dyn Passwords>,
    tokens: Arc<dyn AccessTokens>,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    attempts: Arc<Attempts>,
}

impl Auth {
    /// Over these ports.
    pub fn new(
        users: Arc<dyn UserStore>,
        passwords: Arc<dyn Passwords>,
        tokens: Arc<dyn AccessTokens>,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { users, passwords, tokens, secrets, clock, attempts: Arc::default() }
    }

    /// Who an access token proves.
    pub fn subject(&self, access_token: &str) -> Result<Subject, TokenError> {
        self.tokens.verify(access_token, self.clock.now())
    }

    /// Signs in with a name and a password. Unknown names, wrong passwords and inactive users get the same answer after the
    /// same time. Who fails often, with a name or `from` an address, has to wait, right or wrong.
    pub async fn login(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<SignedIn, AppError> {
        let attempt = self.attempts.charge(username, from, self.clock.now()).map_err(too_many)?;
        let outcome = self.check(username, password).await;
        match outcome {
            Ok(_) => self.attempts.succeeded(&attempt),
            Err(AppError::Unauthenticated(_)) => {}
            Err(_) => self.attempts.give_back(&attempt),
        }
        outcome
    }

    async fn check(&self, username: &str, password: &str) -> Result<SignedIn, AppError> {
        let (password, plausible) = if password.len() > PASSWORD_MAX_BYTES { ("", false) } else { (password, true) };
        let known = self.users.user_by_name(username).await?;
        let hash = known.as_ref().filter(|_| plausible).map(|(_, hash)| hash.clone());
        let right = self.passwords.verify(password, hash).await;
        match known {
            Some((user, hash)) if right && plausible && user.active => {
                let family = self.secrets.fresh();
                let signed_in = self.issue(user, &family).await?;
                // Hashing takes a while: whoever has another password since then, or is barred, has not signed in.
                let still = self.users.user_by_name(username).await?;
                if still.is_some_and(|(user, now)| user.active && now == hash) {
                    return Ok(signed_in);
                }
                self.users.end_family(&family).await?;
                Err(AppError::Unauthenticated("The user name or the password is wrong.".to_owned()))
            }
            _ => Err(AppError::Unauthenticated("The user name or the password is wrong.".to_owned())),
        }
    }

    /// Exchanges a refresh token for the next pair. Whoever presents one a second time ends its family.
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedIn, AppError> {
        let digest = self.secrets.digest(refresh_token);
        let now = self.clock.now();
        let Some(record) = self.users.use_refresh_token(&digest, now).await? else { return Err(refused()) };
        if record.used {
            self.users.end_family(&record.family).await?;
            return Err(refused());
        }
        if now >= record.expires_at {
            return Err(AppError::Unauthenticated("The refresh token has expired: sign in again.".to_owned()));
        }
        let user = self.users.users_by_id(&[record.user]).await?.into_iter().find(|user| user.active);
        let Some(user) = user else {
            self.users.end_family(&record.family).await?;
            return Err(refused());
        };
        let signed_in = self.issue(user, &record.family).await?;
        // Somebody may have presented the same token meanwhile, and so ended the family before its new member was in it.
        if self.users.use_refresh_token(&digest, now).await?.is_none() {
            self.users.end_family(&record.family).await?;
            return Err(refused());
        }
        Ok(signed_in)
    }

    /// Ends all refresh tokens of a sign-in; whoever holds one may. Tells whether there was one.
    pub async fn logout(&self, refresh_token: &str) -> Result<bool, AppError> {
        let digest = self.secrets.digest(refresh_token);
        let Some(record) = self.users.use_refresh_token(&digest, self.clock.now()).await? else { return Ok(false) };
        self.users.end_family(&record.family).await?;
        Ok(true)
    }

    /// The user behind a subject, as they are now, with the role that the subject has: a token may allow less.
    pub async fn me(&self, subject: &Subject) -> Result<User, AppError> {
        let found = self.users.users_by_id(&[subject.user]).await?;
        found
            .into_iter()
            .find(|user| user.active)
            .map(|user| User { role: subject.role, ..user })
            .ok_or_else(|| AppError::Unauthenticated("This user may no longer sign in.".to_owned()))
    }

    /// Adds a user. Asks for no subject: whoever runs the program holds its database.
    pub async fn add_user(&self, username: &str, password: &str, role: Role) -> Result<User, AppError> {
        check_username(username)?;
        check_password("password", password)?;
        let hash = self.passwords.hash(password).await;
        self.users.add_user(username, &hash, role, self.clock.now()).await.map_err(|error| match error {
            StoreError::Conflict(_) => AppError::Conflict(format!("The user name '{username}' is taken.")),
            other => other.into(),
        })
    }

    async fn issue(&self, user: User, family: &str) -> Result<SignedIn, AppError> {
        let now = self.clock.now();
        let expires_at = now + ACCESS_LIFETIME;
        let subject =
            Subject { user: user.id, username: user.username.clone(), role: user.role, expires_at, api_token: None };
        let refresh_token = self.secrets.fresh();
        let digest = self.secrets.digest(&refresh_token);
        self.users.add_refresh_token(&digest, user.id, family, now + REFRESH_LIFETIME, now).await?;
        Ok(SignedIn { access_token: self.tokens.issue(&subject, now), refresh_token, expires_at, user })
    }
}

/// Somebody guesses passwords.
pub(crate) fn too_many(wait: Millis) -> AppError {
    let seconds = (wait.0 + 999) / 1_000;
    tracing::warn!(seconds, "too many wrong passwords");
    AppError::RateLimited {
        message: format!("Too many wrong passwords: try again in {seconds} s."),
        after: u64::try_from(seconds).ok(),
    }
}

fn refused() -> AppError {
    AppError::Unauthenticated("The refresh token is not valid: sign in again.".to_owned())
}

pub(crate) fn check_username(username: &str) -> Result<(), AppError> {
    if !USERNAME_CHARS.contains(&username.chars().count()) || username.trim().is_empty() {
        return Err(AppError::bad_input("username", "A user name has 1 to 64 characters."));
    }
    if username.chars().any(char::is_control) {
        return Err(AppError::bad_input("username", "A user name has no control characters."));
    }
    Ok(())
}

pub(crate) fn check_password(field: &str, password: &str) -> Result<(), AppError> {
    if password.chars().count() < PASSWORD_MIN_CHARS {
        return Err(AppError::bad_input(field, "A password has at least 12 characters."));
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(AppError::bad_input(field, "A password has at most 1024 bytes."));
    }
    Ok(())
}

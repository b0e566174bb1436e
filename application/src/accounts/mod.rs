//! Who may sign in: administrators add and change users, everybody changes their own password.

mod api_tokens;
mod external;
mod remembered;
mod standing;
#[cfg(all(test, feature = "mocks"))]
mod tests;
#[cfg(all(test, feature = "mocks"))]
mod tests_of_api_tokens;

pub use api_tokens::{ApiTokens, MadeToken, PREFIX};
pub use external::Externals;
pub use standing::Standings;

use crate::access::require;
use crate::auth::attempts::Attempts;
use crate::auth::{check_password, check_username, too_many};
use crate::error::AppError;
use crate::ports::audit::{Actor, AuditAction, AuditEntry};
use crate::ports::clock::Clock;
use crate::ports::identity::{Passwords, Subject};
use crate::ports::store_error::StoreError;
use crate::ports::users::{Changed, Role, User, UserChange, UserRegistry, UserStore};
use atelier_domain::ids::UserId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What of a user is to be changed; what is nothing stays.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UserUpdate {
    /// Another password, which ends all their sign-ins.
    pub password: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may sign in; if not, all their sign-ins end.
    pub active: Option<bool>,
}

/// Adds and changes users.
#[derive(Clone)]
pub struct Accounts {
    registry: Arc<dyn UserRegistry>,
    users: Arc<dyn UserStore>,
    passwords: Arc<dyn Passwords>,
    clock: Arc<dyn Clock>,
    attempts: Arc<Attempts>,
}

impl Accounts {
    /// Over these ports.
    pub fn new(
        registry: Arc<dyn UserRegistry>,
        users: Arc<dyn UserStore>,
        passwords: Arc<dyn Passwords>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { registry, users, passwords, clock, attempts: Arc::default() }
    }

    /// All users by name, for administrators.
    pub async fn users(&self, subject: &Subject) -> Result<Vec<User>, AppError> {
        require(subject, Role::Admin)?;
        Ok(self.registry.users().await?)
    }

    /// Adds a user, for administrators.
    pub async fn create(
        &self,
        subject: &Subject,
        username: &str,
        password: &str,
        role: Role,
    ) -> Result<User, AppError> {
        require(subject, Role::Admin)?;
        self.add(actor(subject), username, password, role).await
    }

    /// Adds a user for somebody at the computer itself, with the name it gives them: whoever runs the program holds its
    /// database.
    pub async fn create_here(
        &self,
        by: Option<String>,
        username: &str,
        password: &str,
        role: Role,
    ) -> Result<User, AppError> {
        self.add(Actor::CommandLine(by), username, password, role).await
    }

    async fn add(&self, actor: Actor, username: &str, password: &str, role: Role) -> Result<User, AppError> {
        check_username(username)?;
        check_password("password", password)?;
        let hash = self.passwords.hash(password).await;
        let entry = self.entry(actor, AuditAction::UserCreated, username, [("role", role.as_str().to_owned())]);
        self.registry.create(username, &hash, role, entry).await.map_err(|error| match error {
            StoreError::Conflict(_) => AppError::Conflict(format!("The user name '{username}' is taken.")),
            other => other.into(),
        })
    }

    /// Changes a user, for administrators. The last active administrator stays one.
    pub async fn update(&self, subject: &Subject, id: UserId, update: UserUpdate) -> Result<User, AppError> {
        require(subject, Role::Admin)?;
        if update == UserUpdate::default() {
            return Err(AppError::bad_input("input", "Name what is to be changed."));
        }
        let UserUpdate { password, role, active } = update;
        if let Some(password) = &password {
            check_password("password", password)?;
        }
        let mut detail = Vec::new();
        detail.extend(role.map(|role| ("role", role.as_str().to_owned())));
        detail.extend(active.map(|active| ("active", active.to_string())));
        let password = match password {
            Some(password) => Some(self.passwords.hash(&password).await),
            None => None,
        };
        detail.extend(password.as_ref().map(|_| ("password", "changed".to_owned())));
        let entry = self.entry(actor(subject), AuditAction::UserUpdated, &id.to_string(), detail);
        match self.registry.update(id, &UserChange { password, role, active }, entry).await? {
            Changed::Done(user) => Ok(user),
            Changed::Unknown => Err(AppError::NotFound(format!("There is no user {id}."))),
            Changed::External => Err(AppError::Conflict(
                "Role and password of this user come from the identity provider: change them there.".to_owned(),
            )),
            Changed::LastAdmin => {
                Err(AppError::Conflict("This is the last active administrator: make another one first.".to_owned()))
            }
        }
    }

    /// Changes one's own password. All sign-ins end, this one too. Needs a sign-in. Who fails often has to wait.
    pub async fn change_password(&self, subject: &Subject, current: &str, new: &str) -> Result<(), AppError> {
        api_tokens::signed_in(subject)?;
        check_password("new", new)?;
        let known = self.users.user_by_name(&subject.username).await?.filter(|(user, _)| user.id == subject.user);
        // Whoever found a token shall not find the password with it.
        let attempt = self.attempts.charge(&subject.username, None, self.clock.now()).map_err(too_many)?;
        if !self.passwords.verify(current, known.map(|(_, hash)| hash)).await {
            return Err(AppError::bad_input("current", "`current` is not your password."));
        }
        self.attempts.give_back(&attempt);
        if new == current {
            return Err(AppError::bad_input("new", "`new` is the password that you have already."));
        }
        let password = Some(self.passwords.hash(new).await);
        let entry = self.entry(actor(subject), AuditAction::PasswordChanged, &subject.username, []);
        let change = UserChange { password, ..UserChange::default() };
        match self.registry.update(subject.user, &change, entry).await? {
            Changed::Done(_) => Ok(()),
            Changed::Unknown | Changed::LastAdmin | Changed::External => {
                Err(AppError::Unauthenticated("This user may no longer sign in.".to_owned()))
            }
        }
    }

    fn entry(
        &self,
        actor: Actor,
        action: AuditAction,
        user: &str,
        detail: impl IntoIterator<Item = (&'static str, String)>,
    ) -> AuditEntry {
        let detail = detail.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>();
        AuditEntry { at: self.clock.now(), actor, action, object: format!("user {user}"), detail }
    }
}

fn actor(subject: &Subject) -> Actor {
    Actor::User { id: subject.user, username: subject.username.clone() }
}

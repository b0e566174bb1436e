#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

use super::*;
use crate::auth::ACCESS_LIFETIME;
use crate::ports::identity::{MockPasswords, TokenError};
use crate::ports::users::{MockUserRegistry, MockUserStore, PasswordHash, Standing};
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use std::sync::atomic::{AtomicI64, Ordering};

const LONG: &str = "correct-horse-battery";

fn subject(role: Role) -> Subject {
    Subject {
        user: UserId(7),
        username: "ada".to_owned(),
        role,
        expires_at: Instant(0) + ACCESS_LIFETIME,
        api_token: None,
    }
}

fn user(id: i64, username: &str) -> User {
    User { id: UserId(id), username: username.to_owned(), role: Role::Viewer, active: true, created_at: Instant(0) }
}

struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// Passwords whose hash is the password.
fn passwords() -> MockPasswords {
    let mut passwords = MockPasswords::new();
    passwords.expect_hash().returning(|password| PasswordHash(password.to_owned()));
    passwords.expect_verify().returning(|password, hash| hash.is_some_and(|hash| hash.0 == password));
    passwords
}

fn accounts(registry: MockUserRegistry) -> Accounts {
    let mut users = MockUserStore::new();
    users
        .expect_user_by_name()
        .returning(|name| Ok((name == "ada").then(|| (user(7, "ada"), PasswordHash(LONG.to_owned())))));
    Accounts::new(Arc::new(registry), Arc::new(users), Arc::new(passwords()), Arc::new(SetClock(AtomicI64::new(5))))
}

#[tokio::test]
async fn only_administrators_see_and_change_users() {
    let accounts = accounts(MockUserRegistry::new());
    for role in [Role::Viewer, Role::Operator] {
        let subject = subject(role);
        let refused = [
            accounts.users(&subject).await.err(),
            accounts.create(&subject, "eve", LONG, Role::Viewer).await.err(),
            accounts.update(&subject, UserId(7), UserUpdate::default()).await.err(),
        ];
        assert!(refused.iter().all(|error| matches!(error, Some(AppError::Forbidden(_)))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_user_is_added_with_their_hash_and_without_their_password_in_the_trail() {
    let mut registry = MockUserRegistry::new();
    registry.expect_create().times(2).returning(|name, hash, role, entry| {
        assert_eq!((hash.0.as_str(), role), (LONG, Role::Operator));
        assert_eq!((entry.action, entry.object.as_str()), (AuditAction::UserCreated, "user eve"));
        assert!(!format!("{entry:?}").contains(LONG));
        Ok(user(9, name))
    });
    let accounts = accounts(registry);
    let made = accounts.create(&subject(Role::Admin), "eve", LONG, Role::Operator).await.unwrap();
    assert_eq!(made.id, UserId(9));
    accounts.create_here(Some("root".to_owned()), "eve", LONG, Role::Operator).await.unwrap();
    for (name, password, field) in [("", LONG, "username"), ("a\nb", LONG, "username"), ("eve", "short", "password")] {
        let refused = accounts.create(&subject(Role::Admin), name, password, Role::Viewer).await;
        assert!(matches!(&refused, Err(AppError::BadUserInput { field: told, .. }) if told == field), "{refused:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_changed_says_why() {
    let mut registry = MockUserRegistry::new();
    let mut answers = vec![Changed::Done(user(9, "eve")), Changed::LastAdmin, Changed::Unknown];
    registry.expect_update().times(3).returning(move |_, change, entry| {
        assert_eq!((change.role, change.active, change.password.is_some()), (Some(Role::Viewer), Some(false), true));
        assert!(!format!("{entry:?}").contains(LONG) && entry.detail["password"] == "changed");
        Ok(answers.pop().unwrap())
    });
    let accounts = accounts(registry);
    let admin = subject(Role::Admin);
    let update = || UserUpdate { password: Some(LONG.to_owned()), role: Some(Role::Viewer), active: Some(false) };
    assert!(matches!(accounts.update(&admin, UserId(9), update()).await, Err(AppError::NotFound(_))));
    assert!(matches!(accounts.update(&admin, UserId(9), update()).await, Err(AppError::Conflict(_))));
    assert_eq!(accounts.update(&admin, UserId(9), update()).await, Ok(user(9, "eve")));
    let nothing = accounts.update(&admin, UserId(9), UserUpdate::default()).await;
    assert!(matches!(nothing, Err(AppError::BadUserInput { .. })));
    let short = UserUpdate { password: Some("short".to_owned()), ..UserUpdate::default() };
    assert!(matches!(accounts.update(&admin, UserId(9), short).await, Err(AppError::BadUserInput { .. })));
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it() {
    let mut registry = MockUserRegistry::new();
    registry.expect_update().times(1).returning(|id, change, entry| {
        assert_eq!((id, change.password.as_ref().map(|hash| hash.0.as_str())), (UserId(7), Some("another-long-one")));
        assert_eq!((change.role, change.active, entry.action), (None, None, AuditAction::PasswordChanged));
        Ok(Changed::Done(user(7, "ada")))
    });
    let accounts = accounts(registry);
    let viewer = subject(Role::Viewer);
    assert_eq!(accounts.change_password(&viewer, LONG, "another-long-one").await, Ok(()));
    for (current, new, field) in [("wrong", "another-long-one", "current"), (LONG, LONG, "new"), (LONG, "short", "new")]
    {
        let refused = accounts.change_password(&viewer, current, new).await;
        assert!(matches!(&refused, Err(AppError::BadUserInput { field: told, .. }) if told == field), "{refused:?}");
    }
    let stranger = Subject { user: UserId(8), ..viewer };
    assert!(accounts.change_password(&stranger, LONG, "another-long-one").await.is_err(), "the name is another's now");
}

#[tokio::test]
async fn a_token_counts_while_its_user_does() {
    let clock = Arc::new(SetClock(AtomicI64::new(1_000_000)));
    let issued = Instant(1_000_000);
    let subject = |issued: Instant| Subject { expires_at: issued + ACCESS_LIFETIME, ..subject(Role::Admin) };
    let standing = |role, active, since: Option<i64>| Some(Standing { role, active, tokens_since: since.map(Instant) });
    for (known, role) in [
        (standing(Role::Viewer, true, None), Some(Role::Viewer)),
        (standing(Role::Admin, true, Some(999_000)), Some(Role::Admin)),
        (standing(Role::Admin, true, Some(1_000_999)), Some(Role::Admin)),
        (standing(Role::Admin, true, Some(1_001_000)), None),
        (standing(Role::Admin, false, None), None),
        (None, None),
    ] {
        let mut registry = MockUserRegistry::new();
        registry.expect_standing().times(1).returning(move |_| Ok(known));
        let standings = Standings::new(Arc::new(registry), clock.clone());
        for _ in 0..3 {
            let current = standings.current(subject(issued)).await;
            assert_eq!(current.as_ref().ok().map(|subject| subject.role), role, "{known:?}");
            assert!(role.is_some() || current == Err(TokenError::Invalid));
        }
    }
}

#[tokio::test]
async fn it_is_asked_again_after_a_second_and_what_was_known_counts_while_nobody_answers() {
    let clock = Arc::new(SetClock(AtomicI64::new(0)));
    let mut registry = MockUserRegistry::new();
    let mut answers = vec![
        Ok(Some(Standing { role: Role::Admin, active: false, tokens_since: None })),
        Err(StoreError::Transient("away".to_owned())),
        Ok(Some(Standing { role: Role::Operator, active: true, tokens_since: None })),
        Err(StoreError::Transient("away".to_owned())),
    ];
    registry.expect_standing().times(4).returning(move |_| answers.pop().unwrap());
    let standings = Standings::new(Arc::new(registry), clock.clone());
    let mut roles = Vec::new();
    for _ in 0..4 {
        for step in [0, 400] {
            clock.0.fetch_add(step, Ordering::SeqCst);
        }
        roles.push(standings.current(subject(Role::Viewer)).await.ok().map(|subject| subject.role));
        clock.0.fetch_add(FRESH_MILLIS.0, Ordering::SeqCst);
    }
    assert_eq!(roles, [Some(Role::Viewer), Some(Role::Operator), Some(Role::Operator), None]);
}

const FRESH_MILLIS: Millis = Millis::from_seconds(1);

#[tokio::test]
async fn who_guesses_the_current_password_has_to_wait() {
    let accounts = accounts(MockUserRegistry::new());
    let subject = subject(Role::Viewer);
    for _ in 0..10 {
        let refused = accounts.change_password(&subject, "a guess that is long", "another-long-one").await;
        assert!(matches!(refused, Err(AppError::BadUserInput { .. })), "{refused:?}");
    }
    let refused = accounts.change_password(&subject, LONG, "another-long-one").await;
    assert_eq!(
        refused,
        Err(AppError::RateLimited {
            message: "Too many wrong passwords: try again in 10 s.".to_owned(),
            after: Some(10)
        })
    );
}

mod externals {
    use super::*;
    use crate::accounts::Externals;
    use crate::ports::identity::{ExternalIdentity, MockExternalTokens, TokenError};
    use crate::ports::users::MockExternalUsers;

    fn over(tokens: MockExternalTokens, users: MockExternalUsers) -> Externals {
        Externals::new(Arc::new(tokens), Arc::new(users), Arc::new(SetClock(AtomicI64::new(5))))
    }

    fn proving(role: Role) -> MockExternalTokens {
        let mut tokens = MockExternalTokens::new();
        tokens.expect_verify().returning(move |_, _| {
            let text = str::to_owned;
            let (issuer, subject, name) = (text("https://login.example"), text("1"), text("ada"));
            Ok(ExternalIdentity { issuer, subject, name, role, expires_at: Instant(60_000) })
        });
        tokens
    }

    #[tokio::test]
    async fn who_a_token_proves_is_a_user_here_with_the_role_of_the_token() {
        let mut users = MockExternalUsers::new();
        users.expect_present().times(1).returning(|_, _| Ok(user(9, "ada")));
        let externals = over(proving(Role::Operator), users);
        for _ in 0..3 {
            let subject = externals.subject("t").await.unwrap();
            assert_eq!((subject.user, subject.username.as_str(), subject.role), (UserId(9), "ada", Role::Operator));
            assert_eq!((subject.expires_at, subject.api_token), (Instant(60_000), None));
        }
    }

    #[tokio::test]
    async fn who_was_deactivated_here_or_is_refused_there_or_cannot_be_asked_for_proves_nothing() {
        let mut users = MockExternalUsers::new();
        users.expect_present().returning(|_, _| Ok(User { active: false, ..user(9, "ada") }));
        assert_eq!(over(proving(Role::Admin), users).subject("t").await, Err(TokenError::Invalid));

        let mut tokens = MockExternalTokens::new();
        tokens.expect_verify().returning(|_, _| Err(TokenError::NoRole));
        assert_eq!(over(tokens, MockExternalUsers::new()).subject("t").await, Err(TokenError::NoRole));

        let mut users = MockExternalUsers::new();
        users.expect_present().returning(|_, _| Err(StoreError::Transient("gone".to_owned())));
        assert_eq!(over(proving(Role::Admin), users).subject("t").await, Err(TokenError::Invalid));
    }
}

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

use super::*;
use crate::ports::api_tokens::{ApiToken, MockApiTokenStore};
use crate::ports::identity::{MockPasswords, MockSecrets, TokenError};
use crate::ports::users::{MockUserRegistry, MockUserStore, PasswordHash};
use atelier_domain::ids::ApiTokenId;
use atelier_domain::time::Instant;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

const NOW: Instant = Instant(1_000_000);

fn subject(role: Role, api_token: Option<ApiTokenId>) -> Subject {
    Subject { user: UserId(7), username: "ada".to_owned(), role, expires_at: Instant(i64::MAX), api_token }
}

fn owner(role: Role) -> User {
    User { id: UserId(7), username: "ada".to_owned(), role, active: true, created_at: Instant(0) }
}

fn token(role: Role) -> ApiToken {
    ApiToken {
        id: ApiTokenId(3),
        owner: owner(Role::Operator),
        name: "bi".to_owned(),
        role,
        created_at: Instant(0),
        expires_at: None,
        last_used_at: Some(NOW),
        revoked_at: None,
    }
}

#[derive(Clone)]
struct SetClock(Arc<AtomicI64>);

impl SetClock {
    fn at(now: Instant) -> Self {
        Self(Arc::new(AtomicI64::new(now.0)))
    }
}

impl Clock for SetClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// Digests are the secrets, and a fresh one is `fresh`.
fn secrets() -> MockSecrets {
    let mut secrets = MockSecrets::new();
    secrets.expect_fresh().returning(|| "fresh".to_owned());
    secrets.expect_digest().returning(|secret| secret.as_bytes().to_vec());
    secrets
}

fn tokens_at(store: MockApiTokenStore, registry: MockUserRegistry, clock: SetClock) -> ApiTokens {
    let mut users = MockUserStore::new();
    users
        .expect_user_by_name()
        .returning(|name| Ok((name == "ada").then(|| (owner(Role::Operator), PasswordHash(String::new())))));
    ApiTokens::new(Arc::new(store), Arc::new(users), Arc::new(registry), Arc::new(secrets()), Arc::new(clock))
}

fn tokens(store: MockApiTokenStore) -> ApiTokens {
    tokens_at(store, MockUserRegistry::new(), SetClock::at(NOW))
}

/// Whom the token `atl_x` proves, stored like this.
async fn proven(stored: Option<ApiToken>) -> Result<Subject, TokenError> {
    let mut store = MockApiTokenStore::new();
    store.expect_by_digest().withf(|digest| digest == b"atl_x").returning(move |_| Ok(stored.clone()));
    tokens(store).subject("atl_x").await
}

#[tokio::test]
async fn a_token_proves_its_owner_in_the_lower_of_both_roles() {
    for (role, expected) in [(Role::Viewer, Role::Viewer), (Role::Admin, Role::Operator)] {
        let subject = proven(Some(token(role))).await.unwrap();
        assert_eq!((subject.user, subject.role, subject.api_token), (UserId(7), expected, Some(ApiTokenId(3))));
        assert!(subject.expires_at > NOW);
    }
    let ends = Instant(NOW.0 + 1);
    let subject = proven(Some(ApiToken { expires_at: Some(ends), ..token(Role::Viewer) })).await.unwrap();
    assert_eq!(subject.expires_at, ends);
}

#[tokio::test]
async fn what_ended_was_revoked_or_is_unknown_proves_nobody() {
    let stored = || token(Role::Viewer);
    let off = User { active: false, ..owner(Role::Admin) };
    for (stored, why) in [
        (None, TokenError::NoApiToken),
        (Some(ApiToken { revoked_at: Some(Instant(5)), ..stored() }), TokenError::NoApiToken),
        (Some(ApiToken { owner: off, ..stored() }), TokenError::NoApiToken),
        (Some(ApiToken { expires_at: Some(NOW), ..stored() }), TokenError::Expired),
    ] {
        assert_eq!(proven(stored).await, Err(why));
    }
}

#[tokio::test]
async fn a_token_is_asked_for_once_a_second_and_stays_known_while_nobody_answers() {
    let mut store = MockApiTokenStore::new();
    let answers = Arc::new(Mutex::new(vec![
        Ok(Some(ApiToken { revoked_at: Some(NOW), ..token(Role::Viewer) })),
        Err(StoreError::Permanent("gone".to_owned())),
        Ok(Some(token(Role::Viewer))),
    ]));
    let left = Arc::clone(&answers);
    store.expect_by_digest().returning(move |_| answers.lock().unwrap().pop().unwrap());
    let clock = SetClock::at(NOW);
    let tokens = tokens_at(store, MockUserRegistry::new(), clock.clone());
    for (after, good, unasked) in [(0, true, 2), (999, true, 2), (1_000, true, 1), (2_000, false, 0)] {
        clock.0.store(NOW.0 + after, Ordering::SeqCst);
        assert_eq!(tokens.subject("atl_x").await.is_ok(), good, "after {after} ms");
        assert_eq!(left.lock().unwrap().len(), unasked, "after {after} ms");
    }
}

#[tokio::test]
async fn that_it_was_used_is_noted_once_a_minute() {
    for (last, notes) in [(None, 1), (Some(Instant(NOW.0 - 60_000)), 1), (Some(Instant(NOW.0 - 59_999)), 0)] {
        let (mut store, noted) = (MockApiTokenStore::new(), Arc::new(AtomicI64::new(0)));
        store.expect_by_digest().returning(move |_| Ok(Some(ApiToken { last_used_at: last, ..token(Role::Viewer) })));
        let counted = Arc::clone(&noted);
        store.expect_note_use_of().withf(|id, at| (*id, *at) == (ApiTokenId(3), NOW)).returning(move |_, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        tokens(store).subject("atl_x").await.unwrap();
        tokio::task::yield_now().await;
        assert_eq!(noted.load(Ordering::SeqCst), notes, "{last:?}");
    }
}

#[tokio::test]
async fn a_token_is_made_with_its_digest_and_without_its_secret_in_the_trail() {
    let mut store = MockApiTokenStore::new();
    store.expect_add_token().returning(|new, entry| {
        assert_eq!((new.owner, new.name.as_str(), new.digest.as_slice()), (UserId(7), "bi", &b"atl_fresh"[..]));
        assert_eq!((entry.action, entry.object.as_str()), (AuditAction::ApiTokenCreated, "API token bi"));
        assert!(!format!("{entry:?}").contains("fresh"));
        Ok(token(new.role))
    });
    let made = tokens(store).create(&subject(Role::Operator, None), " bi ", Role::Viewer, None).await.unwrap();
    assert_eq!((made.secret.as_str(), made.token.role), ("atl_fresh", Role::Viewer));
}

#[tokio::test]
async fn what_may_not_be_made_is_refused() {
    let tokens = tokens(MockApiTokenStore::new());
    let (me, by_token) = (subject(Role::Operator, None), subject(Role::Operator, Some(ApiTokenId(3))));
    let refused = tokens.create(&by_token, "bi", Role::Viewer, None).await.err();
    assert!(matches!(refused, Some(AppError::Forbidden(_))), "no token makes another: {refused:?}");
    let refused = tokens.create(&me, "bi", Role::Admin, None).await.err();
    assert!(matches!(refused, Some(AppError::Forbidden(_))), "nobody gives more than they have: {refused:?}");
    for (name, ends, field) in
        [(" ", None, "name"), ("a\nb", None, "name"), (&*"x".repeat(65), None, "name"), ("bi", Some(NOW), "expiresAt")]
    {
        let refused = tokens.create(&me, name, Role::Viewer, ends).await.err();
        assert!(matches!(&refused, Some(AppError::BadUserInput { field: f, .. }) if f == field), "{refused:?}");
    }
}

#[tokio::test]
async fn at_the_computer_a_token_is_the_users_of_its_name_who_is_made_if_there_is_none() {
    let mut store = MockApiTokenStore::new();
    store.expect_add_token().returning(|new, _| {
        let owner = User { id: new.owner, ..owner(new.role) };
        Ok(ApiToken { owner, ..token(new.role) })
    });
    let mut registry = MockUserRegistry::new();
    registry.expect_create().times(1).returning(|name, hash, role, entry| {
        assert_eq!((name, hash.0.as_str(), entry.action), ("bi", "!", AuditAction::UserCreated));
        Ok(User { id: UserId(9), username: name.to_owned(), ..owner(role) })
    });
    let tokens = tokens_at(store, registry, SetClock::at(NOW));
    let made = tokens.create_here(None, "bi", Role::Admin, None).await.unwrap();
    assert_eq!((made.token.owner.id, made.token.owner.role), (UserId(9), Role::Admin));
    let made = tokens.create_here(None, "ada", Role::Viewer, None).await.unwrap();
    assert_eq!(made.token.owner.id, UserId(7));
    let refused = tokens.create_here(None, "ada", Role::Admin, None).await.err();
    assert!(matches!(refused, Some(AppError::Conflict(_))), "{refused:?}");
}

#[tokio::test]
async fn one_revokes_ones_own_and_administrators_any_once() {
    let others = || subject(Role::Operator, None);
    let others = [
        Subject { user: UserId(8), ..others() },
        subject(Role::Operator, None),
        Subject { user: UserId(8), role: Role::Admin, ..others() },
    ];
    for (subject, may) in others.iter().zip([false, true, true]) {
        let mut store = MockApiTokenStore::new();
        store.expect_by_id().returning(|_| Ok(Some(token(Role::Viewer))));
        store.expect_revoke().times(usize::from(may)).returning(|id, entry| {
            assert_eq!((id, entry.action), (ApiTokenId(3), AuditAction::ApiTokenRevoked));
            Ok(())
        });
        let revoked = tokens(store).revoke(subject, ApiTokenId(3)).await;
        assert_eq!(revoked.is_ok(), may, "{subject:?}");
        assert!(may || matches!(revoked, Err(AppError::NotFound(_))), "what is another's is not told to be there");
    }
    let mut store = MockApiTokenStore::new();
    store.expect_by_id().returning(|_| Ok(Some(ApiToken { revoked_at: Some(NOW), ..token(Role::Viewer) })));
    assert_eq!(tokens(store).revoke(&others[1], ApiTokenId(3)).await.unwrap().revoked_at, Some(NOW));
}

#[tokio::test]
async fn one_sees_ones_own_and_administrators_all() {
    for (role, whose) in [(Role::Viewer, Some(UserId(7))), (Role::Operator, Some(UserId(7))), (Role::Admin, None)] {
        let mut store = MockApiTokenStore::new();
        store.expect_api_tokens().withf(move |owner| *owner == whose).returning(|_| Ok(vec![token(Role::Viewer)]));
        assert_eq!(tokens(store).list(&subject(role, None)).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_token_changes_no_password() {
    let (registry, users) = (MockUserRegistry::new(), MockUserStore::new());
    let clock = Arc::new(SetClock::at(NOW));
    let accounts = Accounts::new(Arc::new(registry), Arc::new(users), Arc::new(MockPasswords::new()), clock);
    let by_token = subject(Role::Admin, Some(ApiTokenId(3)));
    let refused = accounts.change_password(&by_token, "correct-horse-battery", "another-long-one").await;
    assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
}

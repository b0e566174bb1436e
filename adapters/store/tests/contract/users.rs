//! Users and refresh tokens.

use crate::fixture::Fixture;
use atelier_application::ports::store_error::StoreError;
use atelier_application::ports::users::{PasswordHash, Role, UserStore};
use atelier_domain::ids::UserId;
use atelier_domain::time::Instant;

on_both!(users, tokens_are_used_once, two_at_once, tokens_that_ended);

const NOW: Instant = Instant(1_748_412_131_007);
const LATER: Instant = Instant(1_748_412_191_007);

async fn users(fixture: Fixture) {
    let hash = PasswordHash("$argon2id$…".into());
    let user = fixture.store.add_user("édith", &hash, Role::Operator, NOW).await.unwrap();
    assert_eq!((user.username.as_str(), user.role, user.active, user.created_at), ("édith", Role::Operator, true, NOW));
    assert_eq!(fixture.store.user_by_name("édith").await.unwrap(), Some((user.clone(), hash.clone())));
    assert_eq!(fixture.store.user_by_name("Édith").await.unwrap(), None);
    assert_eq!(fixture.store.users_by_id(&[user.id, UserId(99)]).await.unwrap(), [user]);
    let error = fixture.store.add_user("édith", &hash, Role::Viewer, NOW).await.unwrap_err();
    assert_eq!(error, StoreError::Conflict("There is a user named 'édith' already.".into()));
}

async fn user(fixture: &Fixture) -> UserId {
    fixture.store.add_user("a", &PasswordHash("x".into()), Role::Viewer, NOW).await.unwrap().id
}

async fn tokens_are_used_once(fixture: Fixture) {
    let user = user(&fixture).await;
    fixture.store.add_refresh_token(b"one", user, "f", LATER, NOW).await.unwrap();
    fixture.store.add_refresh_token(b"two", user, "g", LATER, NOW).await.unwrap();
    assert_eq!(fixture.store.use_refresh_token(b"none", NOW).await.unwrap(), None);
    let first = fixture.store.use_refresh_token(b"one", NOW).await.unwrap().unwrap();
    assert_eq!((first.user, first.family.as_str(), first.expires_at, first.used), (user, "f", LATER, false));
    assert!(fixture.store.use_refresh_token(b"one", NOW).await.unwrap().unwrap().used);
    fixture.store.end_family("f").await.unwrap();
    assert_eq!(fixture.store.use_refresh_token(b"one", NOW).await.unwrap(), None);
    assert!(!fixture.store.use_refresh_token(b"two", NOW).await.unwrap().unwrap().used);
    let again = fixture.store.add_refresh_token(b"two", user, "g", LATER, NOW).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
}

async fn two_at_once(fixture: Fixture) {
    let user = user(&fixture).await;
    for round in 0..10u8 {
        fixture.store.add_refresh_token(&[round], user, "f", LATER, NOW).await.unwrap();
        let at_once = (0..4).map(|_| {
            let store = fixture.store.clone();
            tokio::spawn(async move { store.use_refresh_token(&[round], NOW).await.unwrap().unwrap().used })
        });
        let mut fresh = 0;
        for task in at_once.collect::<Vec<_>>() {
            fresh += u32::from(!task.await.unwrap());
        }
        assert_eq!(fresh, 1);
    }
}

async fn tokens_that_ended(fixture: Fixture) {
    let user = user(&fixture).await;
    fixture.store.add_refresh_token(b"old", user, "f", NOW, NOW).await.unwrap();
    assert!(fixture.store.use_refresh_token(b"old", NOW).await.unwrap().is_some());
    fixture.store.add_refresh_token(b"new", user, "f", Instant(LATER.0 + 1), LATER).await.unwrap();
    assert_eq!(fixture.store.use_refresh_token(b"old", LATER).await.unwrap(), None);
}

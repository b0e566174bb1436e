//! Users and refresh tokens.

use crate::fixture::Fixture;
use atelier_application::ports::api_tokens::{ApiTokenStore, NewApiToken};
use atelier_application::ports::audit::{Actor, AuditAction, AuditEntry, AuditLog, AuditRecord};
use atelier_application::ports::identity::ExternalIdentity;
use atelier_application::ports::sessions::Window;
use atelier_application::ports::store_error::StoreError;
use atelier_application::ports::users::{
    Changed, ExternalUsers, PasswordHash, Role, Standing, UserChange, UserRegistry, UserStore,
};
use atelier_domain::ids::{ApiTokenId, UserId};
use atelier_domain::time::Instant;

on_both!(
    users,
    tokens_are_used_once,
    two_at_once,
    tokens_that_ended,
    users_are_added_and_changed,
    the_last_administrator_stays,
    tokens_of_integrations,
    users_of_an_identity_provider,
    one_user_however_often_they_come_at_once
);

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

fn entry(action: AuditAction, at: i64) -> AuditEntry {
    AuditEntry {
        at: Instant(at),
        actor: Actor::CommandLine(Some("root".to_owned())),
        action,
        object: "user ?".to_owned(),
        detail: [("role".to_owned(), "ADMIN".to_owned())].into(),
    }
}

async fn add(fixture: &Fixture, name: &str, role: Role) -> UserId {
    let entry = entry(AuditAction::UserCreated, NOW.0);
    fixture.store.create(name, &PasswordHash("x".into()), role, entry).await.unwrap().id
}

async fn change(fixture: &Fixture, id: UserId, change: UserChange) -> Changed {
    fixture.store.update(id, &change, entry(AuditAction::UserUpdated, LATER.0)).await.unwrap()
}

async fn users_are_added_and_changed(fixture: Fixture) {
    let store = &fixture.store;
    let (zoe, anna) = (add(&fixture, "zoé", Role::Admin).await, add(&fixture, "anna", Role::Viewer).await);
    let taken = store.create("anna", &PasswordHash("y".into()), Role::Admin, entry(AuditAction::UserCreated, 1)).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    let names: Vec<String> = store.users().await.unwrap().into_iter().map(|user| user.username).collect();
    assert_eq!(names, ["anna", "zoé"]);
    let standing = async |id| store.standing(id).await.unwrap();
    let stands = |role, active, tokens_since| Some(Standing { role, active, tokens_since });
    assert_eq!(standing(anna).await, stands(Role::Viewer, true, None));
    assert_eq!(standing(UserId(99)).await, None);

    store.add_refresh_token(b"one", anna, "f", Instant(i64::from(i32::MAX) * 1_000), NOW).await.unwrap();
    let promoted = change(&fixture, anna, UserChange { role: Some(Role::Operator), ..UserChange::default() }).await;
    assert!(matches!(&promoted, Changed::Done(user) if user.role == Role::Operator && user.active), "{promoted:?}");
    assert_eq!(standing(anna).await, stands(Role::Operator, true, None), "another role ends no sign-in");
    let hash = PasswordHash("new".into());
    change(&fixture, anna, UserChange { password: Some(hash.clone()), ..UserChange::default() }).await;
    assert_eq!(store.user_by_name("anna").await.unwrap().map(|(_, hash)| hash), Some(hash));
    assert_eq!(standing(anna).await, stands(Role::Operator, true, Some(LATER)));
    assert_eq!(store.use_refresh_token(b"one", NOW).await.unwrap(), None, "another password ends them all");

    store.add_refresh_token(b"two", zoe, "g", LATER, NOW).await.unwrap();
    add(&fixture, "eve", Role::Admin).await;
    let off = UserChange { active: Some(false), ..UserChange::default() };
    assert!(matches!(change(&fixture, zoe, off.clone()).await, Changed::Done(user) if !user.active));
    assert_eq!(store.use_refresh_token(b"two", NOW).await.unwrap(), None);
    assert_eq!(change(&fixture, UserId(99), off).await, Changed::Unknown);
    let window = Window { limit: 20, after: None, before: None, from_end: false };
    let trail = store.audit_trail(&window).await.unwrap().items;
    let told: Vec<_> = trail.iter().rev().map(|entry| format!("{:?} {}", entry.action, entry.object)).collect();
    assert_eq!(
        told,
        [
            "UserCreated user ?",
            "UserCreated user ?",
            "UserUpdated user anna",
            "UserUpdated user anna",
            "UserCreated user ?",
            "UserUpdated user zoé"
        ]
    );
}

async fn the_last_administrator_stays(fixture: Fixture) {
    let (one, two) = (add(&fixture, "one", Role::Admin).await, add(&fixture, "two", Role::Admin).await);
    add(&fixture, "three", Role::Operator).await;
    // Nobody signs in as an integration.
    fixture.store.add_user("integration", &PasswordHash("!".into()), Role::Admin, NOW).await.unwrap();
    let off = || UserChange { active: Some(false), ..UserChange::default() };
    let lower = || UserChange { role: Some(Role::Operator), ..UserChange::default() };
    // Two at once: one of them stays.
    let (first, second) = tokio::join!(change(&fixture, one, off()), change(&fixture, two, lower()));
    let refused = [&first, &second].into_iter().filter(|changed| **changed == Changed::LastAdmin).count();
    assert_eq!(refused, 1, "{first:?} {second:?}");
    let last = if first == Changed::LastAdmin { one } else { two };
    assert_eq!(change(&fixture, last, off()).await, Changed::LastAdmin);
    assert_eq!(change(&fixture, last, lower()).await, Changed::LastAdmin);
    let same = UserChange { role: Some(Role::Admin), active: Some(true), password: Some(PasswordHash("z".into())) };
    assert!(matches!(change(&fixture, last, same).await, Changed::Done(_)));
}

async fn tokens_of_integrations(fixture: Fixture) {
    let store = &fixture.store;
    let (anna, zoe) = (add(&fixture, "anna", Role::Operator).await, add(&fixture, "zoé", Role::Viewer).await);
    let new = |owner, name: &str, digest: &[u8], expires_at| NewApiToken {
        owner,
        name: name.to_owned(),
        role: Role::Viewer,
        digest: digest.to_vec(),
        expires_at,
    };
    let made = || entry(AuditAction::ApiTokenCreated, 1);
    let first = store.add_token(&new(anna, "bi", b"one", Some(LATER)), made()).await.unwrap();
    assert_eq!((first.name.as_str(), first.role, first.owner.id), ("bi", Role::Viewer, anna));
    assert_eq!((first.expires_at, first.last_used_at, first.revoked_at), (Some(LATER), None, None));
    let second = store.add_token(&new(zoe, "bi", b"two", None), made()).await.unwrap();
    assert_eq!(second.expires_at, None);
    let twice = store.add_token(&new(zoe, "other", b"two", None), made()).await;
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");

    assert_eq!(store.by_digest(b"one").await.unwrap(), Some(first.clone()));
    assert_eq!(store.by_digest(b"on").await.unwrap(), None);
    assert_eq!(store.by_id(ApiTokenId(99)).await.unwrap(), None);
    let ids = async |owner| store.api_tokens(owner).await.unwrap().iter().map(|token| token.id).collect::<Vec<_>>();
    assert_eq!(ids(Some(anna)).await, [first.id]);
    assert_eq!(ids(None).await, [second.id, first.id]);

    store.note_use_of(first.id, NOW).await.unwrap();
    store.revoke(first.id, entry(AuditAction::ApiTokenRevoked, 1)).await.unwrap();
    store.revoke(first.id, entry(AuditAction::ApiTokenRevoked, 1)).await.unwrap();
    let revoked = store.by_digest(b"one").await.unwrap().unwrap();
    assert_eq!(revoked.last_used_at, Some(NOW));
    assert!(revoked.revoked_at.is_some());
    let window = Window { limit: 20, after: None, before: None, from_end: false };
    let trail = store.audit_trail(&window).await.unwrap().items;
    let told = trail.iter().filter(|entry| entry.action == AuditAction::ApiTokenRevoked).count();
    assert_eq!(told, 1, "what is revoked already is not revoked again");
}

fn somebody(subject: &str, name: &str, role: Role) -> ExternalIdentity {
    let (issuer, subject) = ("https://login.example".to_owned(), subject.to_owned());
    ExternalIdentity { issuer, subject, name: name.to_owned(), role, expires_at: LATER }
}

async fn users_of_an_identity_provider(fixture: Fixture) {
    let store = &fixture.store;
    let ada = store.present(&somebody("1", "ada", Role::Viewer), NOW).await.unwrap();
    assert_eq!((ada.username.as_str(), ada.role, ada.active), ("ada", Role::Viewer, true));
    assert_eq!(store.present(&somebody("1", "ada, renamed", Role::Viewer), LATER).await.unwrap(), ada);
    let newer = ExternalIdentity { expires_at: Instant(LATER.0 + 1), ..somebody("1", "ada", Role::Admin) };
    let promoted = store.present(&newer, LATER).await.unwrap();
    assert_eq!((promoted.id, promoted.role), (ada.id, Role::Admin));
    // An older token does not bring back what is no longer so.
    assert_eq!(store.present(&somebody("1", "ada", Role::Operator), LATER).await.unwrap().role, Role::Admin);
    assert_eq!(store.user_by_name("ada").await.unwrap().unwrap().1, PasswordHash("!".into()));

    // Nobody becomes somebody else by having their name.
    let local = store.add_user("édith", &PasswordHash("x".into()), Role::Admin, NOW).await.unwrap();
    let other = store.present(&somebody("2", "édith", Role::Viewer), NOW).await.unwrap();
    assert!(other.id != local.id && other.username.starts_with("édith~") && other.role == Role::Viewer, "{other:?}");
    let long = store.present(&somebody("3\0", &format!("a\nb\0{}", "é".repeat(300)), Role::Viewer), NOW).await.unwrap();
    assert_eq!((long.username.chars().count(), &long.username[..2]), (64, "ab"));

    // Their role and password are not ours to change; whether they may ask at all is.
    let lower = UserChange { role: Some(Role::Viewer), ..UserChange::default() };
    assert_eq!(change(&fixture, other.id, lower).await, Changed::External);
    let password = UserChange { password: Some(PasswordHash("y".into())), ..UserChange::default() };
    assert_eq!(change(&fixture, other.id, password).await, Changed::External);
    let off = UserChange { active: Some(false), ..UserChange::default() };
    assert!(matches!(change(&fixture, other.id, off).await, Changed::Done(user) if !user.active));
    assert!(!store.present(&somebody("2", "édith", Role::Viewer), LATER).await.unwrap().active);

    let window = Window { limit: 50, after: None, before: None, from_end: false };
    let trail = store.audit_trail(&window).await.unwrap().items;
    let of_ada: Vec<_> = trail.iter().filter(|record| record.object == "user ada").collect();
    let told = |record: &&AuditRecord| (record.action, record.actor.clone(), record.detail["role"].clone());
    assert_eq!(
        of_ada.iter().map(told).collect::<Vec<_>>(),
        [
            (AuditAction::UserUpdated, "ada".to_owned(), "ADMIN".to_owned()),
            (AuditAction::UserCreated, "ada".to_owned(), "VIEWER".to_owned())
        ]
    );
}

async fn one_user_however_often_they_come_at_once(fixture: Fixture) {
    let at_once = (0..6).map(|_| {
        let store = fixture.store.clone();
        tokio::spawn(async move { store.present(&somebody("1", "ada", Role::Viewer), NOW).await.unwrap() })
    });
    let mut ids = Vec::new();
    for task in at_once.collect::<Vec<_>>() {
        ids.push(task.await.unwrap().id);
    }
    ids.dedup();
    assert_eq!((ids.len(), fixture.store.users().await.unwrap().len()), (1, 1));
}

use super::*;
use crate::ports::clock::MockClock;
use crate::ports::identity::{MockAccessTokens, MockPasswords, MockSecrets};
use crate::ports::users::{MockUserStore, PasswordHash, RefreshTokenRecord};
use atelier_domain::ids::UserId;
use mockall::Sequence;
use mockall::predicate::{always, eq};

const NOW: Instant = Instant(1_750_000_000_000);

fn ada(active: bool) -> User {
    User { id: UserId(7), username: "ada".to_owned(), role: Role::Operator, active, created_at: Instant(0) }
}

fn hash() -> PasswordHash {
    PasswordHash("$argon2id$ada".to_owned())
}

fn record(used: bool, expires_at: Instant) -> RefreshTokenRecord {
    RefreshTokenRecord { user: UserId(7), family: "family".to_owned(), expires_at, used }
}

fn auth(users: MockUserStore, passwords: MockPasswords) -> Auth {
    let mut tokens = MockAccessTokens::new();
    tokens.expect_issue().returning(|subject, now| {
        format!("{} {} {}", subject.username, subject.role.as_str(), (subject.expires_at - now).seconds())
    });
    let mut secrets = MockSecrets::new();
    let mut count = 0;
    secrets.expect_fresh().returning(move || {
        count += 1;
        format!("secret {count}")
    });
    secrets.expect_digest().returning(|secret| secret.as_bytes().to_vec());
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    Auth::new(Arc::new(users), Arc::new(passwords), Arc::new(tokens), Arc::new(secrets), Arc::new(clock))
}

fn wrong() -> AppError {
    AppError::Unauthenticated("The user name or the password is wrong.".to_owned())
}

#[tokio::test]
async fn signing_in_begins_a_family() {
    let mut users = MockUserStore::new();
    users.expect_user_by_name().with(eq("ada")).returning(|_| Ok(Some((ada(true), hash()))));
    users
        .expect_add_refresh_token()
        .with(eq(&b"secret 2"[..]), eq(UserId(7)), eq("secret 1"), eq(NOW + REFRESH_LIFETIME), eq(NOW))
        .once()
        .returning(|_, _, _, _, _| Ok(()));
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().with(eq("correct horse battery"), eq(Some(hash()))).returning(|_, _| true);

    let signed_in = auth(users, passwords).login("ada", "correct horse battery", None).await.unwrap();

    assert_eq!(signed_in.access_token, "ada OPERATOR 900");
    assert_eq!(signed_in.refresh_token, "secret 2");
    assert_eq!(signed_in.expires_at, NOW + ACCESS_LIFETIME);
    assert_eq!(signed_in.user, ada(true));
}

#[tokio::test]
async fn an_unknown_name_costs_a_verification_too() {
    let mut users = MockUserStore::new();
    users.expect_user_by_name().returning(|_| Ok(None));
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().with(eq("anything at all"), eq(None)).once().returning(|_, _| false);
    assert_eq!(auth(users, passwords).login("eve", "anything at all", None).await, Err(wrong()));
}

#[tokio::test]
async fn a_wrong_password_and_an_inactive_user_get_the_same_answer() {
    for (active, right) in [(true, false), (false, true)] {
        let mut users = MockUserStore::new();
        users.expect_user_by_name().returning(move |_| Ok(Some((ada(active), hash()))));
        let mut passwords = MockPasswords::new();
        passwords.expect_verify().with(always(), eq(Some(hash()))).once().return_const(right);
        assert_eq!(auth(users, passwords).login("ada", "correct horse battery", None).await, Err(wrong()));
    }
}

#[tokio::test]
async fn a_book_is_no_password() {
    let mut users = MockUserStore::new();
    users.expect_user_by_name().returning(|_| Ok(Some((ada(true), hash()))));
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().with(eq(""), eq(None)).once().return_const(true);
    assert_eq!(auth(users, passwords).login("ada", &"x".repeat(1025), None).await, Err(wrong()));
}

#[tokio::test]
async fn a_refresh_token_gets_the_next_pair_of_its_family() {
    let mut users = MockUserStore::new();
    let mut order = Sequence::new();
    users
        .expect_use_refresh_token()
        .with(eq(&b"old"[..]), eq(NOW))
        .once()
        .in_sequence(&mut order)
        .returning(|_, _| Ok(Some(record(false, NOW + REFRESH_LIFETIME))));
    users.expect_users_by_id().once().in_sequence(&mut order).returning(|_| Ok(vec![ada(true)]));
    users
        .expect_add_refresh_token()
        .with(eq(&b"secret 1"[..]), eq(UserId(7)), eq("family"), always(), always())
        .once()
        .in_sequence(&mut order)
        .returning(|_, _, _, _, _| Ok(()));
    users
        .expect_use_refresh_token()
        .once()
        .in_sequence(&mut order)
        .returning(|_, _| Ok(Some(record(true, NOW + REFRESH_LIFETIME))));
    let signed_in = auth(users, MockPasswords::new()).refresh("old").await.unwrap();
    assert_eq!(signed_in.refresh_token, "secret 1");
}

#[tokio::test]
async fn a_refresh_token_presented_again_ends_its_family() {
    let mut users = MockUserStore::new();
    users.expect_use_refresh_token().returning(|_, _| Ok(Some(record(true, NOW + REFRESH_LIFETIME))));
    users.expect_end_family().with(eq("family")).once().returning(|_| Ok(()));
    assert_eq!(auth(users, MockPasswords::new()).refresh("old").await, Err(refused()));
}

#[tokio::test]
async fn a_family_that_ends_during_an_exchange_stays_ended() {
    let mut users = MockUserStore::new();
    let mut order = Sequence::new();
    users
        .expect_use_refresh_token()
        .once()
        .in_sequence(&mut order)
        .returning(|_, _| Ok(Some(record(false, NOW + REFRESH_LIFETIME))));
    users.expect_users_by_id().returning(|_| Ok(vec![ada(true)]));
    users.expect_add_refresh_token().once().returning(|_, _, _, _, _| Ok(()));
    users.expect_use_refresh_token().once().in_sequence(&mut order).returning(|_, _| Ok(None));
    users.expect_end_family().with(eq("family")).once().returning(|_| Ok(()));
    assert_eq!(auth(users, MockPasswords::new()).refresh("old").await, Err(refused()));
}

#[tokio::test]
async fn expired_unknown_and_ownerless_refresh_tokens_are_refused() {
    let mut users = MockUserStore::new();
    users.expect_use_refresh_token().with(eq(&b"expired"[..]), always()).returning(|_, _| Ok(Some(record(false, NOW))));
    users.expect_use_refresh_token().with(eq(&b"unknown"[..]), always()).returning(|_, _| Ok(None));
    users
        .expect_use_refresh_token()
        .with(eq(&b"inactive"[..]), always())
        .returning(|_, _| Ok(Some(record(false, NOW + REFRESH_LIFETIME))));
    users.expect_users_by_id().returning(|_| Ok(vec![ada(false)]));
    users.expect_end_family().with(eq("family")).once().returning(|_| Ok(()));
    let auth = auth(users, MockPasswords::new());
    assert_eq!(
        auth.refresh("expired").await,
        Err(AppError::Unauthenticated("The refresh token has expired: sign in again.".to_owned()))
    );
    assert_eq!(auth.refresh("unknown").await, Err(refused()));
    assert_eq!(auth.refresh("inactive").await, Err(refused()));
}

#[tokio::test]
async fn signing_out_ends_the_family_once() {
    let mut users = MockUserStore::new();
    users
        .expect_use_refresh_token()
        .with(eq(&b"mine"[..]), always())
        .returning(|_, _| Ok(Some(record(false, NOW + REFRESH_LIFETIME))));
    users.expect_use_refresh_token().with(eq(&b"unknown"[..]), always()).returning(|_, _| Ok(None));
    users.expect_end_family().with(eq("family")).once().returning(|_| Ok(()));
    let auth = auth(users, MockPasswords::new());
    assert_eq!(auth.logout("mine").await, Ok(true));
    assert_eq!(auth.logout("unknown").await, Ok(false));
}

#[tokio::test]
async fn a_deactivated_user_is_nobody() {
    let mut users = MockUserStore::new();
    users.expect_users_by_id().returning(|_| Ok(vec![ada(false)]));
    let subject =
        Subject { user: UserId(7), username: "ada".to_owned(), role: Role::Operator, expires_at: NOW, api_token: None };
    let me = auth(users, MockPasswords::new()).me(&subject).await;
    assert_eq!(me, Err(AppError::Unauthenticated("This user may no longer sign in.".to_owned())));
}

#[tokio::test]
async fn new_users_are_checked() {
    let long = "x".repeat(65);
    let cases = [
        ("", "long enough, sure", "username"),
        (" ", "long enough, sure", "username"),
        (long.as_str(), "long enough, sure", "username"),
        ("a\u{7}da", "long enough, sure", "username"),
        ("ada", "elevenchars", "password"),
        ("ada", &"é".repeat(513), "password"),
    ];
    for (username, password, field) in cases {
        let result = auth(MockUserStore::new(), MockPasswords::new()).add_user(username, password, Role::Viewer).await;
        assert!(
            matches!(result, Err(AppError::BadUserInput { field: ref named, .. }) if named == field),
            "{username:?} {result:?}"
        );
    }
}

#[tokio::test]
async fn a_taken_name_is_a_conflict() {
    let mut users = MockUserStore::new();
    users.expect_add_user().once().returning(|_, _, _, _| Err(StoreError::Conflict("unique".to_owned())));
    let mut passwords = MockPasswords::new();
    passwords.expect_hash().with(eq("éééééééééééé")).returning(|_| hash());
    let result = auth(users, passwords).add_user("ada", "éééééééééééé", Role::Admin).await;
    assert_eq!(result, Err(AppError::Conflict("The user name 'ada' is taken.".to_owned())));
}

#[tokio::test]
async fn who_guesses_has_to_wait_even_when_right_and_faults_are_not_counted() {
    let mut users = MockUserStore::new();
    users.expect_user_by_name().with(eq("ada")).returning(|_| Ok(Some((ada(true), hash()))));
    let mut down = 15;
    users.expect_user_by_name().with(eq("bob")).returning(move |_| {
        down -= 1;
        if down > 0 { Err(StoreError::Transient("down".to_owned())) } else { Ok(None) }
    });
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().returning(|_, _| false);
    let auth = auth(users, passwords);
    let from = Some(std::net::IpAddr::from([10, 0, 0, 1]));
    for _ in 0..10 {
        assert_eq!(auth.login("ada", "guess", from).await, Err(wrong()));
    }
    let told =
        AppError::RateLimited { message: "Too many wrong passwords: try again in 10 s.".to_owned(), after: Some(10) };
    assert_eq!(auth.login("ada", "correct horse battery", from).await, Err(told));
    for _ in 0..14 {
        assert!(matches!(auth.login("bob", "anything", from).await, Err(AppError::Unavailable(_))));
    }
    assert_eq!(auth.login("bob", "anything", from).await, Err(wrong()));
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_signs_nobody_in() {
    for (active, now) in [(true, "another"), (false, "$argon2id$ada")] {
        let mut users = MockUserStore::new();
        let mut sequence = Sequence::new();
        users.expect_user_by_name().times(1).in_sequence(&mut sequence).returning(|_| Ok(Some((ada(true), hash()))));
        users.expect_add_refresh_token().times(1).in_sequence(&mut sequence).returning(|_, _, _, _, _| Ok(()));
        let after = Ok(Some((ada(active), PasswordHash(now.to_owned()))));
        users.expect_user_by_name().times(1).in_sequence(&mut sequence).return_once(move |_| after);
        users.expect_end_family().times(1).in_sequence(&mut sequence).returning(|_| Ok(()));
        let mut passwords = MockPasswords::new();
        passwords.expect_verify().returning(|_, _| true);
        assert_eq!(auth(users, passwords).login("ada", "correct horse battery", None).await, Err(wrong()));
    }
}

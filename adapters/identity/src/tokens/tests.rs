use super::*;
use serde_json::{Value, json};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const NOW: Instant = Instant(1_748_412_131_250);

fn tokens() -> JwtTokens {
    JwtTokens::new(SECRET).unwrap()
}

fn subject() -> Subject {
    Subject {
        user: UserId(7),
        username: "édith".into(),
        role: Role::Operator,
        expires_at: Instant(1_748_412_191_000),
        api_token: None,
    }
}

/// A token with these claims instead of the usual ones, signed as asked.
fn forged(algorithm: Algorithm, secret: &[u8], change: impl FnOnce(&mut Value)) -> String {
    let mut claims = json!({
        "sub": "7", "name": "édith", "role": "OPERATOR", "iat": seconds(NOW), "nbf": seconds(NOW),
        "exp": seconds(NOW) + 60, "aud": "atelier", "iss": "atelier",
    });
    change(&mut claims);
    encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(secret)).unwrap()
}

#[test]
fn a_token_proves_its_subject() {
    let token = tokens().issue(&subject(), NOW);
    assert_eq!(tokens().verify(&token, NOW), Ok(subject()));
    assert_eq!(tokens().verify(&forged(Algorithm::HS256, SECRET, |_| ()), NOW), Ok(subject()));
}

#[test]
fn the_time_given_decides_with_five_seconds_of_leeway() {
    let token = tokens().issue(&subject(), NOW);
    let after_end = |millis| tokens().verify(&token, Instant(subject().expires_at.0 + millis));
    assert_eq!(after_end(4_999), Ok(subject()));
    assert_eq!(after_end(5_000), Err(TokenError::Expired));
    assert_eq!(tokens().verify(&token, Instant(NOW.0 - 5_000)), Ok(subject()));
    assert_eq!(tokens().verify(&token, Instant(NOW.0 - 7_000)), Err(TokenError::Invalid));
}

#[test]
fn what_others_signed_or_meant_for_others_proves_nothing() {
    let other = b"another secret of thirty-two bytes";
    let invalid = [
        forged(Algorithm::HS256, other, |_| ()),
        forged(Algorithm::HS384, SECRET, |_| ()),
        forged(Algorithm::HS512, SECRET, |_| ()),
        forged(Algorithm::HS256, SECRET, |claims| claims["aud"] = json!("elsewhere")),
        forged(Algorithm::HS256, SECRET, |claims| claims["iss"] = json!("elsewhere")),
        forged(Algorithm::HS256, SECRET, |claims| claims["role"] = json!("OWNER")),
        forged(Algorithm::HS256, SECRET, |claims| claims["sub"] = json!("root")),
    ];
    for token in invalid {
        assert_eq!(tokens().verify(&token, NOW), Err(TokenError::Invalid), "{token}");
    }
    for claim in ["sub", "name", "role", "nbf", "exp", "aud", "iss"] {
        let token = forged(Algorithm::HS256, SECRET, |claims| drop(claims.as_object_mut().unwrap().remove(claim)));
        assert_eq!(tokens().verify(&token, NOW), Err(TokenError::Invalid), "without {claim}");
    }
}

#[test]
fn unsigned_and_broken_tokens_prove_nothing() {
    let token = tokens().issue(&subject(), NOW);
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for token in [
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{header}.{}.{signature}", claims.replace('a', "b")),
        String::new(),
        "..".into(),
        "é".into(),
    ] {
        assert_eq!(tokens().verify(&token, NOW), Err(TokenError::Invalid), "{token}");
    }
}

#[test]
fn short_secrets_are_refused_and_none_is_shown() {
    let error = JwtTokens::new(&SECRET[1..]).unwrap_err();
    let text = "The secret in ATELIER_JWT_SECRET is too short: it needs 32 bytes at least. Make one with: openssl rand -base64 48";
    assert_eq!(error.to_string(), text);
    assert_eq!(format!("{:?}", tokens()), "JwtTokens(…)");
}

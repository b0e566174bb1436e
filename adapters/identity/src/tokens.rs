//! Access tokens: JSON Web Tokens signed with HS256, and with no other algorithm.

use atelier_application::ports::identity::{AccessTokens, Subject, TokenError};
use atelier_application::ports::users::Role;
use atelier_domain::ids::UserId;
use atelier_domain::time::Instant;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who issues tokens, and for whom.
const ATELIER: &str = "atelier";
/// How far clocks may differ.
const LEEWAY_SECONDS: i64 = 5;
const MIN_SECRET_BYTES: usize = 32;

/// A secret that could be found by trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "The secret in ATELIER_JWT_SECRET is too short: it needs 32 bytes at least. Make one with: openssl rand -base64 48"
)]
pub struct SecretTooShort;

/// Issues and checks tokens with one secret.
#[derive(Clone)]
pub struct JwtTokens {
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
}

impl fmt::Debug for JwtTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JwtTokens(…)")
    }
}

#[derive(Serialize)]
struct Issued<'a> {
    sub: String,
    name: &'a str,
    role: &'static str,
    iat: i64,
    nbf: i64,
    exp: i64,
    aud: &'static str,
    iss: &'static str,
}

/// What is read of a token; the library checks the rest.
#[derive(Deserialize)]
struct Presented {
    sub: String,
    name: String,
    role: String,
    nbf: i64,
    exp: i64,
}

impl JwtTokens {
    /// With this secret.
    ///
    /// # Errors
    /// When the secret has less than 32 bytes.
    pub fn new(secret: &[u8]) -> Result<Self, SecretTooShort> {
        if secret.len() < MIN_SECRET_BYTES {
            return Err(SecretTooShort);
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[ATELIER]);
        validation.set_issuer(&[ATELIER]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // The library knows the system's clock only: see `verify`.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self { signing: EncodingKey::from_secret(secret), checking: DecodingKey::from_secret(secret), validation })
    }
}

fn seconds(at: Instant) -> i64 {
    at.0.div_euclid(1000)
}

impl AccessTokens for JwtTokens {
    fn issue(&self, subject: &Subject, now: Instant) -> String {
        let claims = Issued {
            sub: subject.user.to_string(),
            name: &subject.username,
            role: subject.role.as_str(),
            iat: seconds(now),
            nbf: seconds(now),
            exp: seconds(subject.expires_at),
            aud: ATELIER,
            iss: ATELIER,
        };
        // Such claims can always be written; should that ever change, an empty token proves nobody.
        encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
            .inspect_err(|cause| tracing::error!(%cause, "a token could not be signed"))
            .unwrap_or_default()
    }

    fn verify(&self, token: &str, now: Instant) -> Result<Subject, TokenError> {
        let presented =
            decode::<Presented>(token, &self.checking, &self.validation).map_err(|_| TokenError::Invalid)?.claims;
        let (earliest, latest) =
            (presented.nbf.saturating_sub(LEEWAY_SECONDS), presented.exp.saturating_add(LEEWAY_SECONDS));
        if seconds(now) < earliest {
            return Err(TokenError::Invalid);
        }
        if seconds(now) >= latest {
            return Err(TokenError::Expired);
        }
        let user = presented.sub.parse::<UserId>().map_err(|_| TokenError::Invalid)?;
        let role = presented.role.parse::<Role>().map_err(|_| TokenError::Invalid)?;
        Ok(Subject {
            user,
            username: presented.name,
            role,
            expires_at: Instant(presented.exp.saturating_mul(1000)),
            api_token: None,
        })
    }
}

#[cfg(test)]
mod tests;

//! Tokens of an identity provider: JSON Web Tokens signed with one of its keys, a JSON Web Key Set (RFC 7517) in a file or at an
//! address.
//!
//! A key counts for one algorithm only, the one it says or the one of its kind, so that no token chooses how it is checked. Secret
//! keys, which RFC 7517 knows too, count for nothing.

mod claims;
mod keys;
mod source;
#[cfg(test)]
mod tests;

pub use claims::{ClaimRules, RoleName};
pub use source::{KeySource, KeySourceError};

use async_trait::async_trait;
use atelier_application::ports::identity::{ExternalIdentity, ExternalTokens, TokenError};
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use keys::Keys;
use serde_json::{Map, Value};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;

/// Keys are asked for again so often, …
const FRESH: Millis = Millis::from_seconds(10 * 60);
/// … and at most so often when a token names one that is not known.
const PATIENCE: Millis = Millis::from_seconds(30);

/// Checks tokens of one identity provider.
pub struct ProviderTokens(Arc<Inner>);

struct Inner {
    source: KeySource,
    rules: ClaimRules,
    known: RwLock<Known>,
    /// Held while keys are being asked for: whoever comes meanwhile waits, and asks no second time.
    asking: Mutex<()>,
}

#[derive(Default, Clone)]
struct Known {
    keys: Arc<Keys>,
    /// When they were last asked for, whether or not there was an answer.
    asked_at: Option<Instant>,
}

impl fmt::Debug for ProviderTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProviderTokens").field(&self.0.source).finish()
    }
}

impl ProviderTokens {
    /// With the keys of this source, and these rules on what tokens say.
    pub fn new(source: KeySource, rules: ClaimRules) -> Self {
        Self(Arc::new(Inner { source, rules, known: RwLock::default(), asking: Mutex::new(()) }))
    }

    /// Asks for the keys; tells how many count.
    ///
    /// # Errors
    /// One sentence with the cause and the remedy.
    pub async fn load(&self, now: Instant) -> Result<usize, KeySourceError> {
        self.0.ask(now).await
    }
}

impl Inner {
    fn known(&self) -> Known {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self, now: Instant) -> Result<usize, KeySourceError> {
        let answer = self.source.keys().await;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.asked_at = Some(now);
        let keys = answer?;
        let count = keys.len();
        known.keys = Arc::new(keys);
        Ok(count)
    }

    /// Tells the log why a token counts for nothing; whoever sent it is not told. Claims are looked at once the signature is good.
    fn refuse(&self, error: &Error) -> TokenError {
        let ClaimRules { issuer, audience, .. } = &self.rules;
        match error.kind() {
            ErrorKind::InvalidAudience => {
                tracing::info!(
                    issuer,
                    audience,
                    "a token of the identity provider is not for us: its `aud` is another"
                );
            }
            ErrorKind::InvalidIssuer => {
                tracing::info!(issuer, "a token of the identity provider has another `iss` than `jwt.jwks_issuer`");
            }
            ErrorKind::MissingRequiredClaim(claim) => {
                tracing::info!(issuer, claim, "a token of the identity provider lacks a claim");
            }
            _ => tracing::debug!(issuer, %error, "a token is not the identity provider's"),
        }
        TokenError::Invalid
    }

    /// Asks once more if that was not done for so long. What was known stays if there is no answer.
    async fn ask_if_older(&self, than: Millis, now: Instant) {
        let old = |known: &Known| known.asked_at.is_none_or(|at| now < at || now - at >= than);
        if !old(&self.known()) {
            return;
        }
        let _asking = self.asking.lock().await;
        if !old(&self.known()) {
            return;
        }
        let before = self.known().keys.len();
        match self.ask(now).await {
            Ok(keys) if keys != before => tracing::info!(keys, "the keys of the identity provider were read"),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the keys of the identity provider cannot be read; those known before stay in use");
            }
        }
    }
}

#[async_trait]
impl ExternalTokens for ProviderTokens {
    fn recognises(&self, token: &str) -> bool {
        decode_header(token).is_ok_and(|header| is_ours(header.alg))
    }

    async fn verify(&self, token: &str, now: Instant) -> Result<ExternalIdentity, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        if !is_ours(header.alg) {
            tracing::debug!(algorithm = ?header.alg, "a token has an algorithm other than RS256, ES256 and EdDSA");
            return Err(TokenError::Invalid);
        }
        let known = self.0.known();
        if known.keys.is_empty() {
            self.0.ask_if_older(PATIENCE, now).await;
        } else if known.asked_at.is_none_or(|at| now < at || now - at >= FRESH) {
            // Nobody has to wait for what is known already.
            let inner = Arc::clone(&self.0);
            tokio::spawn(async move { inner.ask_if_older(FRESH, now).await });
        }
        let find = || self.0.known().keys.find(header.alg, header.kid.as_deref());
        let mut key = find();
        if key.is_none() {
            self.0.ask_if_older(PATIENCE, now).await;
            key = find();
        }
        let key = key.ok_or_else(|| {
            tracing::debug!(key = header.kid, algorithm = ?header.alg, "a token names a key that the identity provider does not have");
            TokenError::Invalid
        })?;
        let mut validation = Validation::new(header.alg);
        self.0.rules.require(&mut validation);
        let decoded = decode::<Map<String, Value>>(token, &key, &validation);
        let claims = decoded.map_err(|error| self.0.refuse(&error))?.claims;
        let read = self.0.rules.read(&claims, now);
        // It is signed by the provider: whoever manages it can do something about what is wrong, and nobody else makes us write.
        read.inspect_err(|error| {
            let (issuer, claim) = (&self.0.rules.issuer, &self.0.rules.role_claim);
            match error {
                TokenError::Expired => tracing::debug!(issuer, "a token of the identity provider has ended"),
                TokenError::NoRole => {
                    tracing::info!(issuer, claim, "a token of the identity provider names no role in its role claim");
                }
                _ => tracing::info!(issuer, "a token of the identity provider is not valid yet, or has no `sub`"),
            }
        })
    }
}

fn is_ours(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA)
}

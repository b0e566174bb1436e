//! Whether a token still counts: its user may have been deactivated, or have another role or password, since it was issued.

use super::remembered::Remembered;
use crate::auth::ACCESS_LIFETIME;
use crate::ports::clock::Clock;
use crate::ports::identity::{Subject, TokenError};
use crate::ports::users::{Standing, UserRegistry};
use atelier_domain::ids::UserId;
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use std::sync::Arc;

/// What is known of users.
#[derive(Clone)]
pub struct Standings {
    registry: Arc<dyn UserRegistry>,
    clock: Arc<dyn Clock>,
    /// How users stood, or that there was none.
    known: Remembered<UserId, Option<Standing>>,
}

impl Standings {
    /// Over these ports.
    pub fn new(registry: Arc<dyn UserRegistry>, clock: Arc<dyn Clock>) -> Self {
        Self { registry, clock, known: Remembered::default() }
    }

    /// The subject with the role it has now, as of a second ago at most.
    ///
    /// # Errors
    /// When its user was deactivated, or got another password, since the token was issued. While the database does not answer,
    /// what was last known counts; a token whose user was never asked for counts then until it ends.
    pub async fn current(&self, subject: Subject) -> Result<Subject, TokenError> {
        let (user, asked) = (subject.user, self.registry.standing(subject.user));
        let known = self.known.or_ask(user, self.clock.now(), "whether a user may still sign in", asked).await;
        let Some(standing) = known else { return Ok(subject) };
        let Some(Standing { role, active, tokens_since }) = standing else { return Err(TokenError::Invalid) };
        // Tokens say when they end, in whole seconds.
        let issued = subject.expires_at + Millis(-ACCESS_LIFETIME.0);
        let seconds = |at: Instant| at.0.div_euclid(1_000);
        if !active || tokens_since.is_some_and(|since| seconds(issued) < seconds(since)) {
            return Err(TokenError::Invalid);
        }
        Ok(Subject { role, ..subject })
    }
}

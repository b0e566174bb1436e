//! Whether a token still counts: its user may have been deactivated, or have another role or password, since it was issued.

use crate::auth::ACCESS_LIFETIME;
use crate::ports::clock::Clock;
use crate::ports::identity::{Subject, TokenError};
use crate::ports::users::{Standing, UserRegistry};
use atelier_domain::ids::UserId;
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What is known of a user is asked for again after so long.
const FRESH: Millis = Millis::from_seconds(1);

/// So many users are remembered; whoever has more forgets them all at times.
const REMEMBERED: usize = 10_000;

/// How users stood, or that there was none, and when that was so.
type Known = HashMap<UserId, (Instant, Option<Standing>)>;

/// What is known of users.
#[derive(Clone)]
pub struct Standings {
    registry: Arc<dyn UserRegistry>,
    clock: Arc<dyn Clock>,
    known: Arc<Mutex<Known>>,
}

impl Standings {
    /// Over these ports.
    pub fn new(registry: Arc<dyn UserRegistry>, clock: Arc<dyn Clock>) -> Self {
        Self { registry, clock, known: Arc::default() }
    }

    /// The subject with the role it has now, as of a second ago at most.
    ///
    /// # Errors
    /// When its user was deactivated, or got another password, since the token was issued. While the database does not answer,
    /// what was last known counts; a token whose user was never asked for counts then until it ends.
    pub async fn current(&self, subject: Subject) -> Result<Subject, TokenError> {
        let Some(standing) = self.standing(subject.user).await else { return Ok(subject) };
        let Some(Standing { role, active, tokens_since }) = standing else { return Err(TokenError::Invalid) };
        // Tokens say when they end, in whole seconds.
        let issued = subject.expires_at + Millis(-ACCESS_LIFETIME.0);
        let seconds = |at: Instant| at.0.div_euclid(1_000);
        if !active || tokens_since.is_some_and(|since| seconds(issued) < seconds(since)) {
            return Err(TokenError::Invalid);
        }
        Ok(Subject { role, ..subject })
    }

    /// What is known of a user; nothing when nothing can be asked.
    async fn standing(&self, user: UserId) -> Option<Option<Standing>> {
        let now = self.clock.now();
        let known = self.lock().get(&user).copied();
        if let Some((at, standing)) = known
            && now >= at
            && now - at < FRESH
        {
            return Some(standing);
        }
        match self.registry.standing(user).await {
            Ok(standing) => {
                let mut all = self.lock();
                if all.len() >= REMEMBERED {
                    all.clear();
                }
                all.insert(user, (now, standing));
                Some(standing)
            }
            Err(error) => {
                tracing::warn!(%error, "whether a user may still sign in cannot be asked");
                known.map(|(_, standing)| standing)
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Users of an identity provider: known here under a name of their own, with the role that their token names.

use super::remembered::Remembered;
use crate::ports::clock::Clock;
use crate::ports::identity::{ExternalIdentity, ExternalTokens, Subject, TokenError};
use crate::ports::users::{ExternalUsers, Role, User};
use std::sync::Arc;

/// Checks tokens of an identity provider.
#[derive(Clone)]
pub struct Externals {
    tokens: Arc<dyn ExternalTokens>,
    users: Arc<dyn ExternalUsers>,
    clock: Arc<dyn Clock>,
    /// By issuer, subject and role: another role is written down at once.
    known: Remembered<(String, String, Role), User>,
}

impl Externals {
    /// Over these ports.
    pub fn new(tokens: Arc<dyn ExternalTokens>, users: Arc<dyn ExternalUsers>, clock: Arc<dyn Clock>) -> Self {
        Self { tokens, users, clock, known: Remembered::default() }
    }

    /// Whether a token looks like one of the identity provider's.
    pub fn recognises(&self, token: &str) -> bool {
        self.tokens.recognises(token)
    }

    /// Who a token proves. Whoever comes for the first time becomes a user here, so that what they do has a name.
    ///
    /// # Errors
    /// When it proves nobody, names no role, or its user was deactivated here. While the database does not answer, what was last
    /// known counts; who was never asked for has to wait.
    pub async fn subject(&self, token: &str) -> Result<Subject, TokenError> {
        let now = self.clock.now();
        let identity = self.tokens.verify(token, now).await?;
        let ExternalIdentity { role, expires_at, .. } = identity;
        let key = (identity.issuer.clone(), identity.subject.clone(), role);
        let asked = self.users.present(&identity, now);
        let known = self.known.or_ask(key, now, "whether a user of the identity provider may ask", asked).await;
        let user = known.filter(|user| user.active).ok_or(TokenError::Invalid)?;
        Ok(Subject { user: user.id, username: user.username, role, expires_at, api_token: None })
    }
}

//! `[jwt]`

use super::error::ConfigError;
use super::keys::JWT_SECRET;
use super::secret::Secret;
use super::values::Values;

/// The least a secret may have: as much as the hash it keys.
pub(crate) const MIN_SECRET_BYTES: usize = 32;

/// What is said when there is none.
pub(crate) const NO_JWT_SECRET: &str = "There is no secret to sign tokens with: set ATELIER_JWT_SECRET to at least 32 bytes; `openssl rand -base64 48` makes a good one.";

/// How tokens are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JwtConfig {
    /// The HS256 secret; `serve` needs one.
    pub(crate) secret: Option<Secret>,
}

impl JwtConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let secret = values.secret(&JWT_SECRET);
        if secret.as_ref().is_some_and(|secret| secret.expose().len() < MIN_SECRET_BYTES) {
            let remedy =
                format!("it has less than {MIN_SECRET_BYTES} bytes; `openssl rand -base64 48` makes a good one");
            return Err(values.invalid(&JWT_SECRET, remedy));
        }
        Ok(Self { secret })
    }
}

//! `[jwt]`

use super::error::ConfigError;
use super::keys::{
    JWT_JWKS, JWT_JWKS_AUDIENCE, JWT_JWKS_CA, JWT_JWKS_ISSUER, JWT_JWKS_ROLE_CLAIM, JWT_JWKS_ROLES, JWT_SECRET,
};
use super::secret::Secret;
use super::values::{Values, list};
use atelier_identity::{ClaimRules, RoleName};
use std::path::PathBuf;

/// The least a secret may have: as much as the hash it keys.
pub(crate) const MIN_SECRET_BYTES: usize = 32;

/// What is said when there is none.
pub(crate) const NO_JWT_SECRET: &str = "There is no secret to sign tokens with: set ATELIER_JWT_SECRET to at least 32 bytes; `openssl rand -base64 48` makes a good one.";

/// How tokens are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JwtConfig {
    /// The HS256 secret; `serve` needs one.
    pub(crate) secret: Option<Secret>,
    /// An identity provider whose tokens count, too.
    pub(crate) provider: Option<ProviderConfig>,
}

/// An identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProviderConfig {
    /// The file or the address of its keys.
    pub(crate) keys: String,
    /// Those who may vouch for that address, a PEM file; without it, the public authorities.
    pub(crate) authorities: Option<PathBuf>,
    /// What its tokens must say.
    pub(crate) rules: ClaimRules,
}

impl JwtConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let secret = values.secret(&JWT_SECRET);
        if secret.as_ref().is_some_and(|secret| secret.expose().len() < MIN_SECRET_BYTES) {
            let remedy =
                format!("it has less than {MIN_SECRET_BYTES} bytes; `openssl rand -base64 48` makes a good one");
            return Err(values.invalid(&JWT_SECRET, remedy));
        }
        Ok(Self { secret, provider: provider(values)? })
    }
}

fn provider(values: &Values) -> Result<Option<ProviderConfig>, ConfigError> {
    let text = |key| values.parse(key, |text| Ok(text.trim().to_owned()));
    let Some(keys) = text(&JWT_JWKS)? else { return Ok(None) };
    let Some(issuer) = text(&JWT_JWKS_ISSUER)? else {
        let remedy = "say whose tokens these keys sign: set `jwt.jwks_issuer` (ATELIER_JWT_JWKS_ISSUER) to their `iss`";
        return Err(values.invalid(&JWT_JWKS, remedy));
    };
    let rules = ClaimRules {
        issuer,
        audience: text(&JWT_JWKS_AUDIENCE)?.unwrap_or_else(|| "atelier".to_owned()),
        role_claim: text(&JWT_JWKS_ROLE_CLAIM)?.unwrap_or_else(|| "role".to_owned()),
        roles: values.parse(&JWT_JWKS_ROLES, roles)?.unwrap_or_default(),
    };
    let authorities = text(&JWT_JWKS_CA)?.map(PathBuf::from);
    Ok(Some(ProviderConfig { keys, authorities, rules }))
}

fn roles(text: &str) -> Result<Vec<RoleName>, String> {
    let read = |text: String| {
        let role = text.rsplit_once('=').and_then(|(value, role)| {
            let value = value.trim().to_owned();
            Some(RoleName { role: role.trim().parse().ok()?, value }).filter(|name| !name.value.is_empty())
        });
        role.ok_or_else(|| format!("`{text}` names no role: write `VALUE=viewer`, `=operator` or `=admin`"))
    };
    list(text)?.into_iter().map(read).collect()
}

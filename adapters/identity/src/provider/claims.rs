//! What a token of an identity provider must say, and what is read of it.

use atelier_application::ports::identity::{ExternalIdentity, TokenError};
use atelier_application::ports::users::Role;
use atelier_domain::time::Instant;
use jsonwebtoken::Validation;
use serde_json::{Map, Value};
use std::str::FromStr as _;

/// How far clocks may differ.
const LEEWAY_SECONDS: i64 = 5;
/// How long a subject may be, in bytes: as long as `OpenID` Connect allows.
const LONGEST_SUBJECT: usize = 255;
/// Where the name of somebody may stand, the best place first.
const NAMES: [&str; 4] = ["preferred_username", "email", "name", "sub"];

/// A value of the role claim that stands for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName {
    /// As tokens have it.
    pub value: String,
    /// What it allows.
    pub role: Role,
}

/// What tokens must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRules {
    /// Who issued them (`iss`).
    pub issuer: String,
    /// Whom they are for (`aud`).
    pub audience: String,
    /// The claim that has roles; a dot leads into an object: `realm_access.roles`.
    pub role_claim: String,
    /// What its values stand for, beside the names of the roles themselves.
    pub roles: Vec<RoleName>,
}

impl ClaimRules {
    /// Has the library check what it can; it knows the system's clock only.
    pub(super) fn require(&self, validation: &mut Validation) {
        validation.set_audience(&[&self.audience]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        validation.validate_exp = false;
        validation.validate_nbf = false;
    }

    /// Who somebody is.
    pub(super) fn read(&self, claims: &Map<String, Value>, now: Instant) -> Result<ExternalIdentity, TokenError> {
        // RFC 7519, section 2: seconds, which may have a fraction.
        let seconds = |name: &str| claims.get(name).map(|value| value.as_f64().filter(|seconds| seconds.is_finite()));
        let now_seconds = now.0.div_euclid(1000);
        let ends = seconds("exp").flatten().ok_or(TokenError::Invalid)? as i64;
        if let Some(begins) = seconds("nbf")
            && now_seconds < (begins.ok_or(TokenError::Invalid)? as i64).saturating_sub(LEEWAY_SECONDS)
        {
            return Err(TokenError::Invalid);
        }
        if now_seconds >= ends.saturating_add(LEEWAY_SECONDS) {
            return Err(TokenError::Expired);
        }
        let subject = claims.get("sub").and_then(Value::as_str);
        let subject = subject.filter(|sub| !sub.trim().is_empty() && sub.len() <= LONGEST_SUBJECT);
        let subject = subject.ok_or(TokenError::Invalid)?;
        let name = NAMES.iter().find_map(|name| text(claims, name)).unwrap_or(subject);
        Ok(ExternalIdentity {
            issuer: self.issuer.clone(),
            subject: subject.to_owned(),
            name: name.to_owned(),
            role: self.role(claims).ok_or(TokenError::NoRole)?,
            expires_at: Instant(ends.saturating_mul(1000)),
        })
    }

    /// The highest role that a token names.
    fn role(&self, claims: &Map<String, Value>) -> Option<Role> {
        let value = claims.get(&self.role_claim).or_else(|| {
            let mut steps = self.role_claim.split('.');
            let first = claims.get(steps.next()?)?;
            steps.try_fold(first, |value, step| value.get(step))
        })?;
        let named = match value {
            // Names may have spaces.
            Value::String(text) => vec![text.as_str()],
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let role = |name: &&str| {
            let configured = self.roles.iter().find(|role| role.value == **name).map(|role| role.role);
            configured.or_else(|| if self.roles.is_empty() { Role::from_str(name).ok() } else { None })
        };
        named.iter().filter_map(role).max()
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

//! Passwords and tokens: argon2id, HS256, the keys of an identity provider, and the randomness of the operating system.

mod passwords;
mod provider;
mod secrets;
mod tokens;

pub use passwords::Argon2Passwords;
pub use provider::{ClaimRules, KeySource, KeySourceError, ProviderTokens, RoleName};
pub use secrets::RandomSecrets;
pub use tokens::{JwtTokens, SecretTooShort};

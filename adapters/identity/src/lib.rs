//! Passwords and tokens: argon2id, HS256, and the randomness of the operating system.

mod passwords;
mod secrets;
mod tokens;

pub use passwords::Argon2Passwords;
pub use secrets::RandomSecrets;
pub use tokens::{JwtTokens, SecretTooShort};

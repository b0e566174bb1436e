//! What must not be guessed.

use atelier_application::ports::identity::Secrets;
use rand::rngs::OsRng;
use rand::{RngCore, TryRngCore};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Secrets of 256 bits from the operating system, in hexadecimal, and their SHA-256. A secret is too random to be found by
/// trying, so that a quick hash without salt is enough.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomSecrets;

/// Fills `bytes` from the operating system's source; one that fails leaves nothing sensible to do but to end.
pub(crate) fn fill(bytes: &mut [u8]) {
    OsRng.unwrap_err().fill_bytes(bytes);
}

impl Secrets for RandomSecrets {
    fn fresh(&self) -> String {
        let mut bytes = [0; 32];
        fill(&mut bytes);
        bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn digest(&self, secret: &str) -> Vec<u8> {
        Sha256::digest(secret.as_bytes()).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let (one, two) = (RandomSecrets.fresh(), RandomSecrets.fresh());
        assert_eq!((one.len(), two.len()), (64, 64));
        assert_ne!(one, two);
        assert!(one.chars().all(|c| c.is_ascii_hexdigit()));
    }

    #[test]
    fn the_digest_is_sha_256() {
        let digest = RandomSecrets.digest("abc");
        assert_eq!((digest.len(), &digest[..4]), (32, &[0xba, 0x78, 0x16, 0xbf][..]));
    }
}

//! What proves that a delivery is ours, and how old it is.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// `t=<unix seconds>,v1=<HMAC-SHA256 of "<t>.<body>" in hexadecimal>`. The time is signed with the body, so that a receiver
/// can refuse what somebody recorded and sends again.
pub(crate) fn of(secret: &[u8], seconds: i64, body: &[u8]) -> String {
    let mut text = format!("t={seconds},v1=");
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return text };
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    for byte in mac.finalize().into_bytes() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of sixteen'`
    #[test]
    fn it_is_what_openssl_says() {
        assert_eq!(
            of(b"a secret of sixteen", 1_700_000_000, br#"{"a":1}"#),
            "t=1700000000,v1=fbd8ce753f0c0643c2d4fef4959c30b175367059e6f5453bddeb7b24a3d1ae24"
        );
    }
}

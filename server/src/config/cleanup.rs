//! What becomes of finished files on the server.

use super::error::ConfigError;
use super::keys::FTP_CLEANUP;
use super::values::Values;
use atelier_application::ingest::Cleanup;

/// The longest time that files can be kept before they are deleted, in days.
const MOST_DAYS: u32 = 36_500;

pub(super) fn read(values: &Values) -> Result<Cleanup, ConfigError> {
    Ok(values.parse(&FTP_CLEANUP, of)?.unwrap_or_default())
}

/// From `keep`, or `delete-after=Nd`.
fn of(text: &str) -> Result<Cleanup, String> {
    if text == "keep" {
        return Ok(Cleanup::Keep);
    }
    let days = text.strip_prefix("delete-after=").and_then(|time| time.strip_suffix('d'));
    // Digits alone: a sign is a slip, and this deletes files.
    days.filter(|days| days.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|days| days.parse().ok())
        .filter(|days| *days <= MOST_DAYS)
        .map(|days| Cleanup::DeleteAfter { days })
        .ok_or_else(|| {
            format!("write `keep`, or `delete-after=Nd` with N from 0 to {MOST_DAYS}, such as `delete-after=30d`")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_deleted_unless_the_text_says_so_exactly() {
        assert_eq!(of("keep"), Ok(Cleanup::Keep));
        assert_eq!(of("delete-after=0d"), Ok(Cleanup::DeleteAfter { days: 0 }));
        assert_eq!(of("delete-after=30d"), Ok(Cleanup::DeleteAfter { days: 30 }));
        for text in ["", "delete", "30d", "delete-after=30", "delete-after=d", "delete-after=-1d", "delete-after=+1d"] {
            assert!(of(text).unwrap_err().contains("delete-after=30d"), "{text}");
        }
        assert!(of("delete-after=1h").is_err() && of("delete-after=36501d").is_err());
    }
}

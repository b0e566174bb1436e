//! What tells one content of an address from another (RFC 9110, section 8.8.3), and whether a client has it already.

use actix_web::http::header::{self, HeaderMap};
use std::fmt::Write as _;

/// The text of a tag: the first half of a digest.
pub(super) fn of(digest: &[u8]) -> String {
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether the client says that it has the content with this tag, quotes and all. Whether it was compressed does not matter.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let named = headers.get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|other| other.trim() == "*" || bare(other) == bare(tag))
}

//! A bound on brackets, checked before parsing: the parser calls itself for each, and the stack ends before a body does.

use crate::error::{ApiError, ApiResult};

/// The most brackets of any kind that may be open at once.
const MOST: usize = 100;

/// Refuses a document that nests brackets too deep. Those in strings and comments are none.
pub(super) fn check(document: &str) -> ApiResult<()> {
    let mut rest = document.as_bytes();
    let mut open = 0_usize;
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'{' | b'[' | b'(' => {
                open += 1;
                if open > MOST {
                    return Err(ApiError::too_complex(format!("The query nests more than {MOST} brackets.")));
                }
            }
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            b'#' => rest = skip(rest, |byte| matches!(byte, b'\n' | b'\r')),
            b'"' => rest = skip_string(rest),
            _ => {}
        }
    }
    Ok(())
}

fn skip(bytes: &[u8], end: impl Fn(u8) -> bool) -> &[u8] {
    let length = bytes.iter().position(|byte| end(*byte)).unwrap_or(bytes.len());
    bytes.get(length..).unwrap_or_default()
}

/// What follows a string whose first quote is gone.
fn skip_string(bytes: &[u8]) -> &[u8] {
    let Some(mut rest) = bytes.strip_prefix(b"\"\"") else { return skip_plain_string(bytes) };
    loop {
        rest = skip(rest, |byte| matches!(byte, b'"' | b'\\'));
        if let Some(after) = rest.strip_prefix(b"\"\"\"") {
            return after;
        }
        match rest.strip_prefix(b"\\\"\"\"").or_else(|| rest.get(1..)) {
            Some(after) => rest = after,
            None => return rest,
        }
    }
}

/// A plain string ends at its quote, or, unfinished, with its line.
fn skip_plain_string(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = skip(rest, |byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r'));
        match rest {
            [b'\\', _, after @ ..] => rest = after,
            [b'"', after @ ..] => return after,
            _ => return rest.get(1..).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_brackets_and_no_more() {
        assert!(check(&format!("{}{}", "{".repeat(100), "}".repeat(100))).is_ok());
        assert!(check(&"{ a }".repeat(1000)).is_ok());
        assert!(check(&"{".repeat(101)).is_err());
        assert!(check(&"[".repeat(200_000)).is_err());
        assert!(check(&format!("{{ a(b: {}", "[".repeat(200))).is_err());
    }

    #[test]
    fn brackets_in_strings_and_comments_are_none() {
        let many = "{[(".repeat(100);
        for text in [
            format!("{{ a(b: \"{many}\") }}"),
            format!("# {many}\n{{ a }}"),
            format!("{{ a(b: \"\"\"{many} \\\"\"\" \" {many}\"\"\") }}"),
            format!("{{ a(b: \"\\\"{many}\") }}"),
        ] {
            assert!(check(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn brackets_after_strings_count() {
        let many = "{[(".repeat(100);
        for text in [
            "\"\"",
            "\"x\"",
            "\"\\\\\"",
            "\"\"\"x\"\"\"",
            "\"\"\"\\\"\"\"\"\"\"",
            "# x\n",
            "\"unfinished\n",
            "\"\"\"\"\"\"",
        ] {
            assert!(check(&format!("{text}{many}")).is_err(), "{text}");
        }
        for text in ["\"", "\"\\", "\"\"\"", "\"\"\"\\", "#", ""] {
            assert!(check(text).is_ok(), "{text}");
        }
    }
}

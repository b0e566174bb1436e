//! Bytes to text: NULs and BOM dropped, UTF-8 or Windows-1252, trimmed.

use std::borrow::Cow;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Windows-1252 from 0x80 to 0x9F; the five undefined bytes are C1 controls.
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// The lines before the first one that is not UTF-8, and the rest. `lines` end with a line break.
pub(crate) fn utf8_lines(lines: &[u8]) -> (&str, &[u8]) {
    let error = match std::str::from_utf8(lines) {
        Ok(text) => return (text, &[]),
        Err(error) => error.valid_up_to(),
    };
    let valid = lines.get(..error).unwrap_or_default();
    let (before, rest) = lines.split_at(memchr::memrchr(b'\n', valid).map_or(0, |last| last + 1));
    (std::str::from_utf8(before).unwrap_or_default(), rest)
}

/// A line without its NULs and its BOM.
pub(crate) fn clean(raw: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(0, raw).is_none() {
        return Cow::Borrowed(raw.strip_prefix(BOM).unwrap_or(raw));
    }
    let mut kept: Vec<u8> = raw.iter().copied().filter(|byte| *byte != 0).collect();
    if kept.starts_with(BOM) {
        kept.drain(..BOM.len());
    }
    Cow::Owned(kept)
}

/// A clean line as text.
pub(crate) fn decode(clean: Cow<'_, [u8]>) -> Cow<'_, str> {
    match clean {
        Cow::Borrowed(bytes) => {
            std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(windows_1252(bytes)), Cow::Borrowed)
        }
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|e| windows_1252(e.as_bytes()))),
    }
}

/// A clean line that ends before its end, as text: a UTF-8 character that is cut in two is left out.
pub(crate) fn decode_cut(clean: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(clean) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) if error.error_len().is_none() => {
            let whole = clean.get(..error.valid_up_to()).unwrap_or_default();
            decode(Cow::Borrowed(whole))
        }
        Err(_) => Cow::Owned(windows_1252(clean)),
    }
}

/// As `str::trim`, at once for what is usual: no white space, or a space before it, or a CR after it.
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    let text = text.strip_prefix(' ').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    match text.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// Text without its BOM.
pub(crate) fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

/// Where the first `|@` begins.
pub(crate) fn separator(line: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'|', line).find(|at| line.get(at + 1) == Some(&b'@'))
}

fn windows_1252(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| UPPER.get(usize::from(byte.wrapping_sub(0x80))).copied().unwrap_or(char::from(*byte)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &[u8]) -> Cow<'_, str> {
        decode(clean(raw))
    }

    #[test]
    fn utf_8_is_borrowed_and_anything_else_is_windows_1252() {
        assert!(matches!(text("équipe".as_bytes()), Cow::Borrowed("équipe")));
        assert_eq!(text(b"pi\xE8ce \x80\x9F"), "pièce €Ÿ");
        assert_eq!(text(b"\x81\x8D\x8F\x90\x9D"), "\u{81}\u{8D}\u{8F}\u{90}\u{9D}");
        assert_eq!(text(b"\xA0\xFF"), "\u{A0}ÿ");
    }

    #[test]
    fn lines_are_utf_8_up_to_the_first_that_is_not() {
        assert_eq!(utf8_lines("é\nè\n".as_bytes()), ("é\nè\n", &b""[..]));
        assert_eq!(utf8_lines(b"a\nb\nc\xE9\nd\n"), ("a\nb\n", &b"c\xE9\nd\n"[..]));
        assert_eq!(utf8_lines(b"\xE9\nd\n"), ("", &b"\xE9\nd\n"[..]));
    }

    #[test]
    fn one_bad_byte_makes_the_whole_line_windows_1252() {
        assert_eq!(text("é\u{20AC}".as_bytes()), "é€");
        assert_eq!(text(b"\xC3\xA9\xE9"), "Ã©é");
    }

    #[test]
    fn nuls_are_dropped_first_then_one_bom() {
        assert_eq!(text(b"a\0b\0"), "ab");
        assert_eq!(text(b"\xEF\0\xBB\xBFa"), "a");
        assert_eq!(text(b"\xC3\0\xA9"), "é");
        assert_eq!(text(b"\xEF\xBB\xBF\xEF\xBB\xBFa"), "\u{FEFF}a");
        assert_eq!(text(b" \xEF\xBB\xBFa"), " \u{FEFF}a");
        assert_eq!(text(b"\xEF\xBB\xBF\xE9"), "é");
        assert!(matches!(text(b"\xEF\xBB\xBFa"), Cow::Borrowed("a")));
    }

    #[test]
    fn a_cut_character_is_left_out_only_of_utf_8() {
        assert_eq!(decode_cut(b"pi\xC3"), "pi");
        assert_eq!(decode_cut(b"\xE9pi\xC3"), "épiÃ");
        assert_eq!(decode_cut("pié".as_bytes()), "pié");
    }

    #[test]
    fn trimming_is_that_of_str() {
        for text in ["", " ", "\r", "a", "ab\r", " a\r\r", "\u{A0}a\u{2003}", "a\u{85}", "é\r", "\u{FEFF}a\t"] {
            assert_eq!(trim(text), text.trim(), "{text:?}");
        }
    }

    #[test]
    fn the_separator_is_the_first_one() {
        assert_eq!(separator(b"a||@b|@"), Some(2));
        assert_eq!(separator(b"a|b@|"), None);
    }
}

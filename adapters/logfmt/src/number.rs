//! Decimal numbers as machines write them: `35`, `12.5`, `12,5`.

/// An unsigned decimal number: the digits before its point or comma and those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal<'a> {
    /// At least one digit.
    pub(crate) whole: &'a [u8],
    /// At least one digit, or none when there is no point.
    pub(crate) fraction: &'a [u8],
}

/// The number that `text` begins with and what follows it. A point without digits after it is no part of the number.
pub(crate) fn leading(text: &str) -> Option<(Decimal<'_>, &str)> {
    let bytes = text.as_bytes();
    let whole = digits(bytes);
    let mut length = whole.len();
    let mut fraction: &[u8] = &[];
    if let Some((b'.' | b',', rest)) = bytes.get(length..).and_then(<[u8]>::split_first) {
        fraction = digits(rest);
        if !fraction.is_empty() {
            length += 1 + fraction.len();
        }
    }
    (!whole.is_empty()).then_some((Decimal { whole, fraction }, text.get(length..)?))
}

fn digits(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_ends_where_its_digits_do() {
        let read = |text| leading(text).map(|(number, rest)| (number.whole, number.fraction, rest));
        assert_eq!(read("35 sec"), Some((&b"35"[..], &b""[..], " sec")));
        assert_eq!(read("12,50s"), Some((&b"12"[..], &b"50"[..], "s")));
        assert_eq!(read("12.5.5"), Some((&b"12"[..], &b"5"[..], ".5")));
        assert_eq!(read("12."), Some((&b"12"[..], &b""[..], ".")));
        assert_eq!(read(".5"), None);
        assert_eq!(read("-5"), None);
        assert_eq!(read("٣"), None);
        assert_eq!(read(""), None);
    }
}

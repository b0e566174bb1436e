//! Single lines of a content, by number.

use crate::scan::MAX_LINE_BYTES;
use crate::text;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The texts of the lines with these numbers, ascending; a line past the end is left out. Of a line that is longer than a
/// line may be, its beginning.
pub(crate) fn texts(content: &[u8], numbers: &BTreeSet<u32>) -> Vec<(u32, String)> {
    let mut found = Vec::with_capacity(numbers.len());
    let (mut rest, mut next) = (content, 1_u32);
    for number in numbers.iter().copied().filter(|number| *number > 0) {
        if !skip(&mut rest, number - next) || rest.is_empty() {
            break;
        }
        let end = memchr::memchr(b'\n', rest);
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        found.push((number, text_of(line)));
        rest = after.get(1..).unwrap_or_default();
        let Some(following) = number.checked_add(1) else { break };
        next = following;
    }
    found
}

/// Goes past so many lines; false when there are not as many.
fn skip(rest: &mut &[u8], lines: u32) -> bool {
    let Some(last) = lines.checked_sub(1) else { return true };
    let Some(end) = memchr::memchr_iter(b'\n', rest).nth(last as usize) else { return false };
    *rest = rest.get(end + 1..).unwrap_or_default();
    true
}

fn text_of(raw: &[u8]) -> String {
    let clean = text::clean(raw.get(..MAX_LINE_BYTES).unwrap_or(raw));
    let decoded =
        if raw.len() > MAX_LINE_BYTES { text::decode_cut(&clean) } else { text::decode(Cow::Borrowed(&clean)) };
    decoded.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(content: &[u8], numbers: &[u32]) -> Vec<(u32, String)> {
        texts(content, &numbers.iter().copied().collect())
    }

    fn expected(lines: &[(u32, &str)]) -> Vec<(u32, String)> {
        lines.iter().map(|(number, text)| (*number, (*text).to_owned())).collect()
    }

    #[test]
    fn lines_are_found_by_number() {
        let content = b"one\r\n\n  three \xE9\nf\0our\nfive";
        assert_eq!(lines(content, &[3, 1]), expected(&[(1, "one"), (3, "three é")]));
        assert_eq!(lines(content, &[2, 4, 5]), expected(&[(2, ""), (4, "four"), (5, "five")]));
        assert_eq!(lines(content, &[0, 5, 6, 7, u32::MAX]), expected(&[(5, "five")]));
        assert_eq!(lines(b"one\n", &[1, 2]), expected(&[(1, "one")]));
        assert_eq!(lines(b"", &[1]), []);
        assert_eq!(lines(b"one\n", &[]), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut() {
        let content = ["é".repeat(MAX_LINE_BYTES).as_bytes(), b"\nnext\n"].concat();
        let found = lines(&content, &[1, 2]);
        assert_eq!((found[0].1.len(), found[1].1.as_str()), (MAX_LINE_BYTES, "next"));
    }
}

//! Replies and listing lines, read without trust: anything may come from a server.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};

/// A reply's code and its last line's text, fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Three digits; 0 where there were none.
    pub(crate) code: u16,
    /// All lines, as they came.
    pub(crate) body: String,
}

impl Reply {
    /// Reads the lines of one reply.
    pub(crate) fn read(body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body).trim_end().to_owned();
        let code = |line: &str| line.get(..3).and_then(|digits| digits.parse().ok());
        let last = body.lines().last().and_then(code);
        let first = body.lines().next().and_then(code);
        Self { code: last.or(first).unwrap_or(0), body }
    }

    pub(crate) fn is_done(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Whether the server itself says that a later try may succeed.
    pub(crate) fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// Whether the server does not know the command, or not this form of it.
    pub(crate) fn is_unknown_command(&self) -> bool {
        matches!(self.code, 500 | 501 | 502 | 504)
    }

    /// Whether the text says that there is nothing, and not that something is in the way.
    pub(crate) fn speaks_of_nothing(&self) -> bool {
        let text = self.body.to_ascii_lowercase();
        ["no file", "no such file", "not found", "empty", "no match"].iter().any(|words| text.contains(words))
    }

    /// The number of a `SIZE` reply.
    pub(crate) fn size(&self) -> Option<u64> {
        if self.code != 213 {
            return None;
        }
        self.body.lines().last()?.split_whitespace().nth(1)?.parse().ok()
    }

    /// The instant of an `MDTM` reply, which is UTC.
    pub(crate) fn modified(&self) -> Option<DateTime<Utc>> {
        if self.code != 213 {
            return None;
        }
        instant(self.body.lines().last()?.split_whitespace().nth(1)?)
    }

    /// The folder of a `PWD` reply: between the first and the last quote, doubled ones inside being one.
    pub(crate) fn folder(&self) -> Option<String> {
        if self.code != 257 {
            return None;
        }
        let (_, rest) = self.body.split_once('"')?;
        let (folder, _) = rest.rsplit_once('"')?;
        Some(folder.replace("\"\"", "\""))
    }

    /// Whether a `FEAT` reply offers `feature`.
    pub(crate) fn offers(&self, feature: &str) -> bool {
        self.code == 211
            && self
                .body
                .lines()
                .filter_map(|line| line.split_whitespace().next())
                .any(|name| name.eq_ignore_ascii_case(feature))
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.body.lines().last().unwrap_or_default();
        write!(f, "the server said: {}", crate::rules::shown(line.trim()))
    }
}

/// `20250528060211`, with or without a fraction, as UTC.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let digits = text.get(..14)?;
    let rest = text.get(14..)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !(rest.is_empty() || rest.starts_with('.')) {
        return None;
    }
    NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").ok().map(|naive| naive.and_utc())
}

/// What a listing says an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// The folder itself or the one above it.
    Dots,
    /// A link, a device, or nothing said: to be asked.
    Unknown,
}

/// A line of a machine listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) size: Option<u64>,
    pub(crate) modified: Option<DateTime<Utc>>,
}

/// Reads `type=file;size=12;modify=20250528060211; name`.
pub(crate) fn machine_line(line: &str) -> Option<Entry> {
    // Facts hold no space, a name may: the first one parts them.
    let (facts, name) = line.split_once(' ')?;
    let mut entry = Entry { name: last_part(name).to_owned(), kind: Kind::Unknown, size: None, modified: None };
    for (key, value) in facts.split(';').filter_map(|fact| fact.split_once('=')) {
        match key.to_ascii_lowercase().as_str() {
            "type" => {
                entry.kind = match value.to_ascii_lowercase().as_str() {
                    "file" => Kind::File,
                    "dir" => Kind::Folder,
                    "cdir" | "pdir" => Kind::Dots,
                    _ => Kind::Unknown,
                }
            }
            "size" => entry.size = value.parse().ok(),
            "modify" => entry.modified = instant(value),
            _ => {}
        }
    }
    Some(entry)
}

/// The name in a line of names: some servers write the folder before it.
pub(crate) fn last_part(line: &str) -> &str {
    let line = line.strip_suffix('/').unwrap_or(line);
    line.rsplit_once('/').map_or(line, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_instants_are_read() {
        assert_eq!(Reply::read(b"213 1234\r\n").size(), Some(1234));
        assert_eq!(Reply::read(b"213 18446744073709551615\r\n").size(), Some(u64::MAX));
        for odd in [&b"213\r\n"[..], b"213 -1\r\n", b"213 99999999999999999999\r\n", b"550 12\r\n", b"213 \xff\r\n"] {
            assert_eq!(Reply::read(odd).size(), None);
        }
        let at = Reply::read(b"213 20250528060211\r\n").modified().unwrap();
        assert_eq!(at.to_rfc3339(), "2025-05-28T06:02:11+00:00");
        assert!(Reply::read(b"213 20250528060211.123\r\n").modified().is_some());
        assert!(Reply::read(b"213 20250229060211\r\n").modified().is_none());
        assert!(Reply::read("213 2025052806021é\r\n".as_bytes()).modified().is_none());
    }

    #[test]
    fn the_code_is_the_last_lines() {
        assert_eq!(Reply::read(b"230-Welcome\r\n 500 rules\r\n230 Done\r\n").code, 230);
        assert_eq!(Reply::read(b"230-Welcome\r\nwords").code, 230);
        assert_eq!(Reply::read(b"").code, 0);
    }

    #[test]
    fn pwd_and_feat_are_read() {
        assert_eq!(Reply::read(b"257 \"/a \"\"b\"\"\" is current\r\n").folder().as_deref(), Some("/a \"b\""));
        let feat = Reply::read(b"211-Extensions:\r\n MLST type*;size*;\r\n utf8\r\n211 End\r\n");
        assert!(feat.offers("MLST") && feat.offers("UTF8") && !feat.offers("MLSD"));
        assert!(!Reply::read(b"500 MLST what?\r\n").offers("MLST"));
    }

    #[test]
    fn machine_lines_are_read() {
        let entry = machine_line("type=file;size=12;modify=20250528060211; DEM12; (PVC) é.log").unwrap();
        assert_eq!((entry.name.as_str(), entry.kind, entry.size), ("DEM12; (PVC) é.log", Kind::File, Some(12)));
        assert!(entry.modified.is_some());
        assert_eq!(machine_line("Type=DIR;sizd=4096; DEM12 (PVC)").unwrap().kind, Kind::Folder);
        assert_eq!(machine_line("type=cdir; .").unwrap().kind, Kind::Dots);
        assert_eq!(machine_line("type=OS.unix=slink:/x; link").unwrap().kind, Kind::Unknown);
        assert_eq!(machine_line(" plain").unwrap().name, "plain");
        assert!(machine_line("nonsense").is_none());
    }

    #[test]
    fn names_lose_the_folder_before_them() {
        assert_eq!(last_part("./a b.log"), "a b.log");
        assert_eq!(last_part("/x/y/a.log"), "a.log");
        assert_eq!(last_part("folder/"), "folder");
        assert_eq!(last_part("a.log"), "a.log");
    }
}

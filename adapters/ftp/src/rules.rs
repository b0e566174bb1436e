//! Names and paths: the rules both sources share.

use atelier_application::ports::log_source::{Listing, ListingFailure, SourceError};

/// Folders below the root that are entered; a loop of links ends here at the latest.
pub(crate) const MAX_DEPTH: usize = 16;

/// Names that one listing looks at.
pub(crate) const MAX_ENTRIES: usize = 200_000;

/// Bytes of one read of a content.
pub(crate) const CHUNK: usize = 64 * 1024;

pub(crate) use atelier_domain::log_file::is_log;

/// Whether a name is one of the two that every folder holds.
pub(crate) fn is_dots(name: &str) -> bool {
    matches!(name, "." | "..")
}

/// Whether a name can stand in a path and in a command: one component, without control characters.
pub(crate) fn is_safe(name: &str) -> bool {
    !name.is_empty() && !is_dots(name) && !name.contains(['/', '\0']) && !name.chars().any(char::is_control)
}

/// `folder/name`, where the root is the empty path.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// A name as an error may show it: control characters written out, no longer than 200 characters.
pub(crate) fn shown(name: &str) -> String {
    name.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).take(200).collect()
}

/// Refuses a path that a listing cannot have given.
pub(crate) fn check_path(path: &str) -> Result<(), SourceError> {
    if path.split('/').all(is_safe) {
        return Ok(());
    }
    Err(SourceError::Permanent(format!(
        "The path '{}' is refused: it must be relative to the source's root, without '..', empty parts or control characters.",
        shown(path)
    )))
}

/// A failure, its path made fit to be shown.
pub(crate) fn failure(path: &str, reason: impl Into<String>) -> ListingFailure {
    ListingFailure { path: shown(path), reason: reason.into() }
}

/// The failure of a folder that lies too deep.
pub(crate) fn too_deep(path: &str) -> ListingFailure {
    failure(
        path,
        format!("The folder lies more than {MAX_DEPTH} levels below the root (a loop of links?) and was not entered."),
    )
}

/// The failure of a tree that holds too much.
pub(crate) fn too_many(path: &str) -> ListingFailure {
    failure(
        path,
        format!(
            "The listing stopped here after {MAX_ENTRIES} names: move old files elsewhere, or choose a root nearer to the logs."
        ),
    )
}

/// Sorts a listing by path and drops what was met twice.
pub(crate) fn settle(mut listing: Listing) -> Listing {
    listing.files.sort_by(|a, b| a.path.cmp(&b.path));
    listing.files.dedup_by(|a, b| a.path == b.path);
    listing.failures.sort_by(|a, b| a.path.cmp(&b.path));
    listing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_known_by_their_extension_in_any_case() {
        for name in ["20250528.LOG", "a.log", "é b.LoG", ".log", "x.old.log"] {
            assert!(is_log(name), "{name}");
        }
        for name in ["LOG", "a.log.bak", "a.logs", "log.txt", "", "a.log "] {
            assert!(!is_log(name), "{name}");
        }
    }

    #[test]
    fn paths_that_leave_the_root_or_smuggle_commands_are_refused() {
        for path in
            ["", "/a.log", "../a.log", "a/../b.log", "a//b.log", "a/./b.log", "a\r\nDELE b.log", "a\0.log", "a/"]
        {
            assert!(matches!(check_path(path), Err(SourceError::Permanent(_))), "{path:?}");
        }
        for path in ["a.log", "DEM12 (PVC)/é/20250528.LOG", "..a/b..log", "[x]/{y}.log"] {
            assert!(check_path(path).is_ok(), "{path:?}");
        }
    }

    #[test]
    fn shown_writes_control_characters_out() {
        assert_eq!(shown("a\r\nb\u{1b}é"), "a\\r\\nb\\u{1b}é");
    }
}

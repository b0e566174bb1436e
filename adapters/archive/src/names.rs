//! What files of the archive are called: paths below its folder, whatever the paths on the log source look like.

use atelier_application::ports::archive::Archived;
use std::fmt::Write as _;
use std::path::PathBuf;

/// A part of a path is cut to so many bytes, for systems take 255 with what is added to it.
const LONGEST: usize = 200;

/// The path of a file, relative to the archive's folder.
pub(crate) fn of(what: &Archived) -> PathBuf {
    match what {
        Archived::Raw { path, version } => {
            let mut name = PathBuf::from("raw");
            let mut parts: Vec<String> = path.split(['/', '\\']).filter(|part| !part.is_empty()).map(safe).collect();
            // The content's number keeps names apart that became the same.
            let file = parts.pop().unwrap_or_else(|| "_".to_owned());
            name.extend(parts);
            name.push(format!("{file}.{version}.zst"));
            name
        }
        Archived::Details { machine, day } => {
            PathBuf::from("details").join(whole(machine)).join(format!("{day}.jsonl.zst"))
        }
    }
}

/// A part of a path that leads nowhere else and that every system takes.
fn safe(part: &str) -> String {
    let plain: String =
        part.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    let end = (0..=LONGEST.min(plain.len())).rev().find(|end| plain.is_char_boundary(*end)).unwrap_or(0);
    let cut = plain.get(..end).unwrap_or_default();
    if cut.chars().all(|c| c == '.') { cut.replace('.', "_") } else { cut.to_owned() }
}

/// A machine's name as a part of a path: two machines never share one.
fn whole(name: &str) -> String {
    let safe = safe(name);
    if safe == name {
        return safe;
    }
    // What was changed follows in a form that can be told apart.
    let rest = name.bytes().filter(|byte| !byte.is_ascii_alphanumeric()).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    let rest = rest.get(..40).unwrap_or(&rest);
    format!("{safe}~{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use atelier_domain::ids::VersionId;
    use atelier_domain::time::ProductionDay;

    fn raw(path: &str) -> String {
        of(&Archived::Raw { path: path.to_owned(), version: VersionId(7) }).to_str().unwrap().to_owned()
    }

    fn details(machine: &str) -> String {
        let day = ProductionDay(chrono::NaiveDate::from_ymd_opt(2025, 6, 1).unwrap());
        of(&Archived::Details { machine: machine.to_owned(), day }).to_str().unwrap().to_owned()
    }

    #[test]
    fn plain_names_stay_as_they_are() {
        assert_eq!(raw("DEM12 (PVC)/20250616.LOG"), "raw/DEM12 (PVC)/20250616.LOG.7.zst");
        assert_eq!(raw("SU12 (HYBRIDE)/é/a.log"), "raw/SU12 (HYBRIDE)/é/a.log.7.zst");
        assert_eq!(details("DEM12"), "details/DEM12/2025-06-01.jsonl.zst");
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        assert_eq!(raw("../../etc/passwd"), "raw/__/__/etc/passwd.7.zst");
        assert_eq!(raw("/etc/passwd"), "raw/etc/passwd.7.zst");
        assert_eq!(raw("a/./..\\b\0c.LOG"), "raw/a/_/__/b_c.LOG.7.zst");
        assert_eq!(raw(""), "raw/_.7.zst");
        assert_eq!(raw(".."), "raw/__.7.zst");
        assert!(details("..").starts_with("details/__~"));
        assert!(details("a/b").starts_with("details/a_b~"));
    }

    #[test]
    fn names_are_not_too_long_and_not_cut_within_a_character() {
        let long = raw(&format!("a/{}.LOG", "é".repeat(200)));
        assert!(long.rsplit('/').next().unwrap().len() < 255, "{long}");
    }

    #[test]
    fn machines_never_share_a_folder() {
        assert_ne!(details("a/b"), details("a_b"));
        assert_ne!(details("a/b"), details("a:b"));
    }
}

//! A machine's stream: the union of everything it ever wrote.
//!
//! The stream holds each distinct line as often as the one file version that has it most often. So a file read twice,
//! copied, moved or uploaded again adds only what is new, and one that shrank or vanished takes nothing away.

mod confluence;

pub use confluence::{Confluence, Flow, Survey};

use crate::event::{Line, Source};
use crate::ids::{LogFileId, VersionId};
use crate::log_file::RejectedLine;
use crate::time::Instant;
use chrono::NaiveDate;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// One content that a file of the machine had.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// Which content.
    pub id: VersionId,
    /// Of which file.
    pub file: LogFileId,
    /// The date in the file's name.
    pub name_date: Option<NaiveDate>,
    /// The file's path, relative to the source's root.
    pub path: &'a str,
    /// The content itself: what orders two contents that are alike in everything else.
    pub bytes: &'a [u8],
    /// What it says, in its own order; a last line without its line break is among them once the file is finished.
    pub lines: &'a [Line<'a>],
    /// If the last of `lines` has no line break: its text, without a character cut in two.
    pub half_line: Option<&'a str>,
    /// Its rejected lines: a half line that begins one of them is no line either.
    pub rejects: &'a [RejectedLine],
}

/// A line's place in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The latest instant seen so far in the line's own version.
    pub effective: Instant,
    /// Index of the version in what was merged.
    pub version: usize,
    /// Index of the line in its version.
    pub line: usize,
    /// When it happened: for a line that does not stay, when the one in its stead did (they may differ in a repeated hour).
    pub at: Instant,
    /// Whether the stream holds it; else another version's same line stays in its stead.
    pub kept: bool,
}

/// Puts the lines of all versions into one order and marks which of the shared ones stay.
///
/// Within a version the order is the version's own; between versions it goes by each line's effective time, then by the
/// version's date in its name (else of its first line), first instant, path and bytes.
pub fn merge(versions: &[Version<'_>]) -> Vec<Placed> {
    let mut ranked: Vec<usize> = (0..versions.len()).collect();
    ranked.sort_by(|a, b| match (versions.get(*a), versions.get(*b)) {
        (Some(a), Some(b)) => rank(a).cmp(&rank(b)),
        _ => a.cmp(b),
    });
    let mut placed = Vec::with_capacity(versions.iter().map(|version| version.lines.len()).sum());
    for index in &ranked {
        if let Some(version) = versions.get(*index) {
            place(*index, version, versions, &mut placed);
        }
    }
    // Stable: of equal instants the version of lower rank comes first, and each keeps its own order.
    placed.sort_by_key(|line| line.effective);
    drop_shared(versions, &mut placed);
    placed
}

/// Where the fact of a placed line was read.
pub fn source(version: &Version<'_>, line: &Line<'_>) -> Source {
    Source { file: version.file, version: version.id, line: line.number }
}

type Rank<'v> = (Option<NaiveDate>, Option<Instant>, &'v str, &'v [u8]);

fn rank<'v>(version: &'v Version<'_>) -> Rank<'v> {
    let first = version.lines.first();
    let date = version.name_date.or_else(|| first.and_then(|line| date_of(&line.text)));
    (date, first.map(|line| line.at), version.path, version.bytes)
}

fn date_of(text: &str) -> Option<NaiveDate> {
    crate::log_file::parse_date(text.as_bytes().get(..8)?)
}

fn place(index: usize, version: &Version<'_>, all: &[Version<'_>], placed: &mut Vec<Placed>) {
    let taken = match version.half_line {
        Some(half) if is_begun_line(index, half, all) => version.lines.len().saturating_sub(1),
        _ => version.lines.len(),
    };
    let mut effective = Instant(i64::MIN);
    for (line, read) in version.lines.iter().take(taken).enumerate() {
        effective = effective.max(read.at);
        placed.push(Placed { effective, version: index, line, at: read.at, kept: true });
    }
}

/// Whether another version has the line that `half` begins.
fn is_begun_line(index: usize, half: &str, all: &[Version<'_>]) -> bool {
    all.iter().enumerate().filter(|(other, _)| *other != index).any(|(_, other)| {
        let whole = other.lines.len() - usize::from(other.half_line.is_some() && !other.lines.is_empty());
        other.lines.iter().take(whole).any(|line| begins(half, &line.text, false))
            || other.lines.iter().skip(whole).any(|line| begins(half, &line.text, true))
            || other.rejects.iter().any(|reject| begins_reject(half, &reject.text))
    })
}

/// Whether `half` is no line of its own, for it begins this line of another version. Two equal half lines are no proof
/// against each other.
pub fn begins(half: &str, text: &str, is_half: bool) -> bool {
    text.starts_with(half) && !(is_half && text.len() == half.len())
}

/// The same for a rejected line, whose text may have been cut short.
pub fn begins_reject(half: &str, kept: &str) -> bool {
    let is_cut = || kept.chars().count() == crate::log_file::REJECTED_TEXT_CHARS;
    kept.starts_with(half) || (half.starts_with(kept) && is_cut())
}

/// Of a line that several versions share the first stays: the n-th of a version is the n-th of every other.
fn drop_shared(versions: &[Version<'_>], placed: &mut [Placed]) {
    let crowded = overlapping(versions);
    if !crowded.contains(&true) {
        return;
    }
    let mut occurrences: HashMap<(usize, &str), u32> = HashMap::new();
    let mut seen: HashMap<(&str, u32), Instant> = HashMap::new();
    for place in placed.iter_mut().filter(|place| crowded.get(place.version) == Some(&true)) {
        let Some(line) = versions.get(place.version).and_then(|version| version.lines.get(place.line)) else {
            continue;
        };
        let nth = occurrences.entry((place.version, line.text.as_ref())).or_insert(0);
        *nth += 1;
        match seen.entry((line.text.as_ref(), *nth)) {
            Entry::Vacant(free) => drop(free.insert(line.at)),
            Entry::Occupied(first) => (place.kept, place.at) = (false, *first.get()),
        }
    }
}

/// For each version, whether another one has lines of the same stretch of time.
fn overlapping(versions: &[Version<'_>]) -> Vec<bool> {
    let span = |version: &Version<'_>| {
        let from = version.lines.iter().map(|line| line.at).min()?;
        let to = version.lines.iter().map(|line| line.latest.max(line.at)).max()?;
        Some((from, to))
    };
    overlapping_spans(&versions.iter().map(span).collect::<Vec<_>>())
}

/// For each of these stretches of time, whether another one shares some of it.
fn overlapping_spans(each: &[Option<(Instant, Instant)>]) -> Vec<bool> {
    let mut spans: Vec<(Instant, Instant, usize)> = each
        .iter()
        .enumerate()
        .filter_map(|(index, span)| {
            let (from, to) = (*span)?;
            // An hour of slack: the same text may have been read as either half of a repeated hour.
            Some((from + crate::units::Millis(-3_600_000), to + crate::units::Millis(3_600_000), index))
        })
        .collect();
    spans.sort_unstable();
    let mut crowded = vec![false; each.len()];
    let mut furthest: Option<(Instant, usize)> = None;
    for (from, to, index) in spans {
        if let Some((reach, other)) = furthest
            && from <= reach
        {
            for index in [index, other] {
                if let Some(flag) = crowded.get_mut(index) {
                    *flag = true;
                }
            }
        }
        if furthest.is_none_or(|(reach, _)| reach < to) {
            furthest = Some((to, index));
        }
    }
    crowded
}

#[cfg(test)]
mod tests;

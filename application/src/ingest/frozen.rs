//! Days of which raw bytes were removed because they are old. Their lines are gone, so they are never derived again: what
//! was derived of them stays as it is.

use super::body::Body;
use crate::digest::Digest;
use crate::ports::ingest_store::{IngestUnit, StoredVersion};
use crate::ports::store_error::StoreResult;
use atelier_domain::time::ProductionDay;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// So many days are named one by one.
const NAMED: usize = 3;

/// A file that came with lines of days that stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Late {
    pub(super) path: String,
    pub(super) days: BTreeSet<ProductionDay>,
}

impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named: Vec<String> = self.days.iter().take(NAMED).map(ToString::to_string).collect();
        let more = self.days.len() - named.len();
        write!(f, "{} has lines of {}", self.path, named.join(", "))?;
        if let (Some(last), 1..) = (self.days.last(), more) {
            write!(f, " and {more} more days up to {last}")?;
        }
        f.write_str(
            ", of which raw bytes were removed because they are old: the file is stored, and its sessions of then stay as they are.",
        )
    }
}

/// The days from the first to the last.
fn days(reach: Option<(ProductionDay, ProductionDay)>) -> impl Iterator<Item = ProductionDay> {
    let (from, to) = reach.unzip();
    std::iter::successors(from, |day| Some(day.next())).take_while(move |day| to.is_some_and(|to| *day <= to))
}

/// The days of which raw bytes were removed.
#[derive(Debug, Default)]
pub(crate) struct Frozen(BTreeSet<ProductionDay>);

impl Frozen {
    pub(crate) fn of(versions: &[StoredVersion]) -> Self {
        Self(versions.iter().flat_map(|version| days(version.frozen)).collect())
    }

    pub(crate) fn holds(&self, day: ProductionDay) -> bool {
        self.0.contains(&day)
    }

    /// Those of `days` that are frozen.
    pub(super) fn among(&self, days: &BTreeSet<ProductionDay>) -> BTreeSet<ProductionDay> {
        self.0.intersection(days).copied().collect()
    }

    /// A stretch without the frozen days in it: what lies between them.
    pub(super) fn cut(&self, stretch: &RangeInclusive<ProductionDay>) -> Vec<RangeInclusive<ProductionDay>> {
        let mut parts = Vec::new();
        let mut from = *stretch.start();
        for frozen in self.0.range(stretch.clone()) {
            if from < *frozen {
                parts.push(from..=frozen.previous());
            }
            from = frozen.next();
        }
        if from <= *stretch.end() && !self.holds(from) {
            parts.push(from..=*stretch.end());
        }
        parts
    }
}

/// How many bytes of the beginning of `body` are known to be those of a version whose bytes were removed: all that it had,
/// or none.
pub(super) async fn common(
    body: &mut Body,
    unit: &mut dyn IngestUnit,
    version: &StoredVersion,
    block: usize,
) -> StoreResult<u64> {
    if body.length() < version.length {
        return Ok(0);
    }
    let mut digest = Digest::default();
    let mut at = 0;
    while at < version.length {
        let wanted = block.min(usize::try_from(version.length - at).unwrap_or(usize::MAX));
        let bytes = body.read(unit, at, wanted).await?;
        if bytes.is_empty() {
            return Ok(0);
        }
        at += bytes.len() as u64;
        digest.add(&bytes);
    }
    Ok(if version.digest == Some(digest.hex()) { at } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn day(day: u32) -> ProductionDay {
        ProductionDay(NaiveDate::from_ymd_opt(2025, 6, day).unwrap())
    }

    fn cut(frozen: &[u32], from: u32, to: u32) -> Vec<(u32, u32)> {
        use chrono::Datelike as _;
        let frozen = Frozen(frozen.iter().copied().map(day).collect());
        let parts = frozen.cut(&(day(from)..=day(to)));
        parts.iter().map(|part| (part.start().0.day(), part.end().0.day())).collect()
    }

    #[test]
    fn no_part_holds_a_frozen_day_and_all_others_are_in_one() {
        assert_eq!(cut(&[], 3, 5), [(3, 5)]);
        assert_eq!(cut(&[2, 6], 3, 5), [(3, 5)]);
        assert_eq!(cut(&[4], 3, 5), [(3, 3), (5, 5)]);
        assert_eq!(cut(&[3, 4], 3, 6), [(5, 6)]);
        assert_eq!(cut(&[5, 6], 3, 6), [(3, 4)]);
        assert_eq!(cut(&[3, 4, 5], 3, 5), []);
        assert_eq!(cut(&[4, 6], 3, 9), [(3, 3), (5, 5), (7, 9)]);
    }

    #[test]
    fn a_late_file_is_told_with_its_days() {
        let late = Late { path: "a.LOG".to_owned(), days: [day(1)].into() };
        assert!(late.to_string().starts_with("a.LOG has lines of 2025-06-01, of which raw bytes"), "{late}");
        let late = Late { path: "a.LOG".to_owned(), days: (1..=9).map(day).collect() };
        let text = "a.LOG has lines of 2025-06-01, 2025-06-02, 2025-06-03 and 6 more days up to 2025-06-09, of which";
        assert!(late.to_string().starts_with(text), "{late}");
    }
}

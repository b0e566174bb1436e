//! Which contents are so old that their bytes can go.
//!
//! Their days freeze with them, and so does each day that can only be derived together with one of them. So a content goes
//! only when all these are over and derived for good.

use super::{Kept, Span, Why};
use crate::ingest::close;
use crate::ports::ingest_store::StoredVersion;
use crate::ports::retention::AgeingContent;
use atelier_domain::time::{PlantZone, ProductionDay};
use std::ops::RangeInclusive;

/// What is old.
pub(super) struct Due<'c> {
    /// What can go, with the days that freeze with it.
    pub(super) due: Vec<(&'c StoredVersion, Span)>,
    /// What stays all the same.
    pub(super) kept: Vec<Kept>,
}

/// Finds the contents all of whose days lie before `before`.
pub(super) fn due<'c>(
    contents: &'c [AgeingContent],
    open: &[ProductionDay],
    before: ProductionDay,
    zone: PlantZone,
) -> Due<'c> {
    let straddles: Vec<_> =
        contents.iter().flat_map(|content| content.version.reach.straddles.iter().copied()).collect();
    let unfinished: Vec<_> =
        contents.iter().map(|content| &content.version).filter(|version| !version.finished).filter_map(days).collect();
    let (mut due, mut kept) = (Vec::new(), Vec::new());
    for content in contents.iter().filter(|content| !content.version.removed && content.version.finished) {
        let touched = days(&content.version);
        // One that says nothing of any day is as old as its last reading.
        let read_on = zone.day_of(content.read_at);
        let stretch = close(touched.clone().unwrap_or(read_on..=read_on), &straddles);
        let settled = *stretch.end() < before
            && !open.iter().any(|day| stretch.contains(day))
            && !unfinished.iter().any(|days| days.start() <= stretch.end() && stretch.start() <= days.end());
        if !settled {
            continue;
        }
        let why = match content {
            AgeingContent { late: true, .. } => Some(Why::Late),
            AgeingContent { shortened: true, .. } => Some(Why::Shortened),
            _ => None,
        };
        match why {
            Some(why) => kept.push(Kept { path: content.version.path.clone(), why }),
            None => due.push((&content.version, touched.map(|_| stretch.into_inner()))),
        }
    }
    Due { due, kept }
}

/// All days between the first and the last that a version touches, with lines that were rejected too.
fn days(version: &StoredVersion) -> Option<RangeInclusive<ProductionDay>> {
    let rejected = &version.reach.rejected;
    let (first, last) = version.reach.days.unzip();
    let first = first.into_iter().chain(rejected.iter().copied()).min()?;
    let last = last.into_iter().chain(rejected.iter().copied()).max()?;
    Some(first..=last)
}

//! Which production days the lines of a content touch.

use crate::ports::ingest_store::Reach;
use atelier_domain::event::Line;
use atelier_domain::interval::Interval;
use atelier_domain::time::{Instant, PlantZone, ProductionDay};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Finds the day of instants that mostly lie on the same one as those before.
struct Days {
    zone: PlantZone,
    last: Option<(ProductionDay, Interval)>,
}

impl Days {
    fn of(&mut self, at: Instant) -> ProductionDay {
        match self.last {
            Some((day, bounds)) if bounds.contains(at) => day,
            _ => {
                let day = self.zone.day_of(at);
                self.last = Some((day, self.zone.day(day)));
                day
            }
        }
    }
}

/// The reach of all lines of a content, and the days touched by those numbered above `known`.
pub(super) fn reach(zone: PlantZone, lines: &[Line<'_>], known: u32) -> (Reach, BTreeSet<ProductionDay>) {
    let mut days = Days { zone, last: None };
    let mut effective: Option<(Instant, ProductionDay)> = None;
    let mut reach = Reach::default();
    let mut straddles = BTreeSet::new();
    let mut touched = BTreeSet::new();
    for line in lines {
        let own = days.of(line.at);
        let latest = if line.latest == line.at { own } else { days.of(line.latest) };
        let reached = match effective {
            Some((at, day)) if at > line.at => day,
            _ => own,
        };
        effective = Some(effective.map_or((line.at, own), |before| before.max((line.at, own))));
        let (first, last) = (own.min(reached), latest.max(reached));
        if first != last {
            straddles.insert((first, last));
        }
        reach.days = Some(reach.days.map_or((first, last), |(from, to)| (from.min(first), to.max(last))));
        if line.number > known {
            touched.extend([first, last]);
        }
    }
    reach.straddles = straddles.into_iter().collect();
    (reach, touched)
}

/// The smallest closed stretch of days that holds `days`: no line's own and effective time lie on different sides of its
/// edges.
pub(super) fn close(
    days: RangeInclusive<ProductionDay>,
    straddles: &[(ProductionDay, ProductionDay)],
) -> RangeInclusive<ProductionDay> {
    let (mut from, mut to) = days.into_inner();
    loop {
        let before = (from, to);
        for (first, last) in straddles {
            if *first <= to && from <= *last {
                from = from.min(*first);
                to = to.max(*last);
            }
        }
        if (from, to) == before {
            return from..=to;
        }
    }
}

//! Which production days the lines of a content touch.

use crate::ports::ingest_store::Reach;
use atelier_domain::event::Line;
use atelier_domain::interval::Interval;
use atelier_domain::log_file::{RejectedLine, parse_date};
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

/// Finds the reach of a content, and the days that its new lines touch.
pub(super) struct Reaching {
    days: Days,
    effective: Option<(Instant, ProductionDay)>,
    span: Option<(ProductionDay, ProductionDay)>,
    straddles: BTreeSet<(ProductionDay, ProductionDay)>,
    rejected: BTreeSet<ProductionDay>,
    touched: BTreeSet<ProductionDay>,
}

impl Reaching {
    pub(super) fn new(zone: PlantZone) -> Self {
        Self {
            days: Days { zone, last: None },
            effective: None,
            span: None,
            straddles: BTreeSet::new(),
            rejected: BTreeSet::new(),
            touched: BTreeSet::new(),
        }
    }

    /// Takes the next line of the content. Those numbered above `known` are new.
    pub(super) fn see(&mut self, line: &Line<'_>, known: u32) {
        let own = self.days.of(line.at);
        let latest = if line.latest == line.at { own } else { self.days.of(line.latest) };
        let reached = match self.effective {
            Some((at, day)) if at > line.at => day,
            _ => own,
        };
        self.effective = Some(self.effective.map_or((line.at, own), |before| before.max((line.at, own))));
        let (first, last) = (own.min(reached), latest.max(reached));
        if first != last {
            self.straddles.insert((first, last));
        }
        self.span = Some(self.span.map_or((first, last), |(from, to)| (from.min(first), to.max(last))));
        if line.number > known {
            self.touched.extend([first, last]);
        }
    }

    /// Takes a rejected line of the content.
    pub(super) fn see_reject(&mut self, reject: &RejectedLine, known: u32) {
        let Some(date) = reject.text.as_bytes().get(..8).and_then(parse_date) else { return };
        // A time on a date belongs to the production day of that date, or to the one before.
        let day = ProductionDay(date);
        self.rejected.extend([day.previous(), day]);
        if reject.number > known {
            self.touched.extend([day.previous(), day]);
        }
    }

    /// The reach, and the days touched.
    pub(super) fn finish(self) -> (Reach, BTreeSet<ProductionDay>) {
        let (straddles, rejected) = (self.straddles.into_iter().collect(), self.rejected.into_iter().collect());
        (Reach { days: self.span, straddles, rejected }, self.touched)
    }
}

/// The smallest closed stretch of days that holds `days`: no line's own and effective time lie on different sides of its
/// edges.
pub(crate) fn close(
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

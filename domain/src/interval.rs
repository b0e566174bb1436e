//! Intervals of time and sets of them: the only way figures are computed, so that nothing is counted twice.

use crate::time::Instant;
use crate::units::Millis;

/// From an instant (in) to another (out). Never negative: an end before the start is the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    start: Instant,
    end: Instant,
}

impl Interval {
    /// From `start` to `end`, or of length 0 at `start` when `end` is earlier.
    pub fn new(start: Instant, end: Instant) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Its first instant.
    pub fn start(self) -> Instant {
        self.start
    }

    /// The first instant after it.
    pub fn end(self) -> Instant {
        self.end
    }

    /// Its length.
    pub fn length(self) -> Millis {
        self.end - self.start
    }

    /// Whether its length is 0.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `at` lies in it; its end does not.
    pub fn contains(self, at: Instant) -> bool {
        self.start <= at && at < self.end
    }

    /// The part of it inside `window`, if that has a length.
    pub fn clip(self, window: Self) -> Option<Self> {
        let (start, end) = (self.start.max(window.start), self.end.min(window.end));
        (start < end).then_some(Self { start, end })
    }
}

/// A union of intervals: sorted, apart from each other, none of length 0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IntervalSet(Vec<Interval>);

impl IntervalSet {
    /// Its parts, in order.
    pub fn parts(&self) -> &[Interval] {
        &self.0
    }

    /// The length of the union.
    pub fn length(&self) -> Millis {
        self.0.iter().map(|part| part.length()).sum()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it has some time in common with `window`.
    pub fn overlaps(&self, window: Interval) -> bool {
        let first = self.0.partition_point(|part| part.end() <= window.start());
        self.0.get(first).is_some_and(|part| part.clip(window).is_some())
    }

    /// What lies inside `window`.
    #[must_use]
    pub fn clip(&self, window: Interval) -> Self {
        let first = self.0.partition_point(|part| part.end() <= window.start());
        Self(
            self.0
                .iter()
                .skip(first)
                .take_while(|part| part.start() < window.end())
                .filter_map(|part| part.clip(window))
                .collect(),
        )
    }

    /// What lies in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.0.iter().flat_map(|part| other.clip(*part).0).collect()
    }

    /// What lies in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.0.iter().chain(&other.0).copied().collect()
    }

    /// What lies in this and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = Vec::with_capacity(self.0.len());
        for part in &self.0 {
            let mut from = part.start();
            for hole in other.clip(*part).0 {
                if from < hole.start() {
                    rest.push(Interval::new(from, hole.start()));
                }
                from = hole.end();
            }
            if from < part.end() {
                rest.push(Interval::new(from, part.end()));
            }
        }
        Self(rest)
    }
}

impl From<Interval> for IntervalSet {
    fn from(interval: Interval) -> Self {
        std::iter::once(interval).collect()
    }
}

impl FromIterator<Interval> for IntervalSet {
    fn from_iter<I: IntoIterator<Item = Interval>>(intervals: I) -> Self {
        let mut sorted: Vec<_> = intervals.into_iter().filter(|interval| !interval.is_empty()).collect();
        sorted.sort_unstable_by_key(|interval| interval.start());
        let mut parts: Vec<Interval> = Vec::with_capacity(sorted.len());
        for next in sorted {
            match parts.last_mut() {
                Some(last) if next.start() <= last.end() => last.end = last.end.max(next.end()),
                _ => parts.push(next),
            }
        }
        Self(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sets() -> impl Strategy<Value = IntervalSet> {
        prop::collection::vec((0i64..200, 0i64..40), 0..12).prop_map(|pairs| {
            pairs.into_iter().map(|(start, length)| Interval::new(Instant(start), Instant(start + length))).collect()
        })
    }

    fn holds(set: &IntervalSet, at: i64) -> bool {
        set.parts().iter().any(|part| part.contains(Instant(at)))
    }

    proptest! {
        #[test]
        fn operations_agree_with_membership(a in sets(), b in sets()) {
            let (both, either, less) = (a.intersection(&b), a.union(&b), a.difference(&b));
            for at in 0..260 {
                prop_assert_eq!(holds(&both, at), holds(&a, at) && holds(&b, at));
                prop_assert_eq!(holds(&either, at), holds(&a, at) || holds(&b, at));
                prop_assert_eq!(holds(&less, at), holds(&a, at) && !holds(&b, at));
            }
            for part in b.parts() {
                prop_assert_eq!(a.overlaps(*part), !a.clip(*part).is_empty());
            }
            prop_assert_eq!(less.length() + both.length(), a.length());
            prop_assert_eq!(either.length() + both.length(), a.length() + b.length());
        }

        #[test]
        fn parts_are_sorted_and_apart(a in sets(), b in sets()) {
            for set in [a.union(&b), a.intersection(&b), a.difference(&b)] {
                prop_assert!(set.parts().iter().all(|part| !part.is_empty()));
                prop_assert!(set.parts().windows(2).all(|pair| pair[0].end() <= pair[1].start()));
            }
        }
    }

    #[test]
    fn an_end_before_the_start_has_no_length() {
        assert_eq!(Interval::new(Instant(5), Instant(3)).length(), Millis::ZERO);
    }
}

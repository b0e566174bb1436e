//! When pieces were finished, and how long each should have taken: what net time is added up from.

use super::reference_cycle::CycleSource;
use crate::interval::IntervalSet;
use crate::time::Instant;
use crate::units::Millis;

/// So many entries are kept before equal ones are put together.
const LOOSE: usize = 4_096;

/// What was given for a piece, if something was.
pub type Given = Option<(Millis, CycleSource)>;

/// Pieces by instant and given reference cycle time. A day may hold millions of them, but only so many seconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    entries: Vec<(Instant, Given, u32)>,
    /// So many of them, in front, are by instant and each different.
    tidy: usize,
}

impl Tally {
    /// Counts a piece.
    pub fn add(&mut self, at: Instant, given: Given) {
        match self.entries.last_mut() {
            Some(last) if last.0 == at && last.1 == given => last.2 += 1,
            _ => self.entries.push((at, given, 1)),
        }
        if self.entries.len() > 2 * self.tidy + LOOSE {
            self.tidy_up();
        }
    }

    fn tidy_up(&mut self) {
        self.entries.sort_unstable();
        self.entries.dedup_by(|later, first| {
            let same = later.0 == first.0 && later.1 == first.1;
            if same {
                first.2 += later.2;
            }
            same
        });
        self.tidy = self.entries.len();
    }

    /// The pieces inside a set of instants, which is closed at both ends here: given cycle times with how many pieces.
    pub fn inside(&self, set: &IntervalSet) -> impl Iterator<Item = (Given, u32)> {
        let parts = set.parts();
        self.entries.iter().filter_map(move |(at, given, count)| {
            let after = parts.partition_point(|part| part.start() <= *at);
            let inside = after.checked_sub(1).and_then(|last| parts.get(last)).is_some_and(|part| *at <= part.end());
            inside.then_some((*given, *count))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interval::Interval;

    #[test]
    fn pieces_on_both_ends_count_and_millions_take_no_more_room_than_their_seconds() {
        let mut tally = Tally::default();
        let given = [None, Some((Millis(5), CycleSource::Machine))];
        for number in 0..100_000_i64 {
            tally.add(Instant(number % 100), given[(number % 2) as usize]);
        }
        assert!(tally.entries.len() <= LOOSE + 200, "{}", tally.entries.len());
        let set: IntervalSet =
            [Interval::new(Instant(10), Instant(20)), Interval::new(Instant(30), Instant(31))].into_iter().collect();
        let counted: u32 = tally.inside(&set).map(|(_, count)| count).sum();
        assert_eq!(counted, (11 + 2) * 1_000);
        let given: u32 = tally.inside(&set).filter(|(given, _)| given.is_some()).map(|(_, count)| count).sum();
        assert_eq!(given, (5 + 1) * 1_000, "11, 13, …, 19 and 31 are odd");
    }
}

//! Reference cycle times: how long a piece should take.

use crate::time::ProductionDay;
use crate::units::Millis;
use std::collections::{BTreeMap, HashMap};

/// A learned cycle time looks back over so many days, the session's own not among them …
pub const LEARNED_OVER_DAYS: u64 = 30;
/// … and stands on at least so many net cycle times.
pub const LEARNED_FROM_AT_LEAST: u32 = 100;

/// Where a reference cycle time comes from, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CycleSource {
    /// Given for the machine and the profile.
    Profile,
    /// Given for the machine.
    Machine,
    /// Learned from what the machine did.
    Learned,
    /// There is none.
    None,
}

impl CycleSource {
    /// All of them, the surest first.
    pub const ALL: [Self; 4] = [Self::Profile, Self::Machine, Self::Learned, Self::None];

    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "PROFILE",
            Self::Machine => "MACHINE",
            Self::Learned => "LEARNED",
            Self::None => "NONE",
        }
    }
}

/// What holds from a day on: a cycle time, or that there is none any more.
type History = BTreeMap<ProductionDay, Option<Millis>>;

/// The reference cycle times that people gave for a machine. Each holds from its production day on, until another one does;
/// the past stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReferenceCycles {
    machine: History,
    profiles: HashMap<String, History>,
}

impl ReferenceCycles {
    /// Adds what holds from `from` on for a profile's reference, or for all that have none of their own; `None` ends it.
    pub fn set(&mut self, reference: Option<&str>, from: ProductionDay, cycle: Option<Millis>) {
        let history = match reference {
            Some(reference) => self.profiles.entry(reference.to_owned()).or_default(),
            None => &mut self.machine,
        };
        history.insert(from, cycle);
    }

    /// What was given and holds on a day: for the profile, else for the machine.
    pub fn on(&self, day: ProductionDay, reference: Option<&str>) -> Option<(Millis, CycleSource)> {
        let profile = reference.and_then(|reference| holding(self.profiles.get(reference)?, day));
        profile
            .map(|cycle| (cycle, CycleSource::Profile))
            .or_else(|| Some((holding(&self.machine, day)?, CycleSource::Machine)))
    }
}

fn holding(history: &History, day: ProductionDay) -> Option<Millis> {
    *history.range(..=day).next_back()?.1
}

/// How often each positive net cycle time occurred on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CycleSpread {
    /// By length, each with how many are at most as long.
    up_to: Vec<(Millis, u32)>,
}

impl CycleSpread {
    /// From lengths with how often each occurred, in any order; those that are not positive do not count.
    pub fn new(lengths: impl IntoIterator<Item = (Millis, u32)>) -> Self {
        let mut sorted: Vec<(Millis, u32)> =
            lengths.into_iter().filter(|(length, count)| *length > Millis::ZERO && *count > 0).collect();
        sorted.sort_unstable();
        let mut up_to: Vec<(Millis, u32)> = Vec::with_capacity(sorted.len());
        for (length, count) in sorted {
            let before = up_to.last().copied();
            let total = before.map_or(0, |(_, total)| total).saturating_add(count);
            match up_to.last_mut() {
                Some(last) if last.0 == length => last.1 = total,
                _ => up_to.push((length, total)),
            }
        }
        Self { up_to }
    }

    /// Each length once, by length, with how often it occurred.
    pub fn lengths(&self) -> impl Iterator<Item = (Millis, u32)> {
        let mut before = 0;
        self.up_to.iter().map(move |(length, total)| {
            let count = total - before;
            before = *total;
            (*length, count)
        })
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.up_to.last().map_or(0, |(_, total)| *total)
    }

    fn at_most(&self, length: Millis) -> u32 {
        let after = self.up_to.partition_point(|(known, _)| *known <= length);
        after.checked_sub(1).and_then(|last| self.up_to.get(last)).map_or(0, |(_, total)| *total)
    }
}

/// A cycle time learned from what a machine did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learned {
    /// How long.
    pub cycle: Millis,
    /// From how many net cycle times.
    pub sample: u32,
}

impl Learned {
    /// The 10th percentile (nearest rank) of all these, if they are enough.
    pub fn from_spreads<'s>(spreads: impl IntoIterator<Item = &'s CycleSpread>) -> Option<Self> {
        let spreads: Vec<&CycleSpread> = spreads.into_iter().collect();
        let sample = spreads.iter().fold(0_u32, |sum, spread| sum.saturating_add(spread.count()));
        if sample < LEARNED_FROM_AT_LEAST {
            return None;
        }
        let rank = sample.div_ceil(10);
        let longest = spreads.iter().filter_map(|spread| spread.up_to.last()).map(|(length, _)| length.0).max()?;
        // The shortest length that enough of them are at most as long as.
        let (mut low, mut high) = (1, longest);
        while low < high {
            let middle = low + (high - low) / 2;
            let count = spreads.iter().fold(0_u32, |sum, spread| sum.saturating_add(spread.at_most(Millis(middle))));
            if count >= rank { high = middle } else { low = middle + 1 }
        }
        Some(Self { cycle: Millis(low), sample })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(day: u32) -> ProductionDay {
        ProductionDay(chrono::NaiveDate::from_ymd_opt(2025, 6, day).unwrap())
    }

    #[test]
    fn the_profile_comes_before_the_machine_and_each_holds_until_the_next() {
        let mut cycles = ReferenceCycles::default();
        cycles.set(None, day(2), Some(Millis(60)));
        cycles.set(Some("700"), day(4), Some(Millis(90)));
        cycles.set(Some("700"), day(6), None);
        cycles.set(None, day(8), None);
        let on = |date, reference| cycles.on(day(date), reference).map(|(cycle, source)| (cycle.0, source.as_str()));
        assert_eq!(on(1, Some("700")), None);
        assert_eq!(on(2, Some("700")), Some((60, "MACHINE")));
        assert_eq!(on(3, None), Some((60, "MACHINE")));
        assert_eq!(on(5, Some("700")), Some((90, "PROFILE")));
        assert_eq!(on(5, Some("701")), Some((60, "MACHINE")));
        assert_eq!(on(6, Some("700")), Some((60, "MACHINE")));
        assert_eq!(on(9, Some("700")), None);
    }

    proptest! {
        #[test]
        fn the_learned_cycle_is_the_value_at_the_nearest_rank(
            days in prop::collection::vec(prop::collection::vec(-5i64..400, 0..120), 1..6)
        ) {
            let spreads: Vec<_> = days
                .iter()
                .map(|lengths| CycleSpread::new(lengths.iter().map(|length| (Millis(*length), 1))))
                .collect();
            let mut all: Vec<i64> = days.iter().flatten().copied().filter(|length| *length > 0).collect();
            all.sort_unstable();
            let expected = (all.len() >= 100).then(|| all[(all.len() as f64 / 10.0).ceil() as usize - 1]);
            let learned = Learned::from_spreads(spreads.iter());
            prop_assert_eq!(learned.map(|learned| learned.cycle.0), expected);
            prop_assert_eq!(learned.map_or(all.len() as u32, |learned| learned.sample), all.len() as u32);
            for (spread, lengths) in spreads.iter().zip(&days) {
                let again = CycleSpread::new(spread.lengths());
                prop_assert_eq!(&again, spread);
                prop_assert_eq!(spread.count() as usize, lengths.iter().filter(|length| **length > 0).count());
            }
        }
    }
}

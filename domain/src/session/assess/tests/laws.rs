//! What holds of all figures: their order, their sums, the ledger, and what is learned.

use super::random::{Case, Clock, cases, shift};
use super::{derive, figures, near, spread};
use crate::kpi::losses::{TimeKind, TimeShare, ledger, pareto};
use crate::kpi::reference_cycle::{CycleSource, CycleSpread, LEARNED_OVER_DAYS, Learned};
use crate::kpi::trs::{CalendarSource, QualitySource, Trs};
use crate::time::ProductionDay;
use crate::units::Millis;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn sum<'t>(all: impl Iterator<Item = &'t Trs>) -> Trs {
    all.fold(Trs::default(), |mut sum, trs| {
        sum.add(trs);
        sum
    })
}

type Times = BTreeMap<(TimeKind, Option<String>), (f64, u32)>;

fn times<'p>(parts: impl IntoIterator<Item = &'p TimeShare>) -> Times {
    let mut times = Times::new();
    for part in parts {
        let (time, occurrences) = times.entry((part.kind, part.reason.clone())).or_default();
        *time += part.time;
        *occurrences += part.occurrences;
    }
    times
}

fn check_order(trs: &Trs) -> Result<(), TestCaseError> {
    prop_assert!(Millis::ZERO <= trs.operating && trs.operating <= trs.required);
    prop_assert!(trs.required <= trs.opening && trs.opening <= trs.total);
    if let (Some(useful), Some(net)) = (trs.useful_time(), trs.net_time()) {
        prop_assert!(0.0 <= useful && useful <= net);
    }
    prop_assert!(trs.useful_time().is_none() || trs.net_time().is_some());
    prop_assert_eq!(trs.trs().is_none(), trs.missing().is_some());
    if let (Some(tre), Some(trg), Some(rate)) = (trs.tre(), trs.trg(), trs.trs()) {
        prop_assert!(tre <= trg && trg <= rate);
    }
    let factors = (trs.availability(), trs.performance(), trs.quality());
    if let ((Some(availability), Some(performance), Some(quality)), Some(rate)) = (factors, trs.trs()) {
        let product = availability * performance * quality;
        prop_assert!((product - rate).abs() < 1e-9 * rate.max(1.0), "{product} is not {rate}");
    }
    Ok(())
}

fn check_ledger(trs: &Trs) -> Result<(), TestCaseError> {
    let parts = ledger(trs);
    prop_assert!(parts.iter().all(|part| part.time >= 0.0 && part.share >= 0.0));
    prop_assert!(near(parts.iter().map(|part| part.time).sum(), trs.opening.0 as f64));
    prop_assert_eq!(parts.is_empty(), trs.opening == Millis::ZERO);
    if !parts.is_empty() {
        prop_assert!((parts.iter().map(|part| part.share).sum::<f64>() - 1.0).abs() < 1e-9);
    }
    let losses = pareto(trs);
    prop_assert!(losses.windows(2).all(|pair| pair[0].time >= pair[1].time));
    prop_assert!(losses.iter().all(|loss| parts.contains(loss)));
    let running = parts.iter().filter(|part| part.kind == TimeKind::Running).count();
    prop_assert_eq!(losses.len() + running, parts.len());
    Ok(())
}

proptest! {
    #[test]
    fn times_lie_in_each_other_and_the_rate_is_the_product(case in cases(Clock::Wild)) {
        let all = figures(&case);
        for trs in all.iter().chain([&sum(all.iter()), &Trs::default()]) {
            check_order(trs)?;
        }
    }

    #[test]
    fn the_ledger_adds_up_to_opening_time(case in cases(Clock::Wild)) {
        let all = figures(&case);
        for trs in all.iter().chain([&sum(all.iter()), &Trs::default()]) {
            check_ledger(trs)?;
        }
    }

    #[test]
    fn figures_of_days_add_up_in_any_order(case in cases(Clock::Wild), other in cases(Clock::Wild)) {
        let all: Vec<Trs> = figures(&case).into_iter().chain(figures(&other)).collect();
        for pair in all.windows(2) {
            prop_assert_eq!(sum(pair.iter()), sum(pair.iter().rev()));
        }
        let (whole, mut backwards) = (sum(all.iter()), sum(all.iter().rev()));
        prop_assert!(near(whole.scrap_time, backwards.scrap_time) && near(whole.scrap_loss, backwards.scrap_loss));
        (backwards.scrap_time, backwards.scrap_loss) = (whole.scrap_time, whole.scrap_loss);
        prop_assert_eq!(&whole, &backwards);
        let (front, back) = all.split_at(all.len() / 2);
        let mut halves = sum([sum(front.iter()), sum(back.iter())].iter());
        prop_assert!(near(whole.scrap_time, halves.scrap_time) && near(whole.scrap_loss, halves.scrap_loss));
        (halves.scrap_time, halves.scrap_loss) = (whole.scrap_time, whole.scrap_loss);
        prop_assert_eq!(&whole, &halves);
        prop_assert_eq!(whole.cycle_source, all.iter().map(|trs| trs.cycle_source).max().unwrap_or(CycleSource::Profile));
        let quality = all.iter().map(|trs| trs.quality_source).max().unwrap_or(QualitySource::Declared);
        let calendar = all.iter().map(|trs| trs.calendar_source).max().unwrap_or(CalendarSource::Configured);
        prop_assert_eq!((whole.quality_source, whole.calendar_source), (quality, calendar));
        let total = |time: fn(&Trs) -> Millis| all.iter().map(time).sum::<Millis>();
        prop_assert_eq!(whole.sessions as usize, all.len());
        prop_assert_eq!([whole.total, whole.opening, whole.required, whole.operating, whole.slow], [
            total(|trs| trs.total), total(|trs| trs.opening), total(|trs| trs.required),
            total(|trs| trs.operating), total(|trs| trs.slow),
        ]);
        let known: Option<f64> = all.iter().map(Trs::useful_time).sum();
        prop_assert_eq!(whole.useful_time().is_some(), known.is_some());
        prop_assert!(near(whole.useful_time().unwrap_or_default(), known.unwrap_or_default()));
    }

    /// How often is not compared where a part of a day has no length, such as a stop inside another one, or scrap on a
    /// day without operating time: it counts all the same, but is not in that day's ledger.
    #[test]
    fn the_ledger_of_a_sum_is_the_sum_of_the_ledgers(case in cases(Clock::Wild), other in cases(Clock::Wild)) {
        let all: Vec<Trs> = figures(&case).into_iter().chain(figures(&other)).collect();
        let each: Vec<TimeShare> = all.iter().flat_map(ledger).collect();
        let (whole, each) = (times(&ledger(&sum(all.iter()))), times(&each));
        prop_assert!(whole.keys().eq(each.keys()));
        for ((part, (time, occurrences)), (other_time, other_occurrences)) in whole.iter().zip(each.values()) {
            prop_assert!(near(*time, *other_time), "{part:?}: {time} is not {other_time}");
            let exact = !matches!(part.0, TimeKind::Stop | TimeKind::Scrap);
            prop_assert!(occurrences >= other_occurrences && (!exact || occurrences == other_occurrences));
        }
    }

    #[test]
    fn the_learned_cycle_is_the_nearest_rank_of_the_pieces_of_thirty_days_and_of_no_other(
        case in cases(Clock::WithinDays),
        filled in prop::collection::btree_map(1i64..=30, prop::collection::vec(1i64..90_000, 1..60), 1..4),
        outside in prop::sample::select(vec![-40i64, -32, -31, 0, 1, 2]),
        changed in prop::collection::vec(1i64..50, 1..300),
    ) {
        let sessions = derive(&case);
        let today = case.first;
        let mut spreads: BTreeMap<ProductionDay, CycleSpread> =
            sessions.iter().map(|(session, details, _)| (shift(session.day, -10), spread(details))).collect();
        let mut all: Vec<i64> =
            sessions.iter().flat_map(|(_, details, _)| &details.pieces).filter_map(|piece| Some(piece.cycle?.0)).collect();
        for (back, lengths) in &filled {
            if let std::collections::btree_map::Entry::Vacant(free) = spreads.entry(shift(today, -back)) {
                all.extend(lengths);
                free.insert(CycleSpread::new(lengths.iter().map(|length| (Millis(*length), 1))));
            }
        }
        all.retain(|length| *length > 0);
        all.sort_unstable();
        let expected = (all.len() >= 100).then(|| Learned {
            cycle: Millis(all[all.len().div_ceil(10) - 1]),
            sample: all.len() as u32,
        });
        prop_assert_eq!(learned_on(today, &spreads), expected);
        let before = assessed(&case, expected);
        spreads.insert(shift(today, outside), CycleSpread::new(changed.iter().map(|length| (Millis(*length), 1))));
        prop_assert_eq!(learned_on(today, &spreads), expected);
        prop_assert_eq!(assessed(&case, learned_on(today, &spreads)), before);
    }
}

/// What a day learned: from the dates D−30 … D−1.
fn learned_on(day: ProductionDay, spreads: &BTreeMap<ProductionDay, CycleSpread>) -> Option<Learned> {
    Learned::from_spreads(spreads.range(shift(day, -(LEARNED_OVER_DAYS as i64))..day).map(|(_, spread)| spread))
}

fn assessed(case: &Case, learned: Option<Learned>) -> Vec<Trs> {
    figures(&Case { learned, ..case.clone() })
}

proptest! {
    #[test]
    fn what_was_learned_counts_only_where_nothing_was_given(case in cases(Clock::Wild), cycle in 1i64..200_000) {
        let learned = Some(Learned { cycle: Millis(cycle), sample: 100 });
        for (with, without) in assessed(&case, learned).iter().zip(assessed(&case, None)) {
            prop_assert!(with.useful_missing == 0 && with.cycle_source <= without.cycle_source);
            prop_assert_eq!(with.cycle_source == CycleSource::Learned, without.cycle_source == CycleSource::None);
            if without.cycle_source != CycleSource::None {
                prop_assert_eq!(with, &without);
            }
        }
    }
}

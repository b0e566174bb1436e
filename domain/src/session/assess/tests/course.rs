//! In whatever steps a stream is derived, its figures are the same.

use super::random::{Case, Clock, cases};
use super::{days, derive, spread};
use crate::kpi::trs::Trs;
use crate::session::tests::version;
use crate::session::{
    Carry, Cycles, Day, Details, Keep, Session, SpreadBuilder, Walk, Walked, assess, fold, session_anomalies,
};
use crate::time::ProductionDay;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Derives each day by itself, carrying the state over.
fn day_by_day(case: &Case) -> Vec<(Session, Details, Trs)> {
    let lines = [version(&case.lines)];
    let status = |day: &Day| case.status(day.day(), day.files().is_empty());
    let (mut carry, mut sessions) = (Carry::default(), Vec::new());
    for day in days(case.days()) {
        let goes_on = case.lines.iter().any(|line| line.at >= case.zone.day(day).end());
        let step = fold(case.zone, day..=day, carry.clone(), &lines, &case.inputs, goes_on, status);
        carry = step.carries.values().next_back().cloned().unwrap_or(carry);
        sessions.extend(step.sessions.into_iter().map(|(session, details)| {
            let trs = assess(&session, case.zone, &case.inputs, case.learned);
            (session, details, trs)
        }));
    }
    sessions
}

/// Walks twice, first for the figures, then for the details, and takes these in parts of `size` lines.
fn in_parts(case: &Case, size: usize) -> Vec<(Session, Details, Trs)> {
    let versions = [version(&case.lines)];
    let status = |day: &Day| case.status(day.day(), day.files().is_empty());
    let walk = |keep, take: &mut dyn FnMut(&mut Walk<'_>, usize)| {
        let mut walk = Walk::new(case.zone, keep, Carry::default(), &case.inputs);
        for (index, placed) in crate::stream::merge(&versions).into_iter().enumerate() {
            let line = &case.lines[placed.line];
            walk.step(placed, line, crate::stream::source(&versions[0], line));
            take(&mut walk, index);
        }
        walk
    };
    let Walked { sessions, .. } = walk(Keep::Figures, &mut |_, _| {}).finish(case.days(), false, status);
    let mut parts: BTreeMap<ProductionDay, _> = sessions
        .iter()
        .map(|(session, _)| (session.day, (Cycles::new(session), SpreadBuilder::default(), Details::default())))
        .collect();
    let mut add = |day: ProductionDay, mut part: Details| {
        let (cycles, spread, details) = parts.get_mut(&day).unwrap();
        cycles.set(&mut part.pieces);
        spread.add(&part.pieces);
        details.pieces.extend(part.pieces);
        details.jobs.extend(part.jobs);
        details.anomalies.extend(part.anomalies);
    };
    let rest = walk(Keep::Details, &mut |walk, index| {
        if index % size == 0 {
            walk.take().into_iter().for_each(|(day, part)| add(day, part));
        }
    });
    rest.rest().into_iter().for_each(|(day, part)| add(day, part));
    let finish = |(session, nothing): (Session, Details)| {
        assert!(nothing.is_empty());
        let (_, gathered, mut details) = parts.remove(&session.day).unwrap();
        assert_eq!(gathered.build(), spread(&details));
        details.anomalies.extend(session_anomalies(&session));
        details.anomalies.sort_by_key(|anomaly| (anomaly.at, anomaly.kind, anomaly.source));
        let trs = assess(&session, case.zone, &case.inputs, case.learned);
        (session, details, trs)
    };
    sessions.into_iter().map(finish).collect()
}

proptest! {
    #[test]
    fn a_day_at_a_time_gives_the_same_figures(case in cases(Clock::WithinDays)) {
        prop_assert_eq!(day_by_day(&case), derive(&case));
    }

    #[test]
    fn walking_twice_in_parts_gives_the_same_figures(case in cases(Clock::Wild), size in 1usize..9) {
        prop_assert_eq!(in_parts(&case, size), derive(&case));
    }
}

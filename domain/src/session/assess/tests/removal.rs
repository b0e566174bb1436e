//! A figure never stands on surer ground for knowing less.

use super::derive;
use super::random::{Case, Clock, cases, cycles};
use crate::calendar::Calendars;
use crate::kpi::trs::{CalendarSource, QualitySource, Trs};
use crate::session::{Inputs, Session, StopPeriod};
use proptest::prelude::*;

/// The sessions of a case and those of another one of the same lines, by day; a day on which nothing came may lack there.
fn pairs(case: &Case, less: &Case) -> Vec<(Session, Trs, Trs)> {
    let less = derive(less);
    let pair = |(session, _, trs): (Session, _, Trs)| {
        let other = less.iter().find(|(other, ..)| other.day == session.day)?;
        Some((session, trs, other.2.clone()))
    };
    derive(case).into_iter().filter_map(pair).collect()
}

fn with(case: &Case, change: impl FnOnce(&mut Inputs)) -> Case {
    let mut less = case.clone();
    change(&mut less.inputs);
    less
}

fn no_surer(trs: &Trs, less: &Trs) -> Result<(), TestCaseError> {
    prop_assert!(less.cycle_source >= trs.cycle_source);
    prop_assert!(less.quality_source >= trs.quality_source);
    prop_assert!(less.calendar_source >= trs.calendar_source);
    prop_assert!(less.useful_missing >= trs.useful_missing && less.net_missing >= trs.net_missing);
    prop_assert!(trs.trs().is_some() || less.trs().is_none());
    Ok(())
}

proptest! {
    /// The word that none holds any more is no cycle: without it an older one would hold on.
    #[test]
    fn without_one_of_the_cycles_that_were_given(case in cases(Clock::Wild)) {
        for (place, _) in case.given.iter().enumerate().filter(|(_, (.., cycle))| cycle.is_some()) {
            let mut given = case.given.clone();
            given.remove(place);
            let less = with(&case, |inputs| inputs.cycles = cycles(&given));
            for (_, trs, less) in pairs(&case, &less) {
                no_surer(&trs, &less)?;
            }
        }
    }

    #[test]
    fn without_what_was_learned(case in cases(Clock::Wild)) {
        for (_, trs, less) in pairs(&case, &Case { learned: None, ..case.clone() }) {
            no_surer(&trs, &less)?;
        }
    }

    /// The calendar decides which pieces count. Without it all count but those in planned stops, so where one had no cycle
    /// it still has none; but where none counted, pieces do that may have surer cycles, and time that was not required is.
    /// Nor is a piece compared that was finished at the very instant at which the first event began a planned stop or the
    /// last one ended it: only with a calendar there is required time on the other side.
    #[test]
    fn without_the_calendar(case in cases(Clock::Wild)) {
        let less = with(&case, |inputs| inputs.calendars = Calendars::default());
        for (session, trs, less) in pairs(&case, &less) {
            prop_assert_eq!(less.calendar_source, CalendarSource::Observed);
            prop_assert_eq!(less.quality_source, trs.quality_source);
            let (active, required) = (session.active(), trs.required > crate::units::Millis::ZERO);
            let mut planned = session.stops.iter().filter(|stop| stop.is_planned()).map(StopPeriod::interval);
            if planned.any(|stop| stop.start() == active.start() || stop.end() == active.end()) || active.is_empty() {
                continue;
            }
            prop_assert!(less.useful_missing >= trs.useful_missing && less.net_missing >= trs.net_missing);
            if required && trs.trs().is_none() {
                prop_assert!(less.trs().is_none());
            }
            if trs.net > crate::units::Millis::ZERO || trs.net_missing > 0 {
                prop_assert!(less.cycle_source >= trs.cycle_source);
            }
        }
    }

    /// Scrap of a profile without a cycle is what useful time may be missing for: without it the figure is there, and says
    /// that all pieces are assumed to be good. Net time, and what it stands on, does not depend on scrap.
    #[test]
    fn without_scrap_only_its_own_cycles_are_needed_no_more(case in cases(Clock::Wild)) {
        let less = with(&case, |inputs| inputs.scrap.clear());
        for (session, trs, less) in pairs(&case, &less) {
            prop_assert_eq!(less.quality_source, QualitySource::Assumed);
            prop_assert_eq!(less.calendar_source, trs.calendar_source);
            prop_assert_eq!((less.net, less.net_missing, less.useful_missing), (trs.net, trs.net_missing, trs.net_missing));
            prop_assert!(less.useful_time() >= trs.useful_time());
            let declared = case.inputs.scrap.get(&session.day).map(Vec::as_slice).unwrap_or_default();
            if declared.iter().all(|scrap| scrap.reference.is_none()) {
                prop_assert_eq!((less.cycle_source, less.useful_missing), (trs.cycle_source, trs.useful_missing));
            }
        }
    }
}

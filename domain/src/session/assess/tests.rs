//! The figures of sessions, over random streams and inputs and by hand.

mod by_hand;
mod course;
mod grid;
mod laws;
mod random;
mod removal;

use super::*;
use crate::session::tests::version;
use crate::session::{Carry, Details, SpreadBuilder, fold};
use crate::time::ProductionDay;
use random::Case;
use std::ops::RangeInclusive;

/// All that the lines of a case give, with a net cycle time learned elsewhere.
fn derive(case: &Case) -> Vec<(Session, Details, Trs)> {
    let lines = [version(&case.lines)];
    let status = |day: &crate::session::Day| case.status(day.day(), day.files().is_empty());
    let derived = fold(case.zone, case.days(), Carry::default(), &lines, &case.inputs, false, status);
    let assessed = |(session, details)| {
        let trs = assess(&session, case.zone, &case.inputs, case.learned);
        (session, details, trs)
    };
    derived.sessions.into_iter().map(assessed).collect()
}

fn figures(case: &Case) -> Vec<Trs> {
    derive(case).into_iter().map(|(.., trs)| trs).collect()
}

fn spread(details: &Details) -> CycleSpread {
    let mut builder = SpreadBuilder::default();
    builder.add(&details.pieces);
    builder.build()
}

fn days(days: RangeInclusive<ProductionDay>) -> impl Iterator<Item = ProductionDay> {
    std::iter::successors(Some(*days.start()), |day| Some(day.next())).take_while(move |day| day <= days.end())
}

/// Whether two sums of milliseconds are the same but for rounding.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

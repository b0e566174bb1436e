//! The TRS of a session.

use super::{Inputs, Session, SessionStatus, StopPeriod, stop_set, wait_set};
use crate::interval::{Interval, IntervalSet};
use crate::kpi::reference_cycle::{CycleSource, CycleSpread, Learned};
use crate::kpi::tally::Given;
use crate::kpi::trs::{CalendarSource, Lost, QualitySource, Trs};
use crate::time::PlantZone;
use crate::units::Millis;
use std::collections::BTreeMap;

/// The figures of a session that follow from what people decided, too.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The TRS and its times.
    pub trs: Trs,
    /// The net cycle times of its pieces, that later days learn from.
    pub cycles: CycleSpread,
    /// What was learned from the days before it.
    pub learned: Option<Learned>,
}

/// Where the time of a production day goes, before any piece is looked at.
struct Day {
    bounds: Interval,
    opening: IntervalSet,
    required: IntervalSet,
    planned_stops: u32,
    source: CalendarSource,
}

impl Day {
    fn of(session: &Session, zone: PlantZone, inputs: &Inputs) -> Self {
        let whole = zone.day(session.day);
        let bounds = match session.last_event {
            Some(last) if session.status == SessionStatus::Open => Interval::new(whole.start(), last),
            _ => whole,
        };
        let (opening, breaks, source) = match inputs.calendars.hours(zone, session.day) {
            Some(hours) => (hours.opening.clip(bounds), hours.planned, CalendarSource::Configured),
            None => (session.active().into(), Vec::new(), CalendarSource::Observed),
        };
        let planned: Vec<Interval> = breaks
            .into_iter()
            .chain(session.stops.iter().filter(|stop| stop.is_planned()).map(StopPeriod::interval))
            .collect();
        let planned_stops = planned.iter().filter(|stop| opening.overlaps(**stop)).count() as u32;
        let required = opening.difference(&planned.into_iter().collect());
        Self { bounds, opening, required, planned_stops, source }
    }
}

/// The TRS of a session, with what was learned from the days before it.
pub fn assess(session: &Session, zone: PlantZone, inputs: &Inputs, learned: Option<Learned>) -> Trs {
    let day = Day::of(session, zone, inputs);
    let (stops, reasons) = stopped(&session.stops, &day.required);
    let working = day.required.difference(&stop_set(&session.stops));
    let waiting = wait_set(&session.waits).intersection(&working);
    let waits = Lost {
        time: waiting.length(),
        occurrences: session.waits.iter().filter(|wait| working.overlaps(wait.interval)).count() as u32,
    };
    let operating = day.required.length() - stops.time - waits.time;
    let production = Production::of(session, inputs, learned, &day.required);
    let net = production.net.unwrap_or_default();
    let slow = production.net.map_or(Millis::ZERO, |net| (operating - net).at_least_zero());
    let scrap_time = production.scrap.unwrap_or_default();
    Trs {
        sessions: 1,
        net_missing: u32::from(production.net.is_none()),
        useful_missing: u32::from(production.scrap.is_none()),
        total: day.bounds.length(),
        opening: day.opening.length(),
        required: day.required.length(),
        operating,
        net,
        scrap_time,
        planned_stops: day.planned_stops,
        stops,
        reasons,
        waits,
        slow,
        scrap_loss: scrap_time.min(operating.0 as f64),
        scrap_pieces: production.scrap_pieces,
        cycle_source: production.source,
        quality_source: production.quality,
        calendar_source: day.source,
    }
}

/// The unplanned stops in required time, and the part of them that has a reason, by its code. Where two overlap, for the clock
/// went back, the earlier one counts.
fn stopped(stops: &[StopPeriod], required: &IntervalSet) -> (Lost, BTreeMap<String, Lost>) {
    let (mut all, mut reasons) = (Lost::default(), BTreeMap::<String, Lost>::new());
    let mut counted = None;
    for stop in stops.iter().filter(|stop| !stop.is_planned()) {
        let interval = stop.interval();
        let rest = Interval::new(counted.map_or(interval.start(), |end| interval.start().max(end)), interval.end());
        counted = counted.max(Some(interval.end()));
        let lost = Lost { time: required.clip(rest).length(), occurrences: u32::from(required.overlaps(interval)) };
        all.add(lost);
        if let Some(qualification) = stop.qualification.as_ref().filter(|_| lost.occurrences > 0) {
            reasons.entry(qualification.reason.clone()).or_default().add(lost);
        }
    }
    (all, reasons)
}

/// What the pieces of a session were worth.
struct Production {
    /// TN; nothing when a counted piece has no reference cycle time.
    net: Option<Millis>,
    /// TN − TU in milliseconds; nothing when either is not known.
    scrap: Option<f64>,
    scrap_pieces: u32,
    source: CycleSource,
    quality: QualitySource,
}

impl Production {
    fn of(session: &Session, inputs: &Inputs, learned: Option<Learned>, required: &IntervalSet) -> Self {
        let or_learned = |given: Given| given.or(learned.map(|learned| (learned.cycle, CycleSource::Learned)));
        let (mut net, mut pieces) = (Some(Millis::ZERO), 0_u32);
        let mut source = CycleSource::Profile;
        for (given, count) in session.tally.inside(required) {
            let cycle = or_learned(given);
            source = source.max(cycle.map_or(CycleSource::None, |(_, source)| source));
            net = net.zip(cycle).map(|(sum, (cycle, _))| sum + Millis(cycle.0.saturating_mul(i64::from(count))));
            pieces += count;
        }
        if pieces == 0 {
            // None was used: the one that a piece without a reference would have had.
            source = or_learned(inputs.cycles.on(session.day, None)).map_or(CycleSource::None, |(_, source)| source);
        }
        let declared = inputs.scrap.get(&session.day).map(Vec::as_slice).unwrap_or_default();
        let mut scrap = Some(0.0);
        for one in declared {
            let cycle = match &one.reference {
                Some(reference) => {
                    let cycle = or_learned(inputs.cycles.on(session.day, Some(reference)));
                    source = source.max(cycle.map_or(CycleSource::None, |(_, source)| source));
                    cycle.map(|(cycle, _)| cycle.0 as f64)
                }
                None if pieces == 0 => Some(0.0),
                None => net.map(|net| net.0 as f64 / f64::from(pieces)),
            };
            scrap = scrap.zip(cycle).map(|(sum, cycle)| sum + cycle * f64::from(one.pieces));
        }
        Self {
            net,
            scrap: scrap.zip(net).map(|(scrap, net)| scrap.min(net.0 as f64)),
            scrap_pieces: declared.iter().map(|one| one.pieces).sum(),
            source,
            quality: if declared.is_empty() { QualitySource::Assumed } else { QualitySource::Declared },
        }
    }
}

#[cfg(test)]
mod tests;

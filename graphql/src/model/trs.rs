//! The TRS and the ledger.

use super::{CalendarSource, CycleSource, QualitySource, StopReason, TimeKind};
use crate::scalar::int;
use async_graphql::SimpleObject;
use atelier_domain::kpi::losses;
use atelier_domain::kpi::trs;
use std::collections::HashMap;
use std::sync::Arc;

/// Milliseconds in seconds.
fn seconds(millis: f64) -> f64 {
    millis / 1_000.0
}

/// The TRS after NF E 60-182 (the OEE of ISO 22400-2), and the times and rates it is made of. Over several sessions times are
/// summed and rates are ratios of the sums. While a session is open, everything is cut at its last event.
#[derive(SimpleObject)]
#[expect(clippy::struct_field_names, reason = "the contract calls the figure as the type")]
pub(crate) struct Trs {
    /// TRS = TU / TR, as a fraction; null when TR is 0 or TU is null. It is availability × performance × quality where all of
    /// these exist, and exceeds 1 when the reference cycle time is too long.
    trs: Option<f64>,
    /// TRG = TU / TO, as a fraction; null when TO is 0 or TU is null.
    trg: Option<f64>,
    /// TRE = TU / TT, as a fraction; null when TT is 0 or TU is null.
    tre: Option<f64>,
    /// DO = TF / TR, as a fraction; null when TR is 0.
    availability: Option<f64>,
    /// TP = TN / TF, as a fraction; null when TF is 0 or TN is null.
    performance: Option<f64>,
    /// TQ = TU / TN, as a fraction; 1 where no scrap was declared; null when TN is 0 or either is null.
    quality: Option<f64>,
    /// TT, total time, in seconds: the production day, of 23, 24 or 25 hours.
    total_seconds: f64,
    /// TO, opening time, in seconds: the calendar's opening hours; without a calendar from the first event to the last.
    opening_seconds: f64,
    /// TR, required time, in seconds: opening time less planned stops.
    required_seconds: f64,
    /// TF, operating time, in seconds: required time less the unplanned stops and the waits in it.
    operating_seconds: f64,
    /// TN, net time, in seconds: the reference cycle times of the pieces finished in required time; null when one has none.
    net_seconds: Option<f64>,
    /// TU, useful time, in seconds: net time less the reference cycle times of scrap; null when one of them has none.
    useful_seconds: Option<f64>,
    /// The least sure source of the reference cycle times that were used.
    cycle_source: CycleSource,
    /// Whether scrap was declared.
    quality_source: QualitySource,
    /// Where opening time comes from.
    calendar_source: CalendarSource,
    /// Why `trs` is null; null when it is not.
    missing: Option<String>,
}

impl From<&trs::Trs> for Trs {
    fn from(trs: &trs::Trs) -> Self {
        Self {
            trs: trs.trs(),
            trg: trs.trg(),
            tre: trs.tre(),
            availability: trs.availability(),
            performance: trs.performance(),
            quality: trs.quality(),
            total_seconds: trs.total.seconds(),
            opening_seconds: trs.opening.seconds(),
            required_seconds: trs.required.seconds(),
            operating_seconds: trs.operating.seconds(),
            net_seconds: trs.net_time().map(seconds),
            useful_seconds: trs.useful_time().map(seconds),
            cycle_source: if trs.sessions == 0 { CycleSource::None } else { trs.cycle_source.into() },
            quality_source: if trs.sessions == 0 { QualitySource::Assumed } else { trs.quality_source.into() },
            calendar_source: if trs.sessions == 0 { CalendarSource::Observed } else { trs.calendar_source.into() },
            missing: trs.missing(),
        }
    }
}

/// A part of opening time; all parts of a ledger add up to it.
#[derive(SimpleObject)]
pub(crate) struct TimeShare {
    /// What became of it.
    kind: TimeKind,
    /// The reason of stops that have one; null for all else, and for stops that nobody qualified.
    reason: Option<StopReason>,
    /// How long, in seconds.
    seconds: f64,
    /// Over opening time, as a fraction.
    share: f64,
    /// How many planned stops, stops, waits or pieces of scrap; 0 for `RUNNING` and `SLOW_RUNNING`, which are not counted.
    occurrences: i32,
}

/// Reasons of stops by code.
pub(crate) type Reasons = Arc<HashMap<String, StopReason>>;

/// The parts, with their reasons.
pub(crate) fn time_shares(parts: Vec<losses::TimeShare>, reasons: &Reasons) -> Vec<TimeShare> {
    let share = |part: losses::TimeShare| TimeShare {
        kind: part.kind.into(),
        reason: part.reason.and_then(|code| reasons.get(&code).cloned()),
        seconds: seconds(part.time),
        share: part.share,
        occurrences: int(part.occurrences),
    };
    parts.into_iter().map(share).collect()
}

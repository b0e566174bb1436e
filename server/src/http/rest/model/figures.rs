//! Observed production, the TRS and the ledger.

use super::{CalendarSource, CycleSource, QualitySource, TimeKind};
use atelier_application::ports::decisions;
use atelier_domain::kpi::{losses, observed, trs};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// Times over the production span, from the first piece to the last, as the machine's log shows them. Each instant counts
/// once: stopped, else waiting, else effective.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ObservedProduction {
    /// From the first piece to the last, in seconds; 0 with fewer than two pieces.
    pub(crate) span_seconds: f64,
    /// Waiting and not stopped within the span, in seconds.
    pub(crate) wait_seconds: f64,
    /// Stopped within the span, in seconds.
    pub(crate) stop_seconds: f64,
    /// The span less waits and stops, in seconds; never negative.
    pub(crate) effective_seconds: f64,
    /// Effective time over the span, as a fraction; null when the span is 0. With the two rates below it adds up to 1.
    pub(crate) occupancy_rate: Option<f64>,
    /// Wait time over the span, as a fraction; null when the span is 0.
    pub(crate) wait_rate: Option<f64>,
    /// Stop time over the span, as a fraction; null when the span is 0.
    pub(crate) stop_rate: Option<f64>,
    /// Pieces over the span in hours; null when the span is 0.
    pub(crate) pieces_per_hour: Option<f64>,
}

impl From<observed::ObservedProduction> for ObservedProduction {
    fn from(observed: observed::ObservedProduction) -> Self {
        Self {
            span_seconds: observed.span.seconds(),
            wait_seconds: observed.wait.seconds(),
            stop_seconds: observed.stop.seconds(),
            effective_seconds: observed.effective().seconds(),
            occupancy_rate: observed.occupancy_rate(),
            wait_rate: observed.wait_rate(),
            stop_rate: observed.stop_rate(),
            pieces_per_hour: observed.pieces_per_hour(),
        }
    }
}

/// The TRS after NF E 60-182 (the OEE of ISO 22400-2), and the times and rates it is made of. Over several sessions times are
/// summed and rates are ratios of the sums. While a session is open, everything is cut at its last event.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the contract calls the figure as the type")]
pub(crate) struct Trs {
    /// TRS = TU / TR, as a fraction; null when TR is 0 or TU is null. It is availability × performance × quality where all of
    /// these exist, and exceeds 1 when the reference cycle time is too long.
    pub(crate) trs: Option<f64>,
    /// TRG = TU / TO, as a fraction; null when TO is 0 or TU is null.
    pub(crate) trg: Option<f64>,
    /// TRE = TU / TT, as a fraction; null when TT is 0 or TU is null.
    pub(crate) tre: Option<f64>,
    /// DO = TF / TR, as a fraction; null when TR is 0.
    pub(crate) availability: Option<f64>,
    /// TP = TN / TF, as a fraction; null when TF is 0 or TN is null.
    pub(crate) performance: Option<f64>,
    /// TQ = TU / TN, as a fraction; 1 where no scrap was declared; null when TN is 0 or either is null.
    pub(crate) quality: Option<f64>,
    /// TT, total time, in seconds: the production day, of 23, 24 or 25 hours.
    pub(crate) total_seconds: f64,
    /// TO, opening time, in seconds: the calendar's opening hours; without a calendar from the first event to the last.
    pub(crate) opening_seconds: f64,
    /// TR, required time, in seconds: opening time less planned stops.
    pub(crate) required_seconds: f64,
    /// TF, operating time, in seconds: required time less the unplanned stops and the waits in it.
    pub(crate) operating_seconds: f64,
    /// TN, net time, in seconds: the reference cycle times of the pieces finished in required time; null when one has none.
    pub(crate) net_seconds: Option<f64>,
    /// TU, useful time, in seconds: net time less the reference cycle times of scrap; null when one of them has none.
    pub(crate) useful_seconds: Option<f64>,
    /// The least sure source of the reference cycle times that were used.
    pub(crate) cycle_source: CycleSource,
    /// Whether scrap was declared.
    pub(crate) quality_source: QualitySource,
    /// Where opening time comes from.
    pub(crate) calendar_source: CalendarSource,
    /// Why `trs` is null, as a sentence; null when it is not.
    pub(crate) missing: Option<String>,
}

impl From<&trs::Trs> for Trs {
    fn from(trs: &trs::Trs) -> Self {
        // The sum of no sessions is told as one of which nothing is known.
        let none = trs.sessions == 0;
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
            cycle_source: if none { CycleSource::None } else { trs.cycle_source.into() },
            quality_source: if none { QualitySource::Assumed } else { trs.quality_source.into() },
            calendar_source: if none { CalendarSource::Observed } else { trs.calendar_source.into() },
            missing: trs.missing(),
        }
    }
}

/// Milliseconds in seconds.
pub(super) fn seconds(millis: f64) -> f64 {
    millis / 1_000.0
}

/// A part of opening time; all parts of a ledger add up to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
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
    occurrences: u32,
}

/// Why machines stop.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StopReason {
    /// Its code. Unique.
    code: String,
    /// What people read.
    label: String,
    /// Whether such stops are planned: they are no part of required time.
    planned: bool,
    /// Whether it is offered.
    active: bool,
}

impl From<decisions::StopReason> for StopReason {
    fn from(reason: decisions::StopReason) -> Self {
        let decisions::StopReason { code, label, planned, active } = reason;
        Self { code, label, planned, active }
    }
}

/// The parts, with their reasons out of those there are.
pub(crate) fn time_shares(parts: Vec<losses::TimeShare>, reasons: &HashMap<String, StopReason>) -> Vec<TimeShare> {
    let share = |part: losses::TimeShare| TimeShare {
        kind: part.kind.into(),
        reason: part.reason.and_then(|code| reasons.get(&code).cloned()),
        seconds: seconds(part.time),
        share: part.share,
        occurrences: part.occurrences,
    };
    parts.into_iter().map(share).collect()
}

//! Observed production.

use async_graphql::SimpleObject;
use atelier_domain::kpi::observed;

/// Times over the production span, from the first piece to the last, as the machine's log shows them. Each instant counts
/// once: stopped, else waiting, else effective.
#[derive(SimpleObject)]
pub(crate) struct ObservedProduction {
    /// From the first piece to the last, in seconds; 0 with fewer than two pieces.
    span_seconds: f64,
    /// Waiting and not stopped within the span, in seconds.
    wait_seconds: f64,
    /// Stopped within the span, in seconds.
    stop_seconds: f64,
    /// The span less waits and stops, in seconds; never negative.
    effective_seconds: f64,
    /// Effective time over the span, as a fraction; null when the span is 0. With the two rates below it adds up to 1.
    occupancy_rate: Option<f64>,
    /// Wait time over the span, as a fraction; null when the span is 0.
    wait_rate: Option<f64>,
    /// Stop time over the span, as a fraction; null when the span is 0.
    stop_rate: Option<f64>,
    /// Pieces over the span in hours; null when the span is 0.
    pieces_per_hour: Option<f64>,
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

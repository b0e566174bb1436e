//! Observed production: the figures of the replaced system, made consistent.

use crate::interval::{Interval, IntervalSet};
use crate::units::Millis;

/// Times over P = [first piece, last piece]. Each instant of P counts once: stopped, else waiting, else effective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ObservedProduction {
    /// Pieces finished.
    pub pieces: u32,
    /// |P|.
    pub span: Millis,
    /// |(waits \ stops) ∩ P|.
    pub wait: Millis,
    /// |stops ∩ P|.
    pub stop: Millis,
}

impl ObservedProduction {
    /// Over `span` (nothing without a piece), with the unions of a session's stops and waits.
    pub fn new(pieces: u32, span: Option<Interval>, stops: &IntervalSet, waits: &IntervalSet) -> Self {
        let Some(span) = span else { return Self { pieces, ..Self::default() } };
        let stopped = stops.clip(span);
        let waiting = waits.clip(span).difference(&stopped);
        Self { pieces, span: span.length(), wait: waiting.length(), stop: stopped.length() }
    }

    /// span − wait − stop: never negative, for the parts are disjoint parts of the span.
    pub fn effective(&self) -> Millis {
        self.span - self.wait - self.stop
    }

    /// Effective time over the span; nothing when the span is 0. With the two below it adds up to 1.
    pub fn occupancy_rate(&self) -> Option<f64> {
        self.effective().ratio(self.span)
    }

    /// Wait time over the span; nothing when the span is 0.
    pub fn wait_rate(&self) -> Option<f64> {
        self.wait.ratio(self.span)
    }

    /// Stop time over the span; nothing when the span is 0.
    pub fn stop_rate(&self) -> Option<f64> {
        self.stop.ratio(self.span)
    }

    /// Pieces over the span in hours; nothing when the span is 0.
    pub fn pieces_per_hour(&self) -> Option<f64> {
        (self.span != Millis::ZERO).then(|| f64::from(self.pieces) / self.span.hours())
    }
}

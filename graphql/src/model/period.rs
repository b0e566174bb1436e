//! Waits and stops.

use super::{LogLine, StopReason, Traced};
use crate::emit::leaf;
use crate::scalar::DateTime;
use async_graphql::ID;
use atelier_application::ports::sessions::{StoredStop, StoredWait};

leaf! {
    /// A stretch of time in which the machine waited, as logged, clipped to its production day.
    WaitPeriod as "WaitPeriod" (wait: Traced<StoredWait>) {
        /// Its identifier.
        id "id": ID = wait.fact.id.into();
        /// When it began.
        started_at "startedAt": DateTime = DateTime(wait.fact.interval.start());
        /// When it ended.
        ended_at "endedAt": DateTime = DateTime(wait.fact.interval.end());
        /// Its clipped length, in seconds.
        duration_seconds "durationSeconds": f64 = wait.fact.interval.length().seconds();
        /// The line that it was read from; null when that is not stored any more.
        source "source": Option<LogLine> = wait.line.clone();
    }
}

/// A stop with its reason, where that was asked for.
#[derive(Clone)]
pub(crate) struct Stop {
    pub(crate) traced: Traced<StoredStop>,
    pub(crate) reason: Option<StopReason>,
}

leaf! {
    /// A stretch of time in which the operator had stopped the machine, clipped to its session's window.
    StopPeriod as "StopPeriod" (stop: Stop) {
        /// Its identifier.
        id "id": ID = stop.traced.fact.id.into();
        /// When it began, in this session.
        started_at "startedAt": DateTime = DateTime(stop.traced.fact.start);
        /// When it ended, in this session; null while it lasts.
        ended_at "endedAt": Option<DateTime> = stop.traced.fact.end.map(DateTime);
        /// Its clipped length, in seconds; of one that lasts, up to the session's last event.
        duration_seconds "durationSeconds": f64 = stop.traced.fact.length.seconds();
        /// Whether it still lasts.
        ongoing "ongoing": bool = stop.traced.fact.end.is_none();
        /// Why it was; null when nobody said so.
        reason "reason": Option<StopReason> = stop.reason.clone();
        /// What was said about it; null when nothing was.
        comment "comment": Option<String> = stop.traced.fact.comment.clone();
        /// The line that it was read from; null when that is not stored any more.
        source "source": Option<LogLine> = stop.traced.line.clone();
    }
}

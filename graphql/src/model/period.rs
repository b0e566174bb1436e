//! Waits and stops.

use super::{LogLine, Traced};
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

leaf! {
    /// A stretch of time in which the operator had stopped the machine, clipped to its session's window.
    StopPeriod as "StopPeriod" (stop: Traced<StoredStop>) {
        /// Its identifier.
        id "id": ID = stop.fact.id.into();
        /// When it began, in this session.
        started_at "startedAt": DateTime = DateTime(stop.fact.start);
        /// When it ended, in this session; null while it lasts.
        ended_at "endedAt": Option<DateTime> = stop.fact.end.map(DateTime);
        /// Its clipped length, in seconds; of one that lasts, up to the session's last event.
        duration_seconds "durationSeconds": f64 = stop.fact.length.seconds();
        /// Whether it still lasts.
        ongoing "ongoing": bool = stop.fact.end.is_none();
        /// The line that it was read from; null when that is not stored any more.
        source "source": Option<LogLine> = stop.line.clone();
    }
}

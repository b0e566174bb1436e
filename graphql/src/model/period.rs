//! Waits and stops.

use crate::emit::leaf;
use crate::scalar::DateTime;
use async_graphql::ID;
use atelier_application::ports::sessions::{StoredStop, StoredWait};

leaf! {
    /// A stretch of time in which the machine waited, as logged, clipped to its production day.
    WaitPeriod as "WaitPeriod" (wait: StoredWait) {
        /// Its identifier.
        id "id": ID = wait.id.into();
        /// When it began.
        started_at "startedAt": DateTime = DateTime(wait.interval.start());
        /// When it ended.
        ended_at "endedAt": DateTime = DateTime(wait.interval.end());
        /// Its clipped length, in seconds.
        duration_seconds "durationSeconds": f64 = wait.interval.length().seconds();
    }
}

leaf! {
    /// A stretch of time in which the operator had stopped the machine, clipped to its session's window.
    StopPeriod as "StopPeriod" (stop: StoredStop) {
        /// Its identifier.
        id "id": ID = stop.id.into();
        /// When it began, in this session.
        started_at "startedAt": DateTime = DateTime(stop.start);
        /// When it ended, in this session; null while it lasts.
        ended_at "endedAt": Option<DateTime> = stop.end.map(DateTime);
        /// Its clipped length, in seconds; of one that lasts, up to the session's last event.
        duration_seconds "durationSeconds": f64 = stop.length.seconds();
        /// Whether it still lasts.
        ongoing "ongoing": bool = stop.end.is_none();
    }
}

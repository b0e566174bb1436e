//! The day as one strip.

use super::MachineState;
use crate::emit::leaf;
use crate::scalar::{DateTime, int};
use atelier_domain::session;

leaf! {
    /// A stretch of a session in which the machine did one thing.
    TimelineInterval as "TimelineInterval" (part: session::TimelineInterval) {
        /// What it did: `RUNNING`, `WAITING` or `STOPPED`.
        state "state": MachineState = part.state.into();
        /// When it began.
        started_at "startedAt": DateTime = DateTime(part.interval.start());
        /// When the next one begins; of the last one, the session's last event.
        ended_at "endedAt": DateTime = DateTime(part.interval.end());
        /// How many pieces were finished meanwhile. A piece on a boundary belongs to the interval that begins there.
        pieces "pieces": i32 = int(part.pieces);
    }
}

//! Profile bars.

use super::LogLine;
use crate::emit::leaf;
use crate::loader::Lines;
use crate::scalar::{DateTime, int};
use async_graphql::ID;
use atelier_application::ports::sessions::StoredJob;
use atelier_domain::ids::JobId;
use std::collections::HashMap;

/// A bar, and the number of pieces that came from it and its line, where those were asked for.
#[derive(Clone)]
pub(crate) struct CountedJob {
    job: StoredJob,
    pieces: u64,
    line: Option<LogLine>,
}

leaf! {
    /// A profile bar loaded in a session.
    Job as "Job" (bar: CountedJob) {
        /// Its identifier.
        id "id": ID = bar.job.id.into();
        /// The profile's reference.
        reference "reference": String = bar.job.reference.clone();
        /// Its length, in mm; null when the machine wrote none that can be read.
        length_mm "lengthMm": Option<f64> = bar.job.length_mm;
        /// Its colour, such as `7016 G ALU`; null when the machine wrote none.
        colour "colour": Option<String> = bar.job.colour.clone();
        /// When it was loaded.
        started_at "startedAt": DateTime = DateTime(bar.job.started_at);
        /// How many pieces came from it, also in later sessions.
        pieces "pieces": i32 = int(bar.pieces);
        /// The line that it was read from; null when that is not stored any more.
        source "source": Option<LogLine> = bar.line.clone();
    }
}

impl Job {
    /// A bar with the pieces that other sessions cut from it, and its line.
    pub(crate) fn new(job: StoredJob, carried: &HashMap<JobId, u64>, lines: &Lines) -> Self {
        let line = lines.of(job.source);
        let pieces = u64::from(job.own_pieces) + carried.get(&job.id).copied().unwrap_or(0);
        Self(CountedJob { job, pieces, line })
    }
}

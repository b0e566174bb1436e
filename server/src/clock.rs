//! The one place that asks the computer what time it is.

use atelier_application::ports::clock::Clock;
use atelier_domain::time::Instant;
use chrono::{DateTime, Utc};

/// The computer's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl SystemClock {
    /// Now, in UTC.
    #[allow(clippy::disallowed_methods, reason = "the only clock of the program; all else takes it as an argument")]
    pub(crate) fn utc() -> DateTime<Utc> {
        Utc::now()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Self::utc().into()
    }
}

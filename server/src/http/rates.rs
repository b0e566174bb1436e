//! How often somebody may ask: so many times at once, then so many times a second.

use crate::config::Rate;
use atelier_application::auth::network;
use atelier_application::error::AppError;
use atelier_domain::ids::UserId;
use atelier_graphql::Caller;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

/// Who has asked nothing for a while is forgotten so often.
const FORGETTING: Duration = Duration::from_mins(1);

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Asker {
    /// Those of a user, whatever the token: whoever makes many may not ask more often.
    User(UserId),
    /// Those that prove nobody, by where they come from.
    From(Option<IpAddr>),
}

impl Asker {
    fn of(caller: &Caller, from: Option<IpAddr>) -> Self {
        match caller {
            Caller::Known(subject) => Self::User(subject.user),
            Caller::Anonymous | Caller::Refused(_) => Self::From(from.map(network)),
        }
    }
}

/// What each has asked of late. Clones share it.
#[derive(Clone)]
pub(crate) struct Rates(Arc<DefaultKeyedRateLimiter<Asker>>);

/// Somebody asked too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Too many requests: try again in {seconds} s.")]
pub(super) struct TooMany {
    /// When to come back, in whole seconds.
    pub(super) seconds: u64,
}

impl From<TooMany> for AppError {
    fn from(too_many: TooMany) -> Self {
        Self::RateLimited { message: too_many.to_string(), after: Some(too_many.seconds) }
    }
}

impl Rates {
    /// Those that are allowed.
    pub(crate) fn new(rate: Rate) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.at_once);
        Self(Arc::new(DefaultKeyedRateLimiter::keyed(quota)))
    }

    /// Counts requests.
    pub(super) fn charge(&self, caller: &Caller, from: Option<IpAddr>, requests: usize) -> Result<(), TooMany> {
        let Some(requests) = u32::try_from(requests).ok().and_then(NonZeroU32::new) else { return Ok(()) };
        match self.0.check_key_n(&Asker::of(caller, from), requests) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(refused)) => {
                let wait = refused.wait_time_from(DefaultClock::default().now());
                Err(TooMany { seconds: wait.as_secs() + 1 })
            }
            // More than are ever allowed at once; the configuration lets no batch be so large.
            Err(_) => Err(TooMany { seconds: 1 }),
        }
    }

    /// Forgets who has asked nothing for a while, until stopped.
    pub(super) async fn forget(self, stopping: CancellationToken) {
        let mut ticks = interval(FORGETTING);
        while stopping.run_until_cancelled(ticks.tick()).await.is_some() {
            self.0.retain_recent();
            self.0.shrink_to_fit();
        }
    }
}

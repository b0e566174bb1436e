//! What connections that stay open have in common, sockets and event streams, and how many of them somebody has.

use async_graphql::{Data, Executor, Request, Response};
use atelier_application::ports::clock::Clock;
use atelier_application::ports::identity::Subject;
use atelier_domain::ids::UserId;
use atelier_graphql::{Caller, Origin};
use futures_util::StreamExt as _;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::task::AbortOnDropHandle;

/// It is asked so often whether the user still may ask.
pub(super) const STANDING: Duration = Duration::from_secs(1);
/// A client that takes nothing for so long is cut, so that nothing piles up for it.
pub(super) const SLOW: Duration = Duration::from_secs(10);
/// What ends so shortly before a token ends because of it.
const AT_ONCE: Duration = Duration::from_millis(100);

/// Ticks, the first after one period.
pub(super) fn every(period: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// When the token ends that proves a subject.
pub(super) fn deadline(subject: &Subject, clock: &dyn Clock) -> Instant {
    let left = (subject.expires_at - clock.now()).at_least_zero();
    Instant::now() + Duration::from_millis(left.0.unsigned_abs())
}

/// Whether what ends now ends with its token: a subscription may be a moment earlier than we.
pub(super) fn ends_with_its_token(deadline: Instant) -> bool {
    Instant::now() + AT_ONCE >= deadline
}

/// What operations of a subject know of who asks, and from where.
pub(super) fn session(subject: Subject, origin: Option<Origin>) -> Arc<Data> {
    let mut session = Data::default();
    session.insert(Caller::Known(subject));
    if let Some(origin) = origin {
        session.insert(origin);
    }
    Arc::new(session)
}

/// The results of an operation that runs by itself; one waits to be taken, and then the operation does.
pub(super) fn results<E: Executor>(
    request: Request,
    executor: &E,
    session: Arc<Data>,
    runtime: &Handle,
) -> (mpsc::Receiver<Response>, AbortOnDropHandle<()>) {
    let (sender, receiver) = mpsc::channel(1);
    let executor = executor.clone();
    let task = runtime.spawn(async move {
        let mut results = executor.execute_stream(request, Some(session));
        while let Some(response) = results.next().await {
            if sender.send(response).await.is_err() {
                return;
            }
        }
    });
    (receiver, AbortOnDropHandle::new(task))
}

/// The open ones of each user. Clones share them.
#[derive(Clone)]
pub(crate) struct Connections {
    open: Arc<Mutex<HashMap<UserId, usize>>>,
    most: usize,
}

/// An open one; dropping it counts it no longer.
pub(super) struct Open {
    connections: Connections,
    user: UserId,
}

impl Connections {
    /// At most so many of a user.
    pub(crate) fn new(most: usize) -> Self {
        Self { open: Arc::default(), most }
    }

    /// Counts one more; in words why not.
    pub(super) fn open(&self, user: UserId) -> Result<Open, String> {
        let mut open = self.lock();
        let count = open.entry(user).or_default();
        if *count >= self.most {
            return Err(format!("You have {} connections already: close one first.", self.most));
        }
        *count += 1;
        drop(open);
        Ok(Open { connections: self.clone(), user })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        if let Some(count) = open.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

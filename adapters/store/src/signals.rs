//! Hearing of commits: PostgreSQL's `LISTEN`. SQLite has no such thing.

use crate::Store;
use atelier_application::ports::signals::CommitSignals;
use futures_util::StreamExt as _;
use futures_util::stream::{BoxStream, unfold};
use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// What a unit of work that changes sessions notifies.
pub(crate) const CHANNEL: &str = "atelier_revision";

/// A connection may take so long to be made, or to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A connection on which nothing came for so long is asked whether it still lives: a network may forget it silently.
const QUIET: Duration = Duration::from_secs(30);
/// The pause before a lost connection is made anew, at first …
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// … and at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl CommitSignals for Store {
    fn signals(&self) -> Option<BoxStream<'static, ()>> {
        let ear = Ear::new(self.server.as_deref()?);
        Some(unfold(ear, async |mut ear| Some((ear.hear().await, ear))).boxed())
    }
}

/// A connection of its own that listens, and is made anew when it is lost.
struct Ear {
    server: PgConnectOptions,
    listener: Option<PgListener>,
    pause: Duration,
    failing: bool,
}

impl Ear {
    fn new(server: &PgConnectOptions) -> Self {
        Self { server: server.clone(), listener: None, pause: Duration::ZERO, failing: false }
    }

    /// Returns at the next notice, and once after each connection: what was committed before it was not heard.
    async fn hear(&mut self) {
        loop {
            let Some(listener) = &mut self.listener else {
                sleep(self.pause).await;
                self.pause = (self.pause * 4).clamp(FIRST_PAUSE, LONGEST_PAUSE);
                match self.connect().await {
                    Ok(listener) => {
                        self.listener = Some(listener);
                        self.tell(None);
                        return;
                    }
                    Err(cause) => self.tell(Some(&cause)),
                }
                continue;
            };
            let lost = match timeout(QUIET, listener.try_recv()).await {
                Ok(Ok(Some(_))) => {
                    self.pause = Duration::ZERO;
                    return;
                }
                Ok(Ok(None)) => None,
                Ok(Err(cause)) => Some(cause),
                Err(_) => match timeout(PATIENCE, sqlx::query("SELECT 1").execute(&mut *listener)).await {
                    Ok(Ok(_)) => continue,
                    Ok(Err(cause)) => Some(cause),
                    Err(_) => None,
                },
            };
            tracing::debug!(cause = ?lost, "the connection that listens for commits is lost");
            self.listener = None;
        }
    }

    async fn connect(&self) -> Result<PgListener, sqlx::Error> {
        // A pool of one each time: a connection that died without a word may hold on to its place for minutes.
        let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let pool = pool.acquire_timeout(PATIENCE).connect_lazy_with(self.server.clone());
        let work = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.eager_reconnect(false);
            listener.listen(CHANNEL).await?;
            Ok(listener)
        };
        timeout(PATIENCE, work).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// Tells of a failure once, until it is over.
    fn tell(&mut self, failure: Option<&sqlx::Error>) {
        match failure {
            None if self.failing => tracing::info!("PostgreSQL tells of commits again"),
            Some(cause) if !self.failing => {
                tracing::warn!(%cause, "PostgreSQL cannot be listened to: commits of other processes are heard of a few seconds late");
            }
            _ => {}
        }
        self.failing = failure.is_some();
    }
}

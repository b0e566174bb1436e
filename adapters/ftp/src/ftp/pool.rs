//! At most two connections, one kept for reuse; tries with growing pauses.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use atelier_application::ports::log_source::SourceError;
use rustls::ClientConfig;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

use super::ahead::Ahead;
use super::connect;
use super::connection::Connection;
use super::fault::Fault;
use super::tls;
use crate::config::{FtpConfig, FtpTls};

/// Connections open at a time: a listing or a transfer beside another one.
const CONNECTIONS: usize = 2;

/// A connection that rested longer is asked whether it still lives.
const TRUSTED_REST: Duration = Duration::from_secs(5);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The connections to one server.
pub(crate) struct Pool {
    config: FtpConfig,
    tls: OnceCell<Arc<ClientConfig>>,
    idle: Mutex<Option<(Connection, Instant)>>,
    permits: Arc<Semaphore>,
    ahead: Arc<Ahead>,
}

/// A connection on loan. Dropping it closes the connection; only a healthy one is to be [given back](Lease::give_back).
pub(crate) struct Lease {
    pub(crate) connection: Connection,
    /// Whether it served before: such a one may have died unnoticed.
    pub(crate) reused: bool,
    pool: Arc<Pool>,
    // Last, so that the connection is closed before another may be opened.
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(config: FtpConfig) -> Self {
        Self {
            config,
            tls: OnceCell::new(),
            idle: Mutex::new(None),
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
            ahead: Arc::default(),
        }
    }

    pub(crate) fn config(&self) -> &FtpConfig {
        &self.config
    }

    /// The connection that rests, if it lives, or a new one; waits while two are in use.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<Lease, SourceError> {
        let permit = self.permit().await?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((mut connection, since)) = idle
            && (since.elapsed() <= TRUSTED_REST || connection.is_alive().await)
        {
            return Ok(Lease { connection, reused: true, pool: Arc::clone(self), _permit: permit });
        }
        self.open(permit).await
    }

    /// A new connection in place of a broken one.
    pub(crate) async fn renew(self: &Arc<Self>, broken: Lease) -> Result<Lease, SourceError> {
        let Lease { connection, _permit: permit, .. } = broken;
        drop(connection);
        self.open(permit).await
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, SourceError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        permit.map_err(|_| SourceError::Transient("The FTP source is shutting down.".to_owned()))
    }

    async fn open(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Result<Lease, SourceError> {
        let tries = self.config.retries.max(1);
        let mut pause = Duration::from_millis(200);
        let mut attempt = 1;
        loop {
            let error = match self.try_open().await {
                Ok(connection) => {
                    return Ok(Lease { connection, reused: false, pool: Arc::clone(self), _permit: permit });
                }
                Err(fault) => fault.explain(&self.config, "connect"),
            };
            if attempt == tries || !error.is_transient() {
                return Err(error);
            }
            tracing::debug!(attempt, tries, ?pause, %error, "no FTP connection yet");
            sleep(pause).await;
            pause = (pause * 4).min(LONGEST_PAUSE);
            attempt += 1;
        }
    }

    async fn try_open(&self) -> Result<Connection, Fault> {
        let tls = match self.config.tls {
            FtpTls::Off => None,
            FtpTls::Explicit | FtpTls::Implicit => {
                let authorities = self.config.tls_ca.as_deref().map(Path::new);
                Some(Arc::clone(self.tls.get_or_try_init(|| tls::client_config(authorities)).await?))
            }
        };
        let plain = tls.is_none();
        let mut connection = connect::open(&self.config, tls).await?;
        connection.ahead = plain.then(|| Arc::clone(&self.ahead));
        Ok(connection)
    }
}

impl Lease {
    /// Keeps a healthy connection for the next use.
    pub(crate) fn give_back(self) {
        let Self { connection, pool, _permit: permit, .. } = self;
        let mut idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let surplus = idle.replace((connection, Instant::now()));
        drop(idle);
        drop(surplus);
        drop(permit);
    }
}

//! Logs on an FTP server.

mod ahead;
mod connect;
mod connection;
mod entries;
mod fault;
mod pool;
mod removal;
mod reply;
mod tls;
mod transfer;
mod walk;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use atelier_application::ports::log_source::{Content, Listing, LogSource, RemoteFile, Removal, SourceError};

use crate::config::FtpConfig;
use crate::rules::check_path;
use pool::Pool;

/// Machine logs on an FTP server.
///
/// Nothing is connected before the first use. At most two connections are open at a time, one is kept for reuse; a
/// third transfer begins when one of two running ones has ended or its stream was dropped.
#[derive(Clone)]
pub struct FtpSource {
    pool: Arc<Pool>,
}

impl FtpSource {
    /// A source of the logs on the server of `config`.
    pub fn new(config: FtpConfig) -> Self {
        Self { pool: Arc::new(Pool::new(config)) }
    }
}

impl fmt::Debug for FtpSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FtpSource").field("config", self.pool.config()).finish_non_exhaustive()
    }
}

#[async_trait]
impl LogSource for FtpSource {
    async fn list(&self) -> Result<Listing, SourceError> {
        walk::list(&self.pool).await
    }

    async fn fetch(&self, path: &str, offset: u64) -> Result<Content, SourceError> {
        check_path(path)?;
        transfer::fetch(&self.pool, path, offset).await
    }

    async fn remove(&self, file: &RemoteFile) -> Result<Removal, SourceError> {
        check_path(&file.path)?;
        removal::remove(&self.pool, file).await
    }
}

//! The connection: one a reading, in one read-only transaction.

use crate::fault::{fault, no_authority, no_column, no_table, not_safe, too_slow, unreachable};
use crate::filter::Filter;
use crate::settings::{ErpSettings, ErpTls};
use crate::tables::{Description, Table};
use atelier_application::ports::erp::ErpError;
use futures_util::TryStreamExt as _;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Error, OptsBuilder, Row, SslOpts};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// The pause before the second try of a connection; it doubles.
const PAUSE: Duration = Duration::from_millis(500);

/// The client waits a little longer than the server, which ends a statement in better order.
const GRACE: Duration = Duration::from_secs(5);

/// The largest row that is taken.
const LARGEST_PACKET: usize = 64 << 20;

const NO_SUCH_TABLE: u16 = 1146;
const TABLE_DENIED: u16 = 1142;
const COLUMN_DENIED: u16 = 1143;
const UNKNOWN_VARIABLE: u16 = 1193;

const BEGINNING: &str = "beginning";

/// Why a statement gave nothing.
enum Trouble {
    /// It took too long.
    Slow,
    Failed(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Trouble {
    fn told(&self, settings: &ErpSettings, doing: &str) -> ErpError {
        match self {
            Self::Slow => too_slow(settings, doing),
            Self::Failed(error) => fault(settings, doing, error),
        }
    }
}

/// A connection.
pub(crate) struct Session {
    connection: Conn,
    settings: ErpSettings,
}

impl Session {
    /// Connects, trying again with growing pauses where that may help.
    pub(crate) async fn open(settings: &ErpSettings) -> Result<Self, ErpError> {
        // The library takes no certificate store but through this provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut pause = PAUSE;
        let mut left = settings.tries.max(1);
        loop {
            left -= 1;
            match Self::connect(settings).await {
                Err(ErpError::Transient(why)) if left > 0 => {
                    tracing::info!(why, "trying the ERP again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                connected => return connected,
            }
        }
    }

    async fn connect(settings: &ErpSettings) -> Result<Self, ErpError> {
        let ssl = match &settings.tls {
            ErpTls::Off => None,
            ErpTls::On { authority } => {
                authority.as_deref().map_or(Ok(()), readable)?;
                let authority = authority.iter().cloned().map(Into::into).collect();
                Some(SslOpts::default().with_root_certs(authority))
            }
        };
        // All that the library would otherwise ask the server for first.
        let opts = OptsBuilder::from_opts(settings.opts.clone())
            .prefer_socket(false)
            .max_allowed_packet(Some(LARGEST_PACKET))
            .wait_timeout(Some(28_800))
            .ssl_opts(ssl);
        let connection = match tokio::time::timeout(settings.timeout, Conn::new(opts)).await {
            Ok(Ok(connection)) => connection,
            // What the TLS layer makes of a bad certificate.
            Ok(Err(Error::Io(mysql_async::IoError::Io(cause)))) if cause.kind() == ErrorKind::InvalidData => {
                return Err(not_safe(settings, &cause.to_string()));
            }
            Ok(Err(Error::Io(mysql_async::IoError::Io(cause)))) => {
                return Err(unreachable(settings, &cause.to_string()));
            }
            Ok(Err(error)) => return Err(fault(settings, "connecting", &error)),
            Err(_) => {
                return Err(unreachable(settings, &format!("nothing came in {} s", settings.timeout.as_secs())));
            }
        };
        let mut session = Self { connection, settings: settings.clone() };
        // Whatever the server's is, blanks at the end of texts stay away and quotes mean what they mean here.
        let plain = session.run("SET SESSION sql_mode = ''").await;
        plain.map_err(|trouble| trouble.told(settings, "connecting"))?;
        Ok(session)
    }

    /// Lets nothing be written, lets the server end what takes too long, and holds on to the present moment.
    pub(crate) async fn begin(&mut self) -> Result<(), ErpError> {
        self.limit().await.map_err(|trouble| trouble.told(&self.settings, BEGINNING))?;
        for statement in [
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ] {
            self.run(statement).await.map_err(|trouble| trouble.told(&self.settings, BEGINNING))?;
        }
        Ok(())
    }

    /// MariaDB's limit, in seconds, else MySQL's, in milliseconds.
    async fn limit(&mut self) -> Result<(), Trouble> {
        let seconds = self.settings.timeout.as_secs().max(1);
        for statement in [
            format!("SET SESSION max_statement_time = {seconds}"),
            format!("SET SESSION max_execution_time = {}", seconds * 1_000),
        ] {
            match self.run(&statement).await {
                Err(Trouble::Failed(Error::Server(error))) if error.code == UNKNOWN_VARIABLE => {}
                limited => return limited,
            }
        }
        tracing::warn!("the ERP cannot end statements that take too long; they are only left alone");
        Ok(())
    }

    async fn run(&mut self, statement: &str) -> Result<(), Trouble> {
        let limit = self.settings.timeout + GRACE;
        match tokio::time::timeout(limit, self.connection.query_drop(statement)).await {
            Ok(done) => Ok(done?),
            Err(_) => Err(Trouble::Slow),
        }
    }

    /// Finds a table and those of its columns that are used, in either letter case.
    pub(crate) async fn find(
        &mut self,
        description: &'static Description,
        with_personal: bool,
    ) -> Result<Table, ErpError> {
        let mut denied = None;
        for name in description.names() {
            let columns = match self.columns(&name).await {
                Ok(columns) => columns,
                Err(Trouble::Failed(Error::Server(error))) if error.code == NO_SUCH_TABLE => continue,
                // A user who may read some columns of a table may not ask for all of them. The same is said of a table that is
                // not there.
                Err(Trouble::Failed(Error::Server(error))) if [TABLE_DENIED, COLUMN_DENIED].contains(&error.code) => {
                    let allowed = self.allowed_columns(&name).await.map_err(|error| self.reading(&name, &error))?;
                    if allowed.is_empty() {
                        denied.get_or_insert((name, Trouble::Failed(Error::Server(error))));
                        continue;
                    }
                    allowed
                }
                Err(error) => return Err(self.reading(&name, &error)),
            };
            let table = Table::new(description, name, &columns, with_personal);
            return table.map_err(|(table, column)| no_column(&self.settings, &table, column));
        }
        Err(match denied {
            Some((name, trouble)) => self.reading(&name, &trouble),
            None => no_table(&self.settings, description.name),
        })
    }

    /// The columns of a table, from a statement that is only prepared: it runs nowhere.
    async fn columns(&mut self, table: &str) -> Result<Vec<String>, Trouble> {
        let limit = self.settings.timeout;
        let prepared = self.connection.prep(format!("SELECT * FROM `{table}`"));
        let statement = tokio::time::timeout(limit, prepared).await.map_err(|_| Trouble::Slow)??;
        let columns = statement.columns().iter().map(|column| column.name_str().into_owned()).collect();
        self.connection.close(statement).await?;
        Ok(columns)
    }

    async fn allowed_columns(&mut self, table: &str) -> Result<Vec<String>, Trouble> {
        let sql =
            "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?";
        let asked = self.connection.exec(sql, (table,));
        Ok(tokio::time::timeout(self.settings.timeout, asked).await.map_err(|_| Trouble::Slow)??)
    }

    /// Hands out each row of a table.
    pub(crate) async fn each(
        &mut self,
        table: &Table,
        filter: Filter,
        mut take: impl FnMut(Row) + Send,
    ) -> Result<(), ErpError> {
        let Filter { condition, values } = filter;
        let sql = table.select(&condition);
        let connection = &mut self.connection;
        let read = async move {
            let mut rows = connection.exec_stream::<Row, _, _>(sql, values).await?;
            while let Some(row) = rows.try_next().await? {
                take(row);
            }
            Ok(())
        };
        match tokio::time::timeout(self.settings.timeout + GRACE, read).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.reading(&table.name, &Trouble::Failed(error))),
            Err(_) => Err(self.reading(&table.name, &Trouble::Slow)),
        }
    }

    fn reading(&self, table: &str, trouble: &Trouble) -> ErpError {
        trouble.told(&self.settings, &format!("{table} was being read"))
    }

    /// Says good-bye; should that fail, there is nothing left to lose.
    pub(crate) async fn close(self) {
        if let Ok(Err(error)) = tokio::time::timeout(GRACE, self.connection.disconnect()).await {
            tracing::debug!(%error, "closing the connection to the ERP failed");
        }
    }
}

/// Whether a file holds a certificate: the library would tell of one that does not as if the server were at fault.
fn readable(authority: &Path) -> Result<(), ErpError> {
    match std::fs::read_to_string(authority) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => Ok(()),
        Ok(_) => Err(no_authority(authority, "it holds no certificate in PEM form")),
        Err(error) => Err(no_authority(authority, &error.to_string())),
    }
}

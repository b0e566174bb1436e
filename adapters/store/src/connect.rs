//! Opening a database.

use crate::Store;
use crate::error::{from_db, from_sqlx};
use crate::locks::Gates;
use atelier_application::ports::store_error::{StoreError, StoreResult};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions as _, Connection, Error as SqlxError};
use sea_orm::{ConnectOptions, Database};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take, to be made or to become free.
const PATIENCE: Duration = Duration::from_secs(10);
/// A connection that was idle for so long is tried before it is used.
const TRY_IF_IDLE_FOR: Duration = Duration::from_secs(1);
const DEFAULT_POSTGRES_POOL: u32 = 10;
const DEFAULT_SQLITE_POOL: u32 = 4;

/// How to open a database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreOptions {
    /// At most so many connections; by default 10 to PostgreSQL and 4 to SQLite.
    pub pool_size: Option<u32>,
    /// PostgreSQL gives up a statement that takes longer; by default none.
    pub statement_time: Option<Duration>,
}

impl Store {
    /// Opens the database of an address: `sqlite://path`, whose file is created when it is missing, or `postgres://…`.
    ///
    /// # Errors
    /// A sentence with the cause and the remedy, and without the password.
    pub async fn connect(url: &str, options: StoreOptions) -> StoreResult<Self> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => sqlite(url, options).await,
            Some("postgres" | "postgresql") => postgres(url, options).await,
            Some(scheme) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => Err(permanent(format!(
                "'{scheme}' is no kind of database known here: use sqlite://path or postgres://…."
            ))),
            _ => Err(permanent("The address of the database has no kind: use sqlite://path or postgres://….".into())),
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// `Transient` when it does not.
    pub async fn ping(&self) -> StoreResult<()> {
        self.db.ping().await.map_err(from_db)
    }

    /// Waits for what is under way and closes all connections, those of clones too.
    pub async fn close(&self) {
        if let Err(cause) = self.db.close_by_ref().await {
            tracing::debug!(%cause, "closing the database failed");
        }
    }
}

fn permanent(text: String) -> StoreError {
    StoreError::Permanent(text)
}

/// What both databases have in common.
fn pool(url: &str, size: u32) -> ConnectOptions {
    let mut pool = ConnectOptions::new(url);
    pool.max_connections(size.max(1))
        .acquire_timeout(PATIENCE)
        .test_before_acquire_if_idle_for(TRY_IF_IDLE_FOR)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    pool
}

async fn sqlite(url: &str, options: StoreOptions) -> StoreResult<Store> {
    if url.contains(":memory:") {
        return Err(permanent(
            "A database in memory would be lost with the program: name a file, as in sqlite://atelier.db.".into(),
        ));
    }
    let parsed: SqliteConnectOptions = url
        .parse()
        .map_err(|cause| permanent(format!("The address of the SQLite database cannot be read: {cause}.")))?;
    let file = parsed.get_filename().to_owned();
    if file.as_os_str().is_empty() {
        return Err(permanent("The address of the SQLite database names no file: use sqlite://path.".into()));
    }
    check_folder(&file)?;
    let parsed = parsed
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        .disable_statement_logging();
    // One connection first: a pool would try again until its patience ends, and hide the cause.
    match parsed.connect().await {
        Ok(connection) => drop(connection.close().await),
        Err(cause) => return Err(cannot_open(&file, &cause)),
    }
    let mut pool = pool("sqlite:", options.pool_size.unwrap_or(DEFAULT_SQLITE_POOL));
    pool.map_sqlx_sqlite_opts(move |_| parsed.clone());
    let db = Database::connect(pool).await.map_err(from_db)?;
    Ok(Store { db, gates: Gates::beside(file), server: None })
}

fn check_folder(file: &Path) -> StoreResult<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(permanent(format!(
            "The folder '{}' of the database does not exist: create it, or name another.",
            folder.display()
        )));
    }
    if file.is_dir() {
        return Err(permanent(format!("'{}' is a folder: name a file for the database.", file.display())));
    }
    Ok(())
}

fn cannot_open(file: &Path, cause: &SqlxError) -> StoreError {
    let code = match cause {
        SqlxError::Database(cause) => {
            cause.code().and_then(|code| code.parse::<u32>().ok()).map_or(0, |code| code & 0xff)
        }
        _ => 0,
    };
    let file = file.display();
    match code {
        8 | 14 => permanent(format!(
            "The database file '{file}' cannot be opened for writing: check that this user may write to it and to its folder. ({cause})"
        )),
        26 => permanent(format!("'{file}' is no SQLite database: name another file.")),
        _ => from_sqlx(cause),
    }
}

async fn postgres(url: &str, options: StoreOptions) -> StoreResult<Store> {
    let parsed: PgConnectOptions = url.parse().map_err(|_| {
        permanent(
            "The address of the PostgreSQL database cannot be read: use postgres://user:password@host:port/name."
                .into(),
        )
    })?;
    let server = parsed.application_name("atelier").disable_statement_logging();
    // One connection first, for the same reason as with SQLite.
    drop(dedicated(&server).await?.close().await);
    let mut pool = pool("postgres://", options.pool_size.unwrap_or(DEFAULT_POSTGRES_POOL));
    pool.connect_lazy(true);
    let settings = match options.statement_time {
        Some(time) => server.clone().options([("statement_timeout", time.as_millis().to_string())]),
        None => server.clone(),
    };
    pool.map_sqlx_postgres_opts(move |_| settings.clone());
    let db = Database::connect(pool).await.map_err(from_db)?;
    Ok(Store { db, gates: Gates::default(), server: Some(Arc::new(server)) })
}

/// A connection of its own, outside the pool.
pub(crate) async fn dedicated(server: &PgConnectOptions) -> StoreResult<PgConnection> {
    let place = format!("{}:{}", server.get_host(), server.get_port());
    let connection = match tokio::time::timeout(PATIENCE, PgConnection::connect_with(server)).await {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(cause)) => cause,
        Err(_) => SqlxError::PoolTimedOut,
    };
    Err(match &connection {
        SqlxError::Database(cause) => {
            let text = format!("PostgreSQL at {place} refused the connection: {}.", cause.message());
            match cause.code().as_deref() {
                Some("3D000") => permanent(format!("{text} Create the database, or correct its name.")),
                Some("28P01" | "28000") => permanent(format!("{text} Check the user and the password.")),
                _ => StoreError::Transient(format!("{text} Try again later.")),
            }
        }
        SqlxError::PoolTimedOut => StoreError::Transient(format!(
            "PostgreSQL at {place} did not answer within {} s: check the address and the network.",
            PATIENCE.as_secs()
        )),
        cause => StoreError::Transient(format!(
            "There is no connection to PostgreSQL at {place}: {cause}. Check the address, and that the server runs."
        )),
    })
}

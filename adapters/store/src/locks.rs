//! The lock on a run of the synchronisation: one holder among all processes, freed with its process.
//!
//! PostgreSQL: an advisory lock of a connection of its own, which the server frees when the connection ends. SQLite: a lock
//! of the operating system on a file beside the database. Both stand behind a gate of this process.

use crate::Store;
use crate::connect::dedicated;
use crate::error::from_sqlx;
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_application::ports::sync_runs::{RunLock, SyncSource};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, Connection};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// The gate of each source, and where the files of SQLite's locks lie.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gates {
    ftp: Arc<Gate>,
    erp: Arc<Gate>,
    database: Option<Arc<PathBuf>>,
}

/// Who holds the lock among those of this process.
#[derive(Debug, Default)]
struct Gate(watch::Sender<State>);

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Free,
    Held,
    /// The holder is gone, and its connection is being closed: whoever comes waits for that.
    Closing,
}

/// A way through a gate: dropping it opens the gate for the next.
struct Passage(Arc<Gate>);

impl Gate {
    /// The only way through, or nothing while somebody holds it.
    async fn enter(self: Arc<Self>) -> Option<Passage> {
        let mut changes = self.0.subscribe();
        loop {
            let mut found = State::Free;
            self.0.send_if_modified(|state| {
                found = *state;
                if found == State::Free {
                    *state = State::Held;
                }
                found == State::Free
            });
            match found {
                State::Free => return Some(Passage(self)),
                State::Held => return None,
                // It fails when the gate is gone, and this holds it.
                State::Closing => drop(changes.wait_for(|state| *state != State::Closing).await),
            }
        }
    }
}

impl Passage {
    fn closing(&self) {
        self.0.0.send_replace(State::Closing);
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        self.0.0.send_replace(State::Free);
    }
}

impl Gates {
    /// Those of an SQLite database.
    pub(crate) fn beside(database: PathBuf) -> Self {
        Self { database: Some(Arc::new(database)), ..Self::default() }
    }

    fn of(&self, source: SyncSource) -> &Arc<Gate> {
        match source {
            SyncSource::Ftp => &self.ftp,
            SyncSource::Erp => &self.erp,
        }
    }
}

/// What a holder holds: dropping it lets go.
struct Held {
    connection: Option<PgConnection>,
    file: Option<File>,
    /// The last to go: whoever gets it next finds the lock free.
    passage: Option<Passage>,
}

impl RunLock for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        // Closing it is not enough: a program that is being started at this moment has it open, too, for an instant.
        if let Some(Err(cause)) = self.file.take().map(|file| file.unlock()) {
            tracing::debug!(%cause, "letting go of the lock file failed");
        }
        // Closing takes a round trip; without a runtime the socket is just dropped, which ends in the same.
        let (Some(connection), Ok(runtime)) = (self.connection.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        let passage = self.passage.take();
        if let Some(passage) = &passage {
            passage.closing();
        }
        runtime.spawn(async move {
            if let Err(cause) = unlock(connection).await {
                tracing::debug!(%cause, "closing the connection of a lock failed");
            }
            drop(passage);
        });
    }
}

async fn unlock(mut connection: PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_unlock_all()").execute(&mut connection).await?;
    connection.close().await
}

/// The lock on a source, or nothing when somebody else has it.
pub(crate) async fn try_lock(store: &Store, source: SyncSource) -> StoreResult<Option<Box<dyn RunLock>>> {
    let Some(passage) = store.gates.of(source).clone().enter().await else { return Ok(None) };
    let mut held = Held { connection: None, file: None, passage: Some(passage) };
    let locked = match (&store.server, &store.gates.database) {
        (Some(server), _) => {
            lock_connection(server, source).await?.map(|connection| held.connection = Some(connection))
        }
        (None, Some(database)) => lock_file(database, source)?.map(|file| held.file = Some(file)),
        (None, None) => Some(()),
    };
    Ok(locked.map(|()| Box::new(held) as Box<dyn RunLock>))
}

async fn lock_connection(server: &PgConnectOptions, source: SyncSource) -> StoreResult<Option<PgConnection>> {
    let key: i64 = match source {
        SyncSource::Ftp => 7_310_868_735_422,
        SyncSource::Erp => 7_310_868_735_423,
    };
    let mut connection = dedicated(server).await?;
    let locked: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(key)
        .fetch_one(&mut connection)
        .await
        .map_err(|cause| from_sqlx(&cause))?;
    Ok(locked.then_some(connection))
}

fn lock_file(database: &Path, source: SyncSource) -> StoreResult<Option<File>> {
    let mut path = database.as_os_str().to_owned();
    path.push(format!(".sync-{}.lock", source.as_str().to_ascii_lowercase()));
    let failed = |cause: &dyn std::fmt::Display| {
        let path = Path::new(&path).display();
        StoreError::Permanent(format!(
            "The lock file '{path}' cannot be used: {cause}. Check that this user may write to its folder."
        ))
    };
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(|cause| failed(&cause))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(cause)) => Err(failed(&cause)),
    }
}

//! What the databases report, as the ports' errors: plain sentences that say whether another try helps.

use atelier_application::ports::store_error::StoreError;
use sea_orm::sqlx::error::{DatabaseError, ErrorKind};
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// The port's error for what sea-orm reports.
#[allow(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
pub(crate) fn from_db(error: DbErr) -> StoreError {
    match &error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => from_sqlx(cause),
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => busy(),
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => no_connection(&error),
        _ => StoreError::Permanent(format!("The database refused a statement: {error}.")),
    }
}

/// The port's error for what sqlx reports.
pub(crate) fn from_sqlx(error: &SqlxError) -> StoreError {
    match error {
        SqlxError::Database(cause) => from_database(cause.as_ref()),
        SqlxError::PoolTimedOut => busy(),
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => no_connection(error),
        _ => StoreError::Permanent(format!("The database refused a statement: {error}.")),
    }
}

fn busy() -> StoreError {
    StoreError::Transient("The database does not answer, or all connections to it are in use: try again later.".into())
}

fn no_connection(cause: &dyn std::fmt::Display) -> StoreError {
    StoreError::Transient(format!("The connection to the database failed: {cause}. Try again later."))
}

fn from_database(cause: &dyn DatabaseError) -> StoreError {
    let text = cause.message();
    if matches!(cause.kind(), ErrorKind::UniqueViolation) {
        return StoreError::Conflict(format!("It clashes with what the database holds: {text}."));
    }
    let code = cause.code().unwrap_or_default();
    let trouble = if cause.try_downcast_ref::<PgDatabaseError>().is_some() { postgres(&code) } else { sqlite(&code) };
    match trouble {
        Some(Trouble::Full) => {
            StoreError::Transient(format!("The disk of the database is full: make room on it. ({text})"))
        }
        Some(Trouble::Locked) => {
            StoreError::Transient(format!("The database is busy with another change: try again. ({text})"))
        }
        Some(Trouble::Away) => {
            StoreError::Transient(format!("The database is not available: try again later. ({text})"))
        }
        Some(Trouble::ReadOnly) => StoreError::Permanent(format!(
            "The database cannot be written to: check the permissions of its file and folder, or whether its server is a replica. \
             ({text})"
        )),
        None => StoreError::Permanent(format!("The database refused a statement: {text}.")),
    }
}

enum Trouble {
    Full,
    Locked,
    Away,
    ReadOnly,
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn postgres(code: &str) -> Option<Trouble> {
    match code {
        "53100" => Some(Trouble::Full),
        "40001" | "40P01" | "55P03" => Some(Trouble::Locked),
        "25006" => Some(Trouble::ReadOnly),
        _ if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") || code.starts_with("58") => {
            Some(Trouble::Away)
        }
        _ => None,
    }
}

/// <https://www.sqlite.org/rescode.html>: the lowest byte is the kind, the rest tells more.
fn sqlite(code: &str) -> Option<Trouble> {
    match code.parse::<u32>().ok()? & 0xff {
        5 | 6 => Some(Trouble::Locked),
        13 => Some(Trouble::Full),
        8 => Some(Trouble::ReadOnly),
        10 | 14 => Some(Trouble::Away),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_does_not() {
        assert!(matches!(postgres("53100"), Some(Trouble::Full)));
        assert!(matches!(postgres("57P01"), Some(Trouble::Away)));
        assert!(matches!(sqlite("517"), Some(Trouble::Locked)));
        assert!(matches!(sqlite("13"), Some(Trouble::Full)));
        assert!(postgres("42601").is_none() && sqlite("1").is_none());
        assert!(matches!(from_sqlx(&SqlxError::PoolTimedOut), StoreError::Transient(_)));
        assert!(matches!(from_db(DbErr::Custom("x".into())), StoreError::Permanent(_)));
    }
}

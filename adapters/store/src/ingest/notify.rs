//! Telling those who listen that sessions changed.

use super::tx::Tx;
use crate::signals::CHANNEL;
use sea_orm::DbErr;

/// Tells it at the commit, and not at all when there is none. Nobody listens on SQLite.
pub(super) async fn notify(tx: &mut Tx) -> Result<(), DbErr> {
    if matches!(tx, Tx::Postgres(_)) {
        tx.execute("SELECT pg_notify($1, '')", vec![CHANNEL.into()]).await?;
    }
    Ok(())
}

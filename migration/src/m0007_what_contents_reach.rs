//! The days of rejected lines, and finding a session's anomalies by their lines.

use crate::dialect::run;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}

const UP: &[&str] = &[
    "ALTER TABLE version_log ADD COLUMN jours_rejetes text NOT NULL DEFAULT '[]'",
    "DROP INDEX anomalie_session",
    "CREATE INDEX anomalie_session ON anomalie (session_id, version_id, ligne)",
];

const DOWN: &[&str] = &[
    "DROP INDEX anomalie_session",
    "CREATE INDEX anomalie_session ON anomalie (session_id)",
    "ALTER TABLE version_log DROP COLUMN jours_rejetes",
];

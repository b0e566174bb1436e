//! What was removed because it is old: the details of sessions, and the bytes of contents.

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
    "ALTER TABLE version_log ADD COLUMN retire_le {instant}",
    "ALTER TABLE version_log ADD COLUMN empreinte text",
    "ALTER TABLE version_log ADD COLUMN gele_du {date}",
    "ALTER TABLE version_log ADD COLUMN gele_au {date}",
    "ALTER TABLE version_log ADD COLUMN tardive boolean NOT NULL DEFAULT false",
    "ALTER TABLE session_production ADD COLUMN details_retires_le {instant}",
];

const DOWN: &[&str] = &[
    "ALTER TABLE session_production DROP COLUMN details_retires_le",
    "ALTER TABLE version_log DROP COLUMN tardive",
    "ALTER TABLE version_log DROP COLUMN gele_au",
    "ALTER TABLE version_log DROP COLUMN gele_du",
    "ALTER TABLE version_log DROP COLUMN empreinte",
    "ALTER TABLE version_log DROP COLUMN retire_le",
];

//! Finding a session's anomalies by their lines.

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

const UP: &[&str] =
    &["DROP INDEX anomalie_session", "CREATE INDEX anomalie_session ON anomalie (session_id, version_id, ligne)"];

const DOWN: &[&str] = &["DROP INDEX anomalie_session", "CREATE INDEX anomalie_session ON anomalie (session_id)"];

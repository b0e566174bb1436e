//! How far a run is, and the list of all anomalies.

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
    "ALTER TABLE synchronisation ADD COLUMN avancement {float} NOT NULL DEFAULT 0",
    "UPDATE synchronisation SET avancement = 1 WHERE fin IS NOT NULL",
    "CREATE INDEX synchronisation_source ON synchronisation (source, id)",
    "CREATE INDEX anomalie_instant ON anomalie (instant, id)",
];

const DOWN: &[&str] = &[
    "DROP INDEX anomalie_instant",
    "DROP INDEX synchronisation_source",
    "ALTER TABLE synchronisation DROP COLUMN avancement",
];

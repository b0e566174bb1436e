//! Users of an identity provider.

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
    "ALTER TABLE utilisateur ADD COLUMN identite_externe text",
    // When the token ends that said the role: an older one says it no more.
    "ALTER TABLE utilisateur ADD COLUMN role_jusque {instant}",
    "CREATE UNIQUE INDEX utilisateur_identite_externe ON utilisateur (identite_externe)",
];

const DOWN: &[&str] = &[
    "DROP INDEX utilisateur_identite_externe",
    "ALTER TABLE utilisateur DROP COLUMN role_jusque",
    "ALTER TABLE utilisateur DROP COLUMN identite_externe",
];

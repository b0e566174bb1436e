//! Setting versions aside, the trail of such acts, and files that are about to be deleted from the server.

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

// No foreign key to `utilisateur`: what somebody did outlives their account.
const UP: &[&str] = &[
    "ALTER TABLE version_log ADD COLUMN exclue_le {instant}",
    "ALTER TABLE version_log ADD COLUMN exclue_par bigint",
    "ALTER TABLE version_log ADD COLUMN motif_exclusion text",
    "ALTER TABLE fichier_log ADD COLUMN suppression_prevue_le {instant}",
    "CREATE TABLE journal_audit ( \
      id {id}, instant {instant} NOT NULL, utilisateur_id bigint, acteur text NOT NULL, action text NOT NULL, \
      objet text NOT NULL, detail text NOT NULL DEFAULT '{}')",
];

const DOWN: &[&str] = &[
    "DROP TABLE journal_audit",
    "ALTER TABLE fichier_log DROP COLUMN suppression_prevue_le",
    "ALTER TABLE version_log DROP COLUMN motif_exclusion",
    "ALTER TABLE version_log DROP COLUMN exclue_par",
    "ALTER TABLE version_log DROP COLUMN exclue_le",
];

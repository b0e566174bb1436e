//! From when on the tokens of a user count.

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

const UP: &[&str] = &["ALTER TABLE utilisateur ADD COLUMN jetons_depuis {instant}"];

const DOWN: &[&str] = &["ALTER TABLE utilisateur DROP COLUMN jetons_depuis"];

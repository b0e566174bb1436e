//! Tokens of integrations.

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
    "CREATE TABLE jeton_api ( \
      id {id}, utilisateur_id bigint NOT NULL REFERENCES utilisateur (id), nom text NOT NULL, role text NOT NULL, \
      empreinte {bytes} NOT NULL UNIQUE, date_creation {instant} NOT NULL, expire_le {instant}, utilise_le {instant}, \
      revoque_le {instant})",
    "CREATE INDEX jeton_api_utilisateur ON jeton_api (utilisateur_id)",
];

const DOWN: &[&str] = &["DROP TABLE jeton_api"];

//! Who signs in.

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
    "CREATE TABLE utilisateur ( \
      id {id}, nom text NOT NULL UNIQUE, mot_de_passe text NOT NULL, role text NOT NULL, \
      actif boolean NOT NULL DEFAULT true, date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE TABLE jeton_rafraichissement ( \
      id {id}, utilisateur_id bigint NOT NULL REFERENCES utilisateur (id), famille text NOT NULL, \
      empreinte {bytes} NOT NULL UNIQUE, expire_le {instant} NOT NULL, utilise_le {instant}, \
      date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE INDEX jeton_rafraichissement_famille ON jeton_rafraichissement (famille)",
];

const DOWN: &[&str] = &["DROP TABLE jeton_rafraichissement", "DROP TABLE utilisateur"];

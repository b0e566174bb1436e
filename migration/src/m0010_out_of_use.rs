//! When machines were not in use.

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

const UP: &[&str] = &["CREATE TABLE hors_service ( \
      centre_usinage_id bigint NOT NULL REFERENCES centre_usinage (id), depuis {instant} NOT NULL, jusqu_a {instant}, \
      PRIMARY KEY (centre_usinage_id, depuis))"];

const DOWN: &[&str] = &["DROP TABLE hors_service"];

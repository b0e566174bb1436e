//! Alerts, and what is still to be told of them.

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
    "CREATE TABLE alerte ( \
      id {id}, type_alerte text NOT NULL, gravite text NOT NULL, sujet text NOT NULL, message text NOT NULL, \
      centre_usinage_id bigint REFERENCES centre_usinage (id), leve_le {instant} NOT NULL, vu_le {instant} NOT NULL, \
      resolu_le {instant}, acquitte_par bigint REFERENCES utilisateur (id), acquitte_le {instant})",
    "CREATE UNIQUE INDEX alerte_ouverte ON alerte (type_alerte, sujet) WHERE resolu_le IS NULL",
    "CREATE TABLE notification ( \
      id {id}, alerte_id bigint NOT NULL REFERENCES alerte (id), evenement text NOT NULL, \
      tentatives integer NOT NULL DEFAULT 0, prochain_essai {instant} NOT NULL, bail_jusqua {instant}, \
      envoye_le {instant}, abandonne_le {instant}, erreur text, UNIQUE (alerte_id, evenement))",
    "CREATE INDEX notification_due ON notification (prochain_essai, id) WHERE envoye_le IS NULL AND abandonne_le IS NULL",
    // What a review looks at after each run.
    "CREATE INDEX fichier_log_quarantaine ON fichier_log (centre_usinage_id) WHERE etat = 'QUARANTINED'",
    "CREATE INDEX fichier_log_rejets ON fichier_log (lu_le) WHERE lignes_rejetees > 0",
    "INSERT INTO compteur (nom, valeur) VALUES ('alerte', 0)",
];

const DOWN: &[&str] = &[
    "DELETE FROM compteur WHERE nom = 'alerte'",
    "DROP INDEX fichier_log_rejets",
    "DROP INDEX fichier_log_quarantaine",
    "DROP TABLE notification",
    "DROP TABLE alerte",
];

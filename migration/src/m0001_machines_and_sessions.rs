//! Machines, sessions and what sessions hold. Details have no foreign key to their session: see `docs/decisions`.

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
    "CREATE TABLE centre_usinage ( \
      id {id}, nom text NOT NULL UNIQUE, type_cu text NOT NULL, description text, dossier text UNIQUE, \
      actif boolean NOT NULL DEFAULT true, date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE TABLE session_production ( \
      id {id}, centre_usinage_id bigint NOT NULL REFERENCES centre_usinage (id), date_production {date} NOT NULL, \
      heure_premiere_piece {instant}, heure_derniere_piece {instant}, \
      heure_premier_machine_start {instant}, heure_dernier_machine_stop {instant}, total_pieces integer NOT NULL, \
      duree_production_totale numeric(10,4) NOT NULL DEFAULT 0, temps_attente numeric(10,4) NOT NULL DEFAULT 0, \
      temps_arret_volontaire numeric(10,4) NOT NULL DEFAULT 0, temps_production_effectif numeric(10,4) NOT NULL DEFAULT 0, \
      taux_occupation numeric(5,2), taux_attente numeric(5,2), taux_arret_volontaire numeric(5,2), \
      fichier_log_source text NOT NULL, date_creation {instant} NOT NULL DEFAULT {now}, \
      date_modification {instant} NOT NULL, revision bigint NOT NULL, statut text NOT NULL, \
      premier_evenement {instant} NOT NULL, dernier_evenement {instant} NOT NULL, \
      evenements integer NOT NULL, autres_evenements text NOT NULL DEFAULT '{}', \
      duree_production_ms bigint NOT NULL, attente_ms bigint NOT NULL, arret_ms bigint NOT NULL, \
      UNIQUE (centre_usinage_id, date_production))",
    "CREATE INDEX session_production_revision ON session_production (revision)",
    "CREATE INDEX session_production_date ON session_production (date_production, id)",
    "CREATE INDEX session_production_ouverte ON session_production (centre_usinage_id) WHERE statut = 'OPEN'",
    "CREATE TABLE job_profil ( \
      id {id}, session_id bigint NOT NULL, numero integer NOT NULL, reference text NOT NULL, longueur {float}, \
      couleur text, timestamp_debut {instant} NOT NULL, nombre_pieces integer NOT NULL, version_id bigint NOT NULL, \
      ligne integer NOT NULL, date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE UNIQUE INDEX job_profil_session ON job_profil (session_id, numero)",
    "CREATE TABLE periode_attente ( \
      id {id}, session_id bigint NOT NULL, numero integer NOT NULL, timestamp_debut {instant} NOT NULL, \
      timestamp_fin {instant} NOT NULL, duree_secondes integer NOT NULL, duree_ms bigint NOT NULL, \
      version_id bigint NOT NULL, ligne integer NOT NULL, date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE UNIQUE INDEX periode_attente_session ON periode_attente (session_id, numero)",
    "CREATE TABLE periode_arret ( \
      id {id}, session_id bigint NOT NULL, numero integer NOT NULL, timestamp_debut {instant} NOT NULL, \
      timestamp_fin {instant}, duree_secondes integer NOT NULL, duree_ms bigint NOT NULL, depuis {instant} NOT NULL, \
      version_id bigint NOT NULL, ligne integer NOT NULL, date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE UNIQUE INDEX periode_arret_session ON periode_arret (session_id, numero)",
    "CREATE TABLE piece_production ( \
      id {id}, session_id bigint NOT NULL, numero_piece integer NOT NULL, timestamp_production {instant} NOT NULL, \
      details text, job_id bigint, cycle_ms bigint, version_id bigint NOT NULL, ligne integer NOT NULL, \
      date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE UNIQUE INDEX piece_production_session \
      ON piece_production (session_id, numero_piece) {include (timestamp_production)}",
    "CREATE TABLE report_job ( \
      job_id bigint NOT NULL, session_id bigint NOT NULL, pieces integer NOT NULL, PRIMARY KEY (job_id, session_id))",
    "CREATE INDEX report_job_session ON report_job (session_id)",
    "CREATE TABLE compteur (nom text PRIMARY KEY, valeur bigint NOT NULL)",
    "INSERT INTO compteur (nom, valeur) VALUES ('revision', 0)",
];

const DOWN: &[&str] = &[
    "DROP TABLE compteur",
    "DROP TABLE report_job",
    "DROP TABLE piece_production",
    "DROP TABLE periode_arret",
    "DROP TABLE periode_attente",
    "DROP TABLE job_profil",
    "DROP TABLE session_production",
    "DROP TABLE centre_usinage",
];

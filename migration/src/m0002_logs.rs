//! Log files, their contents, and where each machine's stream stands.

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
    "CREATE TABLE fichier_log ( \
      id {id}, centre_usinage_id bigint NOT NULL REFERENCES centre_usinage (id), chemin text NOT NULL UNIQUE, \
      date_nom {date}, etat text NOT NULL, version_id bigint, taille bigint NOT NULL, octets_lus bigint NOT NULL, \
      modifie_le {instant}, vu_le {instant} NOT NULL, lu_le {instant} NOT NULL, complet_le {instant}, supprime_le {instant}, \
      erreur text, echecs integer NOT NULL DEFAULT 0, essai_le {instant}, lignes integer NOT NULL, evenements integer NOT NULL, \
      lignes_ignorees integer NOT NULL, lignes_rejetees integer NOT NULL)",
    "CREATE INDEX fichier_log_centre_usinage ON fichier_log (centre_usinage_id, id)",
    "CREATE TABLE version_log ( \
      id {id}, fichier_id bigint NOT NULL REFERENCES fichier_log (id), longueur bigint NOT NULL, \
      premier_jour {date}, dernier_jour {date}, chevauchements text NOT NULL DEFAULT '[]', \
      date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE INDEX version_log_fichier ON version_log (fichier_id)",
    "CREATE TABLE contenu_log ( \
      version_id bigint NOT NULL REFERENCES version_log (id), position bigint NOT NULL, longueur integer NOT NULL, \
      octets {bytes} NOT NULL, PRIMARY KEY (version_id, position))",
    "CREATE TABLE ligne_rejetee ( \
      fichier_id bigint NOT NULL REFERENCES fichier_log (id), numero integer NOT NULL, position bigint NOT NULL, \
      motif text NOT NULL, texte text NOT NULL, PRIMARY KEY (fichier_id, numero))",
    "CREATE TABLE session_fichier ( \
      session_id bigint NOT NULL REFERENCES session_production (id), fichier_id bigint NOT NULL REFERENCES fichier_log (id), \
      PRIMARY KEY (session_id, fichier_id))",
    "CREATE INDEX session_fichier_fichier ON session_fichier (fichier_id)",
    "CREATE TABLE anomalie ( \
      id {id}, type_anomalie text NOT NULL, instant {instant} NOT NULL, centre_usinage_id bigint NOT NULL, \
      session_id bigint, fichier_id bigint, version_id bigint, ligne integer, message text NOT NULL, \
      date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE INDEX anomalie_session ON anomalie (session_id)",
    "CREATE INDEX anomalie_centre_usinage ON anomalie (centre_usinage_id, instant)",
    "CREATE UNIQUE INDEX anomalie_fichier ON anomalie (fichier_id, type_anomalie) WHERE session_id IS NULL",
    "CREATE TABLE etat_flux ( \
      centre_usinage_id bigint NOT NULL REFERENCES centre_usinage (id), date_production {date} NOT NULL, \
      etat text NOT NULL, PRIMARY KEY (centre_usinage_id, date_production))",
    "CREATE TABLE synchronisation ( \
      id {id}, source text NOT NULL, statut text NOT NULL, debut {instant} NOT NULL, fin {instant}, \
      fichiers_vus integer NOT NULL DEFAULT 0, fichiers_lus integer NOT NULL DEFAULT 0, octets_lus bigint NOT NULL DEFAULT 0, \
      fichiers_en_echec integer NOT NULL DEFAULT 0, sessions_creees integer NOT NULL DEFAULT 0, \
      sessions_modifiees integer NOT NULL DEFAULT 0, commandes_modifiees integer NOT NULL DEFAULT 0, erreur text)",
];

const DOWN: &[&str] = &[
    "DROP TABLE synchronisation",
    "DROP TABLE etat_flux",
    "DROP TABLE anomalie",
    "DROP TABLE session_fichier",
    "DROP TABLE ligne_rejetee",
    "DROP TABLE contenu_log",
    "DROP TABLE version_log",
    "DROP TABLE fichier_log",
];

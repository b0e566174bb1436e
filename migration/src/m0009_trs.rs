//! What the TRS is made of: calendars, reference cycle times, scrap, reasons of stops, and the figures of sessions. Days on
//! which nothing came are sessions, too, so a session may have no event.

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
    // SQLite cannot take NOT NULL from a column.
    "ALTER TABLE session_production RENAME COLUMN premier_evenement TO ancien_premier",
    "ALTER TABLE session_production RENAME COLUMN dernier_evenement TO ancien_dernier",
    "ALTER TABLE session_production ADD COLUMN premier_evenement {instant}",
    "ALTER TABLE session_production ADD COLUMN dernier_evenement {instant}",
    "UPDATE session_production SET premier_evenement = ancien_premier, dernier_evenement = ancien_dernier",
    "ALTER TABLE session_production DROP COLUMN ancien_premier",
    "ALTER TABLE session_production DROP COLUMN ancien_dernier",
    "ALTER TABLE session_production ADD COLUMN nombre_attentes integer NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN nombre_arrets integer NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN temps_total_ms bigint NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN temps_ouverture_ms bigint NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN temps_requis_ms bigint NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN temps_fonctionnement_ms bigint NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN temps_net_ms bigint",
    "ALTER TABLE session_production ADD COLUMN temps_rebut_ms {float}",
    "ALTER TABLE session_production ADD COLUMN arrets_planifies integer NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN arrets_requis integer NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN arrets_requis_ms bigint NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN arrets_par_motif text NOT NULL DEFAULT '{}'",
    "ALTER TABLE session_production ADD COLUMN attentes_requises integer NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN attentes_requises_ms bigint NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN ralenti_ms bigint NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN perte_rebut_ms {float} NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN pieces_rebut integer NOT NULL DEFAULT 0",
    "ALTER TABLE session_production ADD COLUMN source_cycle text NOT NULL DEFAULT 'NONE'",
    "ALTER TABLE session_production ADD COLUMN source_qualite text NOT NULL DEFAULT 'ASSUMED'",
    "ALTER TABLE session_production ADD COLUMN source_calendrier text NOT NULL DEFAULT 'OBSERVED'",
    "ALTER TABLE session_production ADD COLUMN cycle_appris_ms bigint",
    "ALTER TABLE session_production ADD COLUMN taux_trs {float}",
    "ALTER TABLE periode_arret ADD COLUMN motif text",
    "ALTER TABLE periode_arret ADD COLUMN commentaire text",
    "CREATE TABLE cycles_session (session_id bigint PRIMARY KEY, cycles text NOT NULL)",
    "CREATE TABLE calendrier ( \
      id {id}, centre_usinage_id bigint REFERENCES centre_usinage (id), date_debut {date} NOT NULL, contenu text NOT NULL, \
      date_creation {instant} NOT NULL DEFAULT {now})",
    "CREATE UNIQUE INDEX calendrier_centre ON calendrier (centre_usinage_id, date_debut) WHERE centre_usinage_id IS NOT NULL",
    "CREATE UNIQUE INDEX calendrier_usine ON calendrier (date_debut) WHERE centre_usinage_id IS NULL",
    "CREATE TABLE cycle_reference ( \
      id {id}, centre_usinage_id bigint NOT NULL REFERENCES centre_usinage (id), reference text NOT NULL DEFAULT '', \
      date_debut {date} NOT NULL, duree_ms bigint, date_creation {instant} NOT NULL DEFAULT {now}, \
      UNIQUE (centre_usinage_id, reference, date_debut))",
    "CREATE TABLE rebut ( \
      id {id}, centre_usinage_id bigint NOT NULL REFERENCES centre_usinage (id), date_production {date} NOT NULL, \
      pieces integer NOT NULL, motif text, reference text, declare_par bigint, date_creation {instant} NOT NULL, \
      retire_le {instant})",
    "CREATE INDEX rebut_jour ON rebut (centre_usinage_id, date_production)",
    "CREATE TABLE motif_arret ( \
      code text PRIMARY KEY, libelle text NOT NULL, planifie boolean NOT NULL, actif boolean NOT NULL DEFAULT true)",
    "INSERT INTO motif_arret (code, libelle, planifie) VALUES \
      ('PANNE', 'panne', false), ('REGLAGE', 'réglage', false), ('CHANGEMENT_PROFIL', 'changement de profil', false), \
      ('CHANGEMENT_OUTIL', 'changement d''outil', false), ('MANQUE_MATIERE', 'manque matière', false), \
      ('MANQUE_PERSONNEL', 'manque de personnel', false), ('QUALITE', 'problème de qualité', false), \
      ('INFORMATIQUE', 'panne informatique', false), ('NETTOYAGE', 'nettoyage', false), ('AUTRE', 'autre', false), \
      ('PAUSE', 'pause', true), ('MAINTENANCE', 'maintenance préventive', true), ('REUNION', 'réunion', true), \
      ('FORMATION', 'formation', true), ('ESSAI', 'essai', true), ('PAS_DE_COMMANDE', 'pas de commande', true)",
    "CREATE TABLE qualification_arret ( \
      centre_usinage_id bigint NOT NULL REFERENCES centre_usinage (id), depuis {instant} NOT NULL, \
      motif text NOT NULL REFERENCES motif_arret (code), commentaire text, qualifie_par bigint, \
      date_creation {instant} NOT NULL, PRIMARY KEY (centre_usinage_id, depuis))",
    "CREATE TABLE a_deriver ( \
      id {id}, centre_usinage_id bigint NOT NULL REFERENCES centre_usinage (id), du {date} NOT NULL, au {date})",
    // Whatever was derived before has none of these figures.
    "INSERT INTO a_deriver (centre_usinage_id, du) SELECT id, '1970-01-01' FROM centre_usinage \
      WHERE id IN (SELECT centre_usinage_id FROM session_production)",
    "ALTER TABLE centre_usinage ADD COLUMN derniere_arrivee {instant}",
    "ALTER TABLE synchronisation ADD COLUMN genre text NOT NULL DEFAULT 'SYNC'",
    "ALTER TABLE synchronisation ADD COLUMN centres_en_echec text NOT NULL DEFAULT ''",
];

const DOWN: &[&str] = &[
    "ALTER TABLE synchronisation DROP COLUMN centres_en_echec",
    "ALTER TABLE synchronisation DROP COLUMN genre",
    "ALTER TABLE centre_usinage DROP COLUMN derniere_arrivee",
    "DROP TABLE a_deriver",
    "DROP TABLE qualification_arret",
    "DROP TABLE motif_arret",
    "DROP TABLE rebut",
    "DROP TABLE cycle_reference",
    "DROP TABLE calendrier",
    "DROP TABLE cycles_session",
    "ALTER TABLE periode_arret DROP COLUMN commentaire",
    "ALTER TABLE periode_arret DROP COLUMN motif",
    "DELETE FROM periode_arret WHERE session_id IN (SELECT id FROM session_production WHERE evenements = 0)",
    "DELETE FROM periode_attente WHERE session_id IN (SELECT id FROM session_production WHERE evenements = 0)",
    "DELETE FROM anomalie WHERE session_id IN (SELECT id FROM session_production WHERE evenements = 0)",
    "DELETE FROM session_production WHERE evenements = 0",
    "ALTER TABLE session_production DROP COLUMN taux_trs",
    "ALTER TABLE session_production DROP COLUMN cycle_appris_ms",
    "ALTER TABLE session_production DROP COLUMN source_calendrier",
    "ALTER TABLE session_production DROP COLUMN source_qualite",
    "ALTER TABLE session_production DROP COLUMN source_cycle",
    "ALTER TABLE session_production DROP COLUMN pieces_rebut",
    "ALTER TABLE session_production DROP COLUMN perte_rebut_ms",
    "ALTER TABLE session_production DROP COLUMN ralenti_ms",
    "ALTER TABLE session_production DROP COLUMN attentes_requises_ms",
    "ALTER TABLE session_production DROP COLUMN attentes_requises",
    "ALTER TABLE session_production DROP COLUMN arrets_par_motif",
    "ALTER TABLE session_production DROP COLUMN arrets_requis_ms",
    "ALTER TABLE session_production DROP COLUMN arrets_requis",
    "ALTER TABLE session_production DROP COLUMN arrets_planifies",
    "ALTER TABLE session_production DROP COLUMN temps_rebut_ms",
    "ALTER TABLE session_production DROP COLUMN temps_net_ms",
    "ALTER TABLE session_production DROP COLUMN temps_fonctionnement_ms",
    "ALTER TABLE session_production DROP COLUMN temps_requis_ms",
    "ALTER TABLE session_production DROP COLUMN temps_ouverture_ms",
    "ALTER TABLE session_production DROP COLUMN temps_total_ms",
    "ALTER TABLE session_production DROP COLUMN nombre_arrets",
    "ALTER TABLE session_production DROP COLUMN nombre_attentes",
];

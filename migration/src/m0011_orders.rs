//! Orders of the ERP, with all they hold, and the replaced system's view of them.

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
    "CREATE TABLE commande ( \
      id {id}, id_commande text NOT NULL UNIQUE, numero_commande integer NOT NULL, extension text, statut text, affaire text, \
      numero_client text, nom_client text, technicien text, prix_ht {float}, planifiee_le {instant}, \
      date_modification {instant}, gere_stock boolean NOT NULL, empreinte text NOT NULL, recherche text NOT NULL, \
      date_synchronisation {instant} NOT NULL, retiree_le {instant})",
    "CREATE INDEX commande_numero ON commande (numero_commande, id)",
    "CREATE TABLE commande_accessoire ( \
      id {id}, commande_id bigint NOT NULL REFERENCES commande (id), rang integer NOT NULL, position integer, \
      code text NOT NULL, description text, quantite {float})",
    "CREATE INDEX commande_accessoire_commande ON commande_accessoire (commande_id, rang)",
    "CREATE TABLE commande_operation ( \
      id {id}, commande_id bigint NOT NULL REFERENCES commande (id), rang integer NOT NULL, numero text NOT NULL, \
      description text, instant {instant}, utilisateur text, note text)",
    "CREATE INDEX commande_operation_commande ON commande_operation (commande_id, rang)",
    "CREATE TABLE commande_note ( \
      id {id}, commande_id bigint NOT NULL REFERENCES commande (id), rang integer NOT NULL, code text, \
      instant {instant}, utilisateur text, texte text NOT NULL)",
    "CREATE INDEX commande_note_commande ON commande_note (commande_id, rang)",
    // What reports of the replaced system read; they know no NULL in its texts.
    "CREATE VIEW commandes_volets AS SELECT \
      c.id_commande, c.numero_commande, coalesce(c.extension, '') AS extension, c.statut, c.affaire, c.date_modification, \
      a.code AS code_accessoire, a.description AS description_accessoire, \
      coalesce(o.numero, '') AS numero_operation, coalesce(o.description, '') AS description_operation, \
      c.date_synchronisation \
      FROM commande c JOIN commande_accessoire a ON a.commande_id = c.id \
      LEFT JOIN commande_operation o ON o.commande_id = c.id WHERE c.retiree_le IS NULL",
    // Which orders the pieces of a session name, and from which revision of it, by which pattern, that was read.
    "CREATE TABLE session_liaison ( \
      session_id bigint PRIMARY KEY REFERENCES session_production (id) ON DELETE CASCADE, revision bigint NOT NULL, \
      motif text NOT NULL)",
    "CREATE TABLE session_commande ( \
      session_id bigint NOT NULL REFERENCES session_production (id) ON DELETE CASCADE, numero_commande integer NOT NULL, \
      extension text NOT NULL DEFAULT '', pieces bigint NOT NULL, PRIMARY KEY (session_id, numero_commande, extension))",
    "CREATE INDEX session_commande_numero ON session_commande (numero_commande, session_id)",
    "ALTER TABLE synchronisation ADD COLUMN commandes_vues bigint NOT NULL DEFAULT 0",
    "ALTER TABLE synchronisation ADD COLUMN commandes_en_echec bigint NOT NULL DEFAULT 0",
    "ALTER TABLE synchronisation ADD COLUMN commandes_manquantes bigint NOT NULL DEFAULT 0",
];

const DOWN: &[&str] = &[
    "ALTER TABLE synchronisation DROP COLUMN commandes_manquantes",
    "ALTER TABLE synchronisation DROP COLUMN commandes_en_echec",
    "ALTER TABLE synchronisation DROP COLUMN commandes_vues",
    "DROP TABLE session_commande",
    "DROP TABLE session_liaison",
    "DROP VIEW commandes_volets",
    "DROP TABLE commande_note",
    "DROP TABLE commande_operation",
    "DROP TABLE commande_accessoire",
    "DROP TABLE commande",
];

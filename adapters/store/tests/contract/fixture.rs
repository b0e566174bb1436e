//! A database of its own for each test, and rows to put into it.

use atelier_domain::ids::MachineId;
use atelier_store::{Store, StoreOptions};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) url: String,
    /// For rows and statements of the test's own.
    pub(crate) db: DatabaseConnection,
    _folder: Option<TempDir>,
}

impl Fixture {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/atelier.db", folder.path().display());
        let store = Store::connect(&url, StoreOptions::default()).await.unwrap();
        Self::new(store, url, Some(folder)).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Some(admin) = std::env::var("ATELIER_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty()) else {
            println!("skipped: needs PostgreSQL, see scripts/throwaway-postgres and ATELIER_TEST_POSTGRES_URL");
            assert_ne!(std::env::var("CI").ok().as_deref(), Some("true"), "ATELIER_TEST_POSTGRES_URL is not set");
            return None;
        };
        let name = format!("store_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let server = admin.trim_end_matches('/').trim_end_matches("/postgres").to_owned();
        let connection = Database::connect(format!("{server}/postgres")).await.unwrap();
        connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        connection.close().await.unwrap();
        let url = format!("{server}/{name}");
        let options = StoreOptions { pool_size: Some(4), ..StoreOptions::default() };
        let store = Store::connect(&url, options).await.unwrap();
        Some(Self::new(store, url, None).await)
    }

    async fn new(store: Store, url: String, folder: Option<TempDir>) -> Self {
        store.migrate_up().await.unwrap();
        let db = Database::connect(url.clone()).await.unwrap();
        Self { store, url, db, _folder: folder }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Postgres
    }

    pub(crate) async fn sql(&self, sql: &str) {
        self.db.execute_unprepared(sql).await.unwrap_or_else(|cause| panic!("{cause}: {sql}"));
    }

    pub(crate) async fn machine(&self, id: i64, name: &str, kind: &str) -> MachineId {
        self.sql(&format!(
            "INSERT INTO centre_usinage (id, nom, type_cu, dossier) VALUES ({id}, '{name}', '{kind}', 'f{id}')"
        ))
        .await;
        MachineId(id)
    }

    /// A session with as many pieces and, of a span in ms (0: none), as much effective time.
    pub(crate) async fn session(&self, id: i64, machine: i64, day: &str, pieces: u32, span: i64, effective: i64) {
        let wait = span - effective;
        self.sql(&format!(
            "INSERT INTO session_production (id, centre_usinage_id, date_production, heure_premiere_piece, total_pieces, \
             duree_production_totale, temps_attente, temps_arret_volontaire, temps_production_effectif, fichier_log_source, \
             date_creation, date_modification, revision, statut, premier_evenement, dernier_evenement, evenements, \
             autres_evenements, duree_production_ms, attente_ms, arret_ms) VALUES ({id}, {machine}, '{day}', \
             '{day}T06:02:11.250+00:00', {pieces}, 0, 0, 0, 0, 'a.LOG', '{day}T05:00:00.000+00:00', \
             '{day}T20:00:00.000+00:00', {id}, '{}', '{day}T06:00:00.001+00:00', '{day}T18:00:00.999+00:00', 12, \
             '{{\"Foo\": 3}}', {span}, {wait}, 0)",
            if id % 2 == 0 { "OPEN" } else { "COMPLETE" }
        ))
        .await;
    }
}

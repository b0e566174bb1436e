//! The schema of the database and its history, for PostgreSQL and SQLite.
//!
//! Tables and columns are French, without accents. The first six tables keep the names and columns of the replaced
//! system, so that its reports go on working. To change the schema, add a module with a new migration; never edit one
//! that was released.

mod dialect;
mod m0001_machines_and_sessions;
mod m0002_logs;
mod m0003_identities;
mod m0004_runs_and_anomalies;
mod m0005_alerts;
mod m0006_versions_and_audit;
mod m0007_what_contents_reach;
mod m0008_retention;
mod m0009_trs;
mod m0010_out_of_use;
mod m0011_orders;
mod m0012_accounts;
mod m0013_api_tokens;
mod m0014_external_users;

use sea_orm_migration::{MigrationTrait, async_trait};
pub use sea_orm_migration::{MigratorTrait, sea_orm};

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_machines_and_sessions::Migration),
            Box::new(m0002_logs::Migration),
            Box::new(m0003_identities::Migration),
            Box::new(m0004_runs_and_anomalies::Migration),
            Box::new(m0005_alerts::Migration),
            Box::new(m0006_versions_and_audit::Migration),
            Box::new(m0007_what_contents_reach::Migration),
            Box::new(m0008_retention::Migration),
            Box::new(m0009_trs::Migration),
            Box::new(m0010_out_of_use::Migration),
            Box::new(m0011_orders::Migration),
            Box::new(m0012_accounts::Migration),
            Box::new(m0013_api_tokens::Migration),
            Box::new(m0014_external_users::Migration),
        ]
    }
}

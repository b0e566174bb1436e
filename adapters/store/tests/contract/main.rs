//! What storage promises, on SQLite and on PostgreSQL.
//!
//! PostgreSQL's address comes from `ATELIER_TEST_POSTGRES_URL` (`scripts/throwaway-postgres` starts a server); each test
//! makes a database of its own on it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::panic,
    reason = "these are tests"
)]

/// Declares tests for both databases: each is a function that takes a `Fixture`.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::fixture::Fixture::sqlite().await).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(fixture) = crate::fixture::Fixture::postgres().await {
                    super::$name(fixture).await;
                }
            })*
        }
    };
}

mod alerts;
mod anomalies;
mod audit;
mod children;
mod connecting;
mod contents;
mod decisions;
mod declarations;
mod fixture;
mod locks;
mod log_files;
mod machines;
mod migrations;
mod orders;
mod pages;
mod retention;
mod sessions;
mod signals;
mod statements;
mod statistics;
mod sync_runs;
mod users;

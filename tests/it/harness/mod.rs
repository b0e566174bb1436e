//! Servers, clients and data the tests share.
//!
//! Everything started here ends with the test: by `Drop`, and for a test that is killed by the kernel ([`process`]) or
//! by the end of a pipe ([`postgres`]).
#![allow(dead_code, reason = "each test uses what it needs of it")]

pub(crate) mod atelier;
pub(crate) mod certificates;
pub(crate) mod compare;
pub(crate) mod database;
pub(crate) mod decisions;
pub(crate) mod figures;
pub(crate) mod ftp;
pub(crate) mod graphql;
pub(crate) mod mariadb;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod samples;
pub(crate) mod skip;

mod self_tests;

/// The same for both databases: that of the second name is passed over where there is no PostgreSQL.
macro_rules! on_both {
    ($($name:ident => $sqlite:ident, $postgres:ident);* $(;)?) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $sqlite() {
            $name(crate::harness::database::Database::sqlite()).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn $postgres() {
            if let Some(database) = crate::harness::database::Database::postgres() {
                $name(database).await;
            }
        })*
    };
}
pub(crate) use on_both;

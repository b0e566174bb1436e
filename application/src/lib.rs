//! The use cases of Atelier and the ports they need: no framework, no SQL, no HTTP.

pub mod access;
pub mod accounts;
pub mod alerts;
pub mod audit;
pub mod auth;
mod digest;
pub mod error;
pub mod ingest;
pub mod manage;
pub mod order_links;
pub mod ports;
pub mod query;
pub mod retention;
pub mod sync;
pub mod sync_orders;

//! What the use cases ask of the outside, as small traits named for the need.

pub mod alerts;
pub mod anomalies;
pub mod archive;
pub mod audit;
pub mod clock;
pub mod decisions;
pub mod erp;
pub mod events;
pub mod identity;
pub mod ingest_store;
pub mod log_files;
pub mod log_format;
pub mod log_source;
pub mod machines;
pub mod notify;
pub mod order_links;
pub mod orders;
pub mod retention;
pub mod scratch;
pub mod sessions;
pub mod signals;
pub mod statistics;
pub mod store_error;
pub mod sync_runner;
pub mod sync_runs;
pub mod users;

//! What can be read, a file per resource.

mod alerts;
mod anomalies;
mod audit;
mod log_files;
mod machines;
mod me;
mod orders;
mod sessions;
mod statistics;
mod sync_runs;

use async_graphql::MergedObject;

/// What can be read.
#[derive(MergedObject, Default)]
pub(crate) struct Query(
    me::MeQuery,
    machines::MachineQuery,
    sessions::SessionQuery,
    statistics::StatisticsQuery,
    orders::OrderQuery,
    anomalies::AnomalyQuery,
    log_files::LogFileQuery,
    sync_runs::SyncRunQuery,
    alerts::AlertQuery,
    audit::AuditQuery,
);

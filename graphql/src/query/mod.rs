//! What can be read, a file per resource.

mod log_files;
mod machines;
mod me;
mod sessions;

use async_graphql::MergedObject;

/// What can be read.
#[derive(MergedObject, Default)]
pub(crate) struct Query(me::MeQuery, machines::MachineQuery, sessions::SessionQuery, log_files::LogFileQuery);

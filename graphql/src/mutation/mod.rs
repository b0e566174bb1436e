//! What can be changed, a file per resource.

mod accounts;
mod alerts;
mod api_tokens;
mod auth;
mod decisions;
mod machines;
mod sync;
mod versions;

use async_graphql::MergedObject;

/// What can be changed.
#[derive(MergedObject, Default)]
pub(crate) struct Mutation(
    auth::AuthMutation,
    sync::SyncMutation,
    alerts::AlertMutation,
    versions::VersionMutation,
    decisions::DecisionMutation,
    machines::MachineMutation,
    accounts::AccountMutation,
    api_tokens::ApiTokenMutation,
);

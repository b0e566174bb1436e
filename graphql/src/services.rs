//! What the schema stands on.

use atelier_application::accounts::{Accounts, ApiTokens};
use atelier_application::auth::Auth;
use atelier_application::ingest::Exclusions;
use atelier_application::manage::{Decisions, Machines};
use atelier_application::ports::alerts::AlertStore;
use atelier_application::ports::audit::AuditLog;
use atelier_application::ports::clock::Clock;
use atelier_application::ports::events::SessionEvents;
use atelier_application::ports::sync_runner::SyncRunner;
use atelier_application::ports::sync_runs::SyncRunReader;
use atelier_application::query::Queries;
use std::sync::Arc;

/// What the schema stands on.
#[derive(Clone)]
pub struct Services {
    /// All that can be read.
    pub queries: Queries,
    /// Runs of the synchronisation.
    pub sync_runs: Arc<dyn SyncRunReader>,
    /// What starts them.
    pub sync_runner: Arc<dyn SyncRunner>,
    /// Setting versions of log files aside.
    pub exclusions: Exclusions,
    /// Adding, changing and removing machines.
    pub register: Machines,
    /// Taking decisions.
    pub deciding: Decisions,
    /// Who changed what by hand.
    pub audit: Arc<dyn AuditLog>,
    /// Alerts.
    pub alerts: Arc<dyn AlertStore>,
    /// What is committed, as it happens.
    pub events: Arc<dyn SessionEvents>,
    /// Who signs in.
    pub auth: Auth,
    /// Adding and changing users.
    pub accounts: Accounts,
    /// Tokens of integrations.
    pub api_tokens: ApiTokens,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

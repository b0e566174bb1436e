//! What the schema stands on.

use atelier_application::accounts::{Accounts, ApiTokens};
use atelier_application::auth::Auth;
use atelier_application::ingest::Exclusions;
use atelier_application::manage::{Decisions, Machines};
use atelier_application::ports::alerts::AlertStore;
use atelier_application::ports::anomalies::AnomalyReader;
use atelier_application::ports::audit::AuditLog;
use atelier_application::ports::clock::Clock;
use atelier_application::ports::decisions::DecisionStore;
use atelier_application::ports::events::SessionEvents;
use atelier_application::ports::log_files::LogFileReader;
use atelier_application::ports::log_format::LogFormat;
use atelier_application::ports::machines::MachineStore;
use atelier_application::ports::order_links::OrderLinkReader;
use atelier_application::ports::orders::OrderReader;
use atelier_application::ports::sessions::SessionReader;
use atelier_application::ports::statistics::StatisticsReader;
use atelier_application::ports::sync_runner::SyncRunner;
use atelier_application::ports::sync_runs::SyncRunReader;
use atelier_application::ports::users::UserStore;
use atelier_domain::time::PlantZone;
use atelier_domain::units::Millis;
use std::sync::Arc;

/// What the schema stands on.
#[derive(Clone)]
pub struct Services {
    /// Machines.
    pub machines: Arc<dyn MachineStore>,
    /// Sessions and what they hold.
    pub sessions: Arc<dyn SessionReader>,
    /// Log files.
    pub log_files: Arc<dyn LogFileReader>,
    /// How their contents read.
    pub format: Arc<dyn LogFormat>,
    /// Anomalies of all machines.
    pub anomalies: Arc<dyn AnomalyReader>,
    /// Runs of the synchronisation.
    pub sync_runs: Arc<dyn SyncRunReader>,
    /// What starts them.
    pub sync_runner: Arc<dyn SyncRunner>,
    /// Setting versions of log files aside.
    pub exclusions: Exclusions,
    /// Adding, changing and removing machines.
    pub register: Machines,
    /// What people decided.
    pub decisions: Arc<dyn DecisionStore>,
    /// Taking decisions.
    pub deciding: Decisions,
    /// Orders.
    pub orders: Arc<dyn OrderReader>,
    /// Which orders sessions are for.
    pub order_links: Arc<dyn OrderLinkReader>,
    /// Figures over many sessions.
    pub statistics: Arc<dyn StatisticsReader>,
    /// Who changed what by hand.
    pub audit: Arc<dyn AuditLog>,
    /// Alerts.
    pub alerts: Arc<dyn AlertStore>,
    /// Who takes care of them.
    pub users: Arc<dyn UserStore>,
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
    /// A machine that is silent for so long inside required time is taken for off.
    pub silence: Millis,
    /// The plant's zone.
    pub zone: PlantZone,
}

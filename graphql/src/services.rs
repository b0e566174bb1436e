//! What the schema stands on.

use atelier_application::auth::Auth;
use atelier_application::ports::clock::Clock;
use atelier_application::ports::events::SessionEvents;
use atelier_application::ports::log_files::LogFileReader;
use atelier_application::ports::machines::MachineStore;
use atelier_application::ports::sessions::SessionReader;
use atelier_domain::time::PlantZone;
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
    /// What is committed, as it happens.
    pub events: Arc<dyn SessionEvents>,
    /// Who signs in.
    pub auth: Auth,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The plant's zone.
    pub zone: PlantZone,
}

//! Reading what is stored, a file per resource.
//!
//! [`Queries::reader`] decides once what a subject may read. Methods that take a slice of ids ask the store once, whatever
//! its length.

mod alerts;
mod anomalies;
pub mod cursor;
mod decisions;
mod details;
mod lines;
mod log_files;
mod machines;
mod orders;
pub mod page;
mod sessions;
mod statistics;
mod sync_runs;
mod timeline;

pub use anomalies::AnomalyWish;
pub use decisions::MachineCycles;
pub use orders::OrderWish;
pub use sessions::place;
pub use timeline::timeline;

use crate::access;
use crate::error::AppError;
use crate::ports::alerts::AlertStore;
use crate::ports::anomalies::AnomalyReader;
use crate::ports::clock::Clock;
use crate::ports::decisions::DecisionStore;
use crate::ports::identity::Subject;
use crate::ports::log_files::LogFileReader;
use crate::ports::log_format::LogFormat;
use crate::ports::machines::MachineStore;
use crate::ports::order_links::OrderLinkReader;
use crate::ports::orders::OrderReader;
use crate::ports::sessions::SessionReader;
use crate::ports::statistics::StatisticsReader;
use crate::ports::sync_runs::SyncRunReader;
use crate::ports::users::{Role, UserStore};
use atelier_domain::time::PlantZone;
use atelier_domain::units::Millis;
use std::sync::Arc;

/// What reading stands on.
#[derive(Clone)]
pub struct ReadPorts {
    /// Machines.
    pub machines: Arc<dyn MachineStore>,
    /// Sessions and what they hold.
    pub sessions: Arc<dyn SessionReader>,
    /// Log files and their contents.
    pub log_files: Arc<dyn LogFileReader>,
    /// How contents read.
    pub format: Arc<dyn LogFormat>,
    /// Anomalies of all machines.
    pub anomalies: Arc<dyn AnomalyReader>,
    /// Runs of the synchronisation.
    pub sync_runs: Arc<dyn SyncRunReader>,
    /// What people decided.
    pub decisions: Arc<dyn DecisionStore>,
    /// Orders.
    pub orders: Arc<dyn OrderReader>,
    /// Which orders sessions are for.
    pub order_links: Arc<dyn OrderLinkReader>,
    /// Figures over many sessions.
    pub statistics: Arc<dyn StatisticsReader>,
    /// Alerts.
    pub alerts: Arc<dyn AlertStore>,
    /// Who takes care of them.
    pub users: Arc<dyn UserStore>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// A machine that is silent for so long inside required time is taken for off.
    pub silence: Millis,
    /// The plant's zone and the start of its days.
    pub zone: PlantZone,
}

/// All that can be read.
#[derive(Clone)]
pub struct Queries {
    reader: Reader,
}

impl Queries {
    /// Over these ports, with pages of at most `max_page` items.
    pub fn new(ports: ReadPorts, max_page: u32) -> Self {
        Self { reader: Reader { ports, max_page } }
    }

    /// What a subject may read.
    pub fn reader(&self, subject: &Subject) -> Result<Reader, AppError> {
        access::require(subject, Role::Viewer)?;
        Ok(self.reader.clone())
    }
}

/// What a subject may read.
#[derive(Clone)]
pub struct Reader {
    ports: ReadPorts,
    max_page: u32,
}

impl Reader {
    /// The most items a page may have.
    pub fn max_page(&self) -> u32 {
        self.max_page
    }
}

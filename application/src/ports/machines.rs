//! Reading machines.

use super::audit::AuditEntry;
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::{Activity, Machine, MachineType};
use atelier_domain::time::{Instant, ProductionDay};
use std::collections::HashMap;

/// Which machines. A missing list means all, an empty one none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineFilter {
    /// Of these types.
    pub types: Option<Vec<MachineType>>,
    /// In use, or not.
    pub active: Option<bool>,
    /// With these names.
    pub names: Option<Vec<String>>,
}

/// A machine as the configuration knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredMachine {
    /// What people call it. Unique.
    pub name: String,
    /// What it cuts.
    pub kind: MachineType,
    /// The folder of the log source that holds its files.
    pub folder: String,
}

/// The machines that are stored.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MachineStore: Send + Sync {
    /// Those that pass the filter, by name.
    async fn machines(&self, filter: &MachineFilter) -> StoreResult<Vec<Machine>>;

    /// Those of these ids that exist, in any order, in one statement.
    async fn machines_by_id(&self, ids: &[MachineId]) -> StoreResult<Vec<Machine>>;

    /// What each machine did last, up to the end of a day: a line with a wrong date in the future tells nothing of now. One
    /// without any event may be missing.
    async fn activities(
        &self,
        machines: &[MachineId],
        until: ProductionDay,
    ) -> StoreResult<HashMap<MachineId, Activity>>;

    /// Adds those configured machines that no stored one has the name or the folder of. Leaves the others as they are.
    async fn ensure_machines(&self, configured: &[ConfiguredMachine], now: Instant) -> StoreResult<()>;
}

/// A machine that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMachine {
    /// Its name; its own.
    pub name: String,
    /// What it cuts.
    pub kind: MachineType,
    /// The folder of the log source that holds its files; its own.
    pub folder: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Whether it is in use.
    pub active: bool,
}

/// What of a machine is to be changed; what is nothing stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineChange {
    /// Its name.
    pub name: Option<String>,
    /// What it cuts.
    pub kind: Option<MachineType>,
    /// Its folder, or none.
    pub folder: Option<Option<String>>,
    /// Its description, or none.
    pub description: Option<Option<String>>,
    /// Whether it is in use.
    pub active: Option<bool>,
}

/// What became of the wish to remove a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It is gone.
    Deleted,
    /// There is none.
    Unknown,
    /// Something was read of it, which is kept.
    InUse,
}

/// Adding, changing and removing machines: each in one transaction with its entry in the audit trail.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MachineRegistry: Send + Sync {
    /// Adds one.
    ///
    /// # Errors
    /// `Conflict` when another one has the name or the folder.
    async fn add(&self, machine: &NewMachine, entry: AuditEntry) -> StoreResult<Machine>;

    /// Changes one, and gives it as it is then; nothing when there is none. The entry gets its name.
    ///
    /// # Errors
    /// `Conflict` when another one has the name or the folder.
    async fn change(&self, id: MachineId, change: &MachineChange, entry: AuditEntry) -> StoreResult<Option<Machine>>;

    /// Removes one of which nothing was ever read. The entry gets its name.
    async fn delete(&self, id: MachineId, entry: AuditEntry) -> StoreResult<Deletion>;
}

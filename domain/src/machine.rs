//! Machining centres.

use crate::ids::MachineId;
use crate::time::Instant;
use std::fmt;
use std::str::FromStr;

/// A machining centre (*centre d'usinage*): a folder of the log source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its identifier.
    pub id: MachineId,
    /// What people call it: `DEM12`. Unique.
    pub name: String,
    /// What it cuts.
    pub kind: MachineType,
    /// Free text.
    pub description: Option<String>,
    /// Whether it is in use.
    pub active: bool,
    /// The folder of the log source that holds its files.
    pub folder: Option<String>,
    /// When it was first known.
    pub created_at: Instant,
}

/// What a machine cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MachineType {
    /// PVC profiles.
    Pvc,
    /// Aluminium profiles.
    Alu,
    /// Both.
    Hybride,
}

impl MachineType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pvc, Self::Alu, Self::Hybride];

    /// As configuration, columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pvc => "PVC",
            Self::Alu => "ALU",
            Self::Hybride => "HYBRIDE",
        }
    }
}

impl fmt::Display for MachineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no machine type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no machine type: use PVC, ALU or HYBRIDE")]
pub struct UnknownMachineType(String);

impl FromStr for MachineType {
    type Err = UnknownMachineType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownMachineType(text.to_owned()))
    }
}

/// What a machine does over a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MachineState {
    /// Neither waiting nor stopped.
    Running,
    /// Waiting, and not stopped.
    Waiting,
    /// Stopped by its operator.
    Stopped,
}

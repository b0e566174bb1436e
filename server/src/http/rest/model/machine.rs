//! Machining centres, and what adds and changes them.

use super::{DateTime, MachineState, MachineType};
use atelier_application::ports::machines::{MachineChange, NewMachine};
use atelier_domain::machine;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// A machining centre: a folder of the log source.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    /// Its identifier.
    #[schema(example = "1")]
    id: String,
    /// What people call it. Unique.
    #[schema(example = "DEM12")]
    name: String,
    /// What it cuts.
    #[serde(rename = "type")]
    kind: MachineType,
    /// Free text; null when there is none.
    description: Option<String>,
    /// Whether it is in use.
    active: bool,
    /// The folder of the log source that holds its files, relative to the source's root; null when it has none.
    #[schema(example = "DEM12 (PVC)")]
    folder: Option<String>,
    /// When it was first known.
    created_at: DateTime,
    /// What it does now, as far as its last events tell.
    state: MachineState,
    /// Since when it does that; null when that is not known.
    state_since: Option<DateTime>,
}

impl Machine {
    /// A machine and what it does now, if that is known.
    pub(crate) fn new(machine: machine::Machine, now: Option<&machine::StateNow>) -> Self {
        let machine::Machine { id, name, kind, description, active, folder, created_at } = machine;
        Self {
            id: id.to_string(),
            name,
            kind: kind.into(),
            description,
            active,
            folder,
            created_at: DateTime(created_at),
            state: now.map_or(MachineState::Unknown, |now| now.state.into()),
            state_since: now.and_then(|now| now.since).map(DateTime),
        }
    }
}

/// Which machine.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MachineRef {
    /// Its identifier.
    #[schema(example = "1")]
    pub(crate) id: String,
    /// What people call it. Unique.
    #[schema(example = "DEM12")]
    pub(crate) name: String,
    /// What it cuts.
    #[serde(rename = "type")]
    pub(crate) kind: MachineType,
}

impl From<&machine::Machine> for MachineRef {
    fn from(machine: &machine::Machine) -> Self {
        Self { id: machine.id.to_string(), name: machine.name.clone(), kind: machine.kind.into() }
    }
}

/// A machine that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateMachine {
    /// What people call it; its own. Blanks around it are left away.
    #[schema(max_length = 64, example = "DEM13")]
    name: String,
    /// What it cuts.
    #[serde(rename = "type")]
    kind: MachineType,
    /// The folder below the log source's root that holds its files; its own. Without one nothing is read of it.
    #[serde(default)]
    #[schema(max_length = 500, example = "DEM13 (PVC)")]
    folder: Option<String>,
    /// Free text on one line.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: Option<String>,
    /// Whether it is in use.
    #[serde(default = "yes")]
    #[schema(default = true)]
    active: bool,
}

fn yes() -> bool {
    true
}

impl From<CreateMachine> for NewMachine {
    fn from(input: CreateMachine) -> Self {
        let CreateMachine { name, kind, folder, description, active } = input;
        Self { name, kind: kind.into(), folder, description, active }
    }
}

/// What of a machine is to be changed, at least one thing; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
#[expect(clippy::option_option, reason = "what is left out stays, what is null is taken away")]
pub(crate) struct UpdateMachine {
    /// What people call it; its own. Blanks around it are left away.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, max_length = 64, example = "DEM13")]
    name: Option<String>,
    /// What it cuts.
    #[serde(rename = "type", default, deserialize_with = "given")]
    #[schema(nullable = false)]
    kind: Option<MachineType>,
    /// The folder below the log source's root that holds its files; null takes it away, and nothing is read of it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 500)]
    folder: Option<Option<String>>,
    /// Free text on one line; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 500)]
    description: Option<Option<String>>,
    /// Whether it is in use.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    active: Option<bool>,
}

/// What is there, be it null where that is a value; what is left out has its default.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl From<UpdateMachine> for MachineChange {
    fn from(input: UpdateMachine) -> Self {
        let UpdateMachine { name, kind, folder, description, active } = input;
        Self { name, kind: kind.map(Into::into), folder, description, active }
    }
}

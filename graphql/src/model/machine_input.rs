//! Machines as somebody adds or changes them.

use super::MachineType;
use async_graphql::{InputObject, MaybeUndefined};
use atelier_application::ports::machines::{MachineChange, NewMachine};

/// A machine that is to be added.
#[derive(InputObject)]
pub(crate) struct CreateMachineInput {
    /// What people call it, in at most 64 characters; its own.
    name: String,
    /// What it cuts.
    #[graphql(name = "type")]
    kind: MachineType,
    /// The folder below the log source's root that holds its files; its own. Without one nothing is read of it.
    folder: Option<String>,
    /// Free text, in at most 500 characters.
    description: Option<String>,
    /// Whether it is in use.
    #[graphql(default_with = "Some(true)")]
    active: Option<bool>,
}

impl From<CreateMachineInput> for NewMachine {
    fn from(input: CreateMachineInput) -> Self {
        let CreateMachineInput { name, kind, folder, description, active } = input;
        Self { name, kind: kind.into(), folder, description, active: active.unwrap_or(true) }
    }
}

/// What of a machine is to be changed; what is left out stays.
#[derive(InputObject)]
pub(crate) struct UpdateMachineInput {
    /// What people call it, in at most 64 characters; its own.
    name: Option<String>,
    /// What it cuts.
    #[graphql(name = "type")]
    kind: Option<MachineType>,
    /// The folder below the log source's root that holds its files; null takes it away, and nothing is read of it.
    folder: MaybeUndefined<String>,
    /// Free text, in at most 500 characters; null takes it away.
    description: MaybeUndefined<String>,
    /// Whether it is in use.
    active: Option<bool>,
}

impl From<UpdateMachineInput> for MachineChange {
    fn from(input: UpdateMachineInput) -> Self {
        let UpdateMachineInput { name, kind, folder, description, active } = input;
        let change = |value: MaybeUndefined<String>| match value {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(text) => Some(Some(text)),
        };
        Self { name, kind: kind.map(Into::into), folder: change(folder), description: change(description), active }
    }
}

//! Which machines there are.

use crate::access::require;
use crate::error::AppError;
use crate::ports::audit::{Actor, AuditAction, AuditEntry};
use crate::ports::clock::Clock;
use crate::ports::identity::Subject;
use crate::ports::machines::{Deletion, MachineChange, MachineRegistry, NewMachine};
use crate::ports::store_error::StoreError;
use crate::ports::users::Role;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a name may be, in characters.
const LONGEST_NAME: usize = 64;
/// How long a folder's path or a description may be, in characters.
const LONGEST_TEXT: usize = 500;

/// Adds, changes and removes machines, for administrators.
#[derive(Clone)]
pub struct Machines {
    registry: Arc<dyn MachineRegistry>,
    clock: Arc<dyn Clock>,
}

impl Machines {
    /// Over these ports.
    pub fn new(registry: Arc<dyn MachineRegistry>, clock: Arc<dyn Clock>) -> Self {
        Self { registry, clock }
    }

    /// Adds a machine.
    pub async fn create(&self, subject: &Subject, machine: NewMachine) -> Result<Machine, AppError> {
        require(subject, Role::Admin)?;
        let machine = NewMachine {
            name: name(&machine.name)?,
            folder: machine.folder.as_deref().map(folder).transpose()?,
            description: machine.description.as_deref().map(description).transpose()?.flatten(),
            ..machine
        };
        let detail = [
            ("type", Some(machine.kind.to_string())),
            ("folder", machine.folder.clone()),
            ("description", machine.description.clone()),
            ("active", Some(machine.active.to_string())),
        ];
        let entry = self.entry(subject, AuditAction::MachineCreated, &machine.name, detail);
        self.registry.add(&machine, entry).await.map_err(taken)
    }

    /// Changes a machine: what is not named stays.
    pub async fn update(&self, subject: &Subject, id: MachineId, change: MachineChange) -> Result<Machine, AppError> {
        require(subject, Role::Admin)?;
        let change = MachineChange {
            name: change.name.as_deref().map(name).transpose()?,
            folder: change.folder.map(|path| path.as_deref().map(folder).transpose()).transpose()?,
            description: match change.description {
                Some(Some(text)) => Some(description(&text)?),
                other => other,
            },
            ..change
        };
        if change == MachineChange::default() {
            return Err(AppError::bad_input("input", "Name what is to be changed."));
        }
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let detail = [
            ("name", change.name.clone()),
            ("type", change.kind.map(|kind| kind.to_string())),
            ("folder", change.folder.as_ref().map(or_none)),
            ("description", change.description.as_ref().map(or_none)),
            ("active", change.active.map(|active| active.to_string())),
        ];
        let entry = self.entry(subject, AuditAction::MachineUpdated, &id.to_string(), detail);
        let changed = self.registry.change(id, &change, entry).await.map_err(taken)?;
        changed.ok_or_else(|| unknown(id))
    }

    /// Removes a machine of which nothing was ever read.
    pub async fn delete(&self, subject: &Subject, id: MachineId) -> Result<MachineId, AppError> {
        require(subject, Role::Admin)?;
        let entry = self.entry(subject, AuditAction::MachineDeleted, &id.to_string(), []);
        match self.registry.delete(id, entry).await? {
            Deletion::Deleted => Ok(id),
            Deletion::Unknown => Err(unknown(id)),
            Deletion::InUse => Err(AppError::Conflict(
                "The machine has sessions or log files, and these are kept: deactivate it instead (`active: false`)."
                    .to_owned(),
            )),
        }
    }

    fn entry(
        &self,
        subject: &Subject,
        action: AuditAction,
        machine: &str,
        detail: impl IntoIterator<Item = (&'static str, Option<String>)>,
    ) -> AuditEntry {
        let detail = detail.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        AuditEntry {
            at: self.clock.now(),
            actor: Actor::User { id: subject.user, username: subject.username.clone() },
            action,
            object: format!("machine {machine}"),
            detail: detail.collect::<BTreeMap<_, _>>(),
        }
    }
}

fn unknown(id: MachineId) -> AppError {
    AppError::NotFound(format!("There is no machine {id}."))
}

fn taken(error: StoreError) -> AppError {
    match error {
        StoreError::Conflict(_) => {
            AppError::Conflict("Another machine has that name, or that folder: each is a machine's own.".to_owned())
        }
        other => other.into(),
    }
}

fn one_line(field: &str, text: &str, longest: usize) -> Result<String, AppError> {
    let text = text.trim();
    if text.chars().count() > longest || text.chars().any(char::is_control) {
        let message = format!("`{field}` must have at most {longest} characters, all on one line.");
        return Err(AppError::bad_input(field, message));
    }
    Ok(text.to_owned())
}

fn name(text: &str) -> Result<String, AppError> {
    let name = one_line("name", text, LONGEST_NAME)?;
    if name.is_empty() {
        return Err(AppError::bad_input("name", "`name` must say what people call the machine."));
    }
    Ok(name)
}

/// A folder below the source's root.
fn folder(text: &str) -> Result<String, AppError> {
    let folder = one_line("folder", text, LONGEST_TEXT)?.trim_matches('/').to_owned();
    if folder.contains('\\') || folder.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let message =
            "`folder` must be a path below the root of the log source, such as `DEM12 (PVC)` or `hall 2/DEM12`.";
        return Err(AppError::bad_input("folder", message));
    }
    Ok(folder)
}

fn description(text: &str) -> Result<Option<String>, AppError> {
    Ok(Some(one_line("description", text, LONGEST_TEXT)?).filter(|text| !text.is_empty()))
}

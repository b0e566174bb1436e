//! Adding, changing and removing machines in memory. The first one was read.

use super::{Store, data};
use async_trait::async_trait;
use atelier_application::ports::audit::AuditEntry;
use atelier_application::ports::machines::{Deletion, MachineChange, MachineRegistry, NewMachine};
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;

#[async_trait]
impl MachineRegistry for Store {
    async fn add(&self, machine: &NewMachine, _: AuditEntry) -> StoreResult<Machine> {
        self.asked("add")?;
        let mut machines = self.machines.lock().unwrap();
        if machines.iter().any(|known| known.name == machine.name) {
            return Err(StoreError::Conflict("UNIQUE".to_owned()));
        }
        let NewMachine { name, kind, folder, description, active } = machine.clone();
        let id = machines.len() as i64 + 1;
        machines.push(Machine { name, kind, folder, description, active, ..data::machine(id) });
        Ok(machines[id as usize - 1].clone())
    }

    async fn change(&self, id: MachineId, change: &MachineChange, _: AuditEntry) -> StoreResult<Option<Machine>> {
        self.asked("change")?;
        let mut machines = self.machines.lock().unwrap();
        let Some(machine) = machines.iter_mut().find(|machine| machine.id == id) else { return Ok(None) };
        let MachineChange { name, kind, folder, description, active } = change.clone();
        machine.name = name.unwrap_or(machine.name.clone());
        machine.kind = kind.unwrap_or(machine.kind);
        machine.folder = folder.unwrap_or(machine.folder.clone());
        machine.description = description.unwrap_or(machine.description.clone());
        machine.active = active.unwrap_or(machine.active);
        Ok(Some(machine.clone()))
    }

    async fn delete(&self, id: MachineId, _: AuditEntry) -> StoreResult<Deletion> {
        self.asked("delete")?;
        let mut machines = self.machines.lock().unwrap();
        if !machines.iter().any(|machine| machine.id == id) {
            return Ok(Deletion::Unknown);
        }
        if id == MachineId(1) {
            return Ok(Deletion::InUse);
        }
        machines.retain(|machine| machine.id != id);
        Ok(Deletion::Deleted)
    }
}

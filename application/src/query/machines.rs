//! Machines.

use super::Reader;
use crate::error::AppError;
use crate::ports::machines::MachineFilter;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;

impl Reader {
    /// Those that pass the filter, by name.
    pub async fn machines(&self, filter: &MachineFilter) -> Result<Vec<Machine>, AppError> {
        Ok(self.ports.machines.machines(filter).await?)
    }

    /// Those of these ids that exist, in any order.
    pub async fn machines_by_id(&self, ids: &[MachineId]) -> Result<Vec<Machine>, AppError> {
        Ok(self.ports.machines.machines_by_id(ids).await?)
    }

    /// The machine with this id, or this name, or both.
    pub async fn machine(&self, id: Option<MachineId>, name: Option<&str>) -> Result<Option<Machine>, AppError> {
        let found = match (id, name) {
            (None, None) => return Err(AppError::bad_input("id", "Give `id` or `name`.")),
            (Some(id), _) => self.ports.machines.machines_by_id(&[id]).await?,
            (None, Some(name)) => {
                self.ports
                    .machines
                    .machines(&MachineFilter { names: Some(vec![name.to_owned()]), ..MachineFilter::default() })
                    .await?
            }
        };
        Ok(found.into_iter().find(|machine| name.is_none_or(|name| machine.name == name)))
    }
}

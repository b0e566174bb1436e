//! Adding, changing and removing machines.

use crate::error::from_db;
use crate::ingest::{Tx, lock_machine};
use crate::rows::{Fields, FromRow};
use crate::statement::Update;
use crate::{Store, audit, value};
use async_trait::async_trait;
use atelier_application::ports::audit::AuditEntry;
use atelier_application::ports::machines::{Deletion, MachineChange, MachineRegistry, NewMachine};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;
use sea_orm::{DbErr, Value};

/// What may point to a machine that nothing was ever read of.
const OWNED: [&str; 6] = ["calendrier", "cycle_reference", "rebut", "qualification_arret", "a_deriver", "hors_service"];

#[async_trait]
impl MachineRegistry for Store {
    async fn add(&self, machine: &NewMachine, entry: AuditEntry) -> StoreResult<Machine> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let now = entry.at;
        let sql = format!(
            "INSERT INTO centre_usinage (nom, type_cu, description, dossier, actif, date_creation)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING {}",
            Machine::COLUMNS.join(", ")
        );
        let values: Vec<Value> = vec![
            machine.name.clone().into(),
            machine.kind.as_str().into(),
            machine.description.clone().into(),
            machine.folder.clone().into(),
            machine.active.into(),
            value::instant(tx.backend(), now),
        ];
        let row = tx.query_one(sql, values).await.map_err(from_db)?;
        let added = Machine::from_row(&mut Fields::new::<Machine>(&row, 0))?;
        note_use(&mut tx, added.id, machine.active, &entry).await.map_err(from_db)?;
        audit::finish(tx, &entry).await.map_err(from_db)?;
        Ok(added)
    }

    async fn change(
        &self,
        id: MachineId,
        change: &MachineChange,
        mut entry: AuditEntry,
    ) -> StoreResult<Option<Machine>> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let MachineChange { name, kind, folder, description, active } = change;
        let mut update = Update::default();
        update.set("nom", name.clone().map(Into::into));
        update.set("type_cu", kind.map(|kind| kind.as_str().into()));
        update.set("dossier", folder.clone().map(Into::into));
        update.set("description", description.clone().map(Into::into));
        update.set("actif", active.map(Into::into));
        let (sql, values) = update.of_row::<Machine>(id.0);
        let rows = tx.query(sql, values).await.map_err(from_db)?;
        let Some(row) = rows.first() else { return Ok(None) };
        let machine = Machine::from_row(&mut Fields::new::<Machine>(row, 0))?;
        if let Some(active) = active {
            note_use(&mut tx, id, *active, &entry).await.map_err(from_db)?;
        }
        entry.object = format!("machine {}", machine.name);
        audit::finish(tx, &entry).await.map_err(from_db)?;
        Ok(Some(machine))
    }

    async fn delete(&self, id: MachineId, mut entry: AuditEntry) -> StoreResult<Deletion> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let deleted = remove(&mut tx, id).await.map_err(from_db)?;
        let name = match deleted {
            Ok(name) => name,
            Err(refused) => return Ok(refused),
        };
        entry.object = format!("machine {name}");
        audit::finish(tx, &entry).await.map_err(from_db)?;
        Ok(Deletion::Deleted)
    }
}

/// Since when it is out of use, or no longer.
async fn note_use(tx: &mut Tx, id: MachineId, active: bool, entry: &AuditEntry) -> Result<(), DbErr> {
    let sql = if active {
        "UPDATE hors_service SET jusqu_a = $2 WHERE centre_usinage_id = $1 AND jusqu_a IS NULL"
    } else {
        "INSERT INTO hors_service (centre_usinage_id, depuis) SELECT $1, $2
         WHERE NOT EXISTS (SELECT 1 FROM hors_service WHERE centre_usinage_id = $1 AND jusqu_a IS NULL)
         ON CONFLICT (centre_usinage_id, depuis) DO UPDATE SET jusqu_a = NULL"
    };
    let values = vec![id.0.into(), value::instant(tx.backend(), entry.at)];
    tx.execute(sql, values).await?;
    Ok(())
}

/// Removes a machine and gives its name, or says why not.
async fn remove(tx: &mut Tx, id: MachineId) -> Result<Result<String, Deletion>, DbErr> {
    // Nothing is read of it meanwhile.
    lock_machine(tx, id).await?;
    let of_machine = || vec![Value::from(id.0)];
    let rows = tx.query("SELECT nom FROM centre_usinage WHERE id = $1", of_machine()).await?;
    let Some(row) = rows.first() else { return Ok(Err(Deletion::Unknown)) };
    let name: String = row.try_get_by_index(0)?;
    let used = "SELECT 1 FROM fichier_log WHERE centre_usinage_id = $1
         UNION ALL SELECT 1 FROM session_production WHERE centre_usinage_id = $1 LIMIT 1";
    if !tx.query(used, of_machine()).await?.is_empty() {
        return Ok(Err(Deletion::InUse));
    }
    tx.execute("UPDATE alerte SET centre_usinage_id = NULL WHERE centre_usinage_id = $1", of_machine()).await?;
    for table in OWNED {
        tx.execute(format!("DELETE FROM {table} WHERE centre_usinage_id = $1"), of_machine()).await?;
    }
    tx.execute("DELETE FROM centre_usinage WHERE id = $1", of_machine()).await?;
    Ok(Ok(name))
}

//! Machines.

use crate::Store;
use crate::rows::{Fields, FromRow, columns};
use crate::statement::{Values, all_of, by_bytes};
use async_trait::async_trait;
use atelier_application::ports::machines::{ConfiguredMachine, MachineFilter, MachineStore};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::{Machine, MachineType};
use atelier_domain::time::Instant;
use sea_orm::Value;

impl FromRow for Machine {
    const TABLE: &'static str = "centre_usinage";
    const COLUMNS: &'static [&'static str] =
        &["id", "nom", "type_cu", "description", "actif", "dossier", "date_creation"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: MachineId(row.number()?),
            name: row.text()?.to_owned(),
            kind: row.one_of(|text| MachineType::ALL.into_iter().find(|kind| kind.as_str() == text))?,
            description: row.text_option()?.map(str::to_owned),
            active: row.flag()?,
            folder: row.text_option()?.map(str::to_owned),
            created_at: row.instant()?,
        })
    }
}

#[async_trait]
impl MachineStore for Store {
    async fn machines(&self, filter: &MachineFilter) -> StoreResult<Vec<Machine>> {
        let mut values = Values::new(self.backend());
        let mut conditions = Vec::new();
        if let Some(types) = &filter.types {
            conditions.push(values.one_of_texts("t.type_cu", types.iter().map(|kind| kind.as_str())));
        }
        if let Some(active) = filter.active {
            conditions.push(format!("t.actif = {}", values.add(active.into())));
        }
        if let Some(names) = &filter.names {
            conditions.push(values.one_of_texts("t.nom", names.iter().cloned()));
        }
        let sql = format!(
            "SELECT {} FROM centre_usinage t WHERE {} ORDER BY {}",
            columns::<Machine>("t"),
            all_of(&conditions),
            by_bytes(self.backend(), "t.nom")
        );
        self.list(sql, values.into_list()).await
    }

    async fn machines_by_id(&self, ids: &[MachineId]) -> StoreResult<Vec<Machine>> {
        let mut values = Values::new(self.backend());
        let condition = values.one_of_numbers("t.id", ids.iter().map(|id| id.0));
        let sql = format!("SELECT {} FROM centre_usinage t WHERE {condition}", columns::<Machine>("t"));
        self.list(sql, values.into_list()).await
    }

    async fn ensure_machines(&self, configured: &[ConfiguredMachine], now: Instant) -> StoreResult<()> {
        for machine in configured {
            let values: Vec<Value> = vec![
                machine.name.clone().into(),
                machine.kind.as_str().into(),
                machine.folder.clone().into(),
                self.at(now),
            ];
            let sql = "INSERT INTO centre_usinage (nom, type_cu, dossier, date_creation) SELECT $1, $2, $3, $4 \
                       WHERE NOT EXISTS (SELECT 1 FROM centre_usinage WHERE nom = $1 OR dossier = $3) \
                       ON CONFLICT DO NOTHING";
            self.execute(sql, values).await?;
        }
        Ok(())
    }
}

//! Machines.

use crate::ingest::carry;
use crate::rows::{Fields, FromRow, columns};
use crate::statement::{Values, all_of, by_bytes};
use crate::{Store, value};
use async_trait::async_trait;
use atelier_application::ports::machines::{ConfiguredMachine, MachineFilter, MachineStore};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::MachineId;
use atelier_domain::interval::Interval;
use atelier_domain::machine::{Activity, Machine, MachineType};
use atelier_domain::time::{Instant, ProductionDay};
use sea_orm::Value;
use std::collections::HashMap;

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

    async fn activities(
        &self,
        machines: &[MachineId],
        until: ProductionDay,
    ) -> StoreResult<HashMap<MachineId, Activity>> {
        let machines = self.numbers(machines.iter().map(|machine| machine.0));
        let latest = format!(
            "SELECT centre_usinage_id, max(date_production) AS jour FROM session_production \
             WHERE {} AND evenements > 0 AND date_production <= $2 GROUP BY centre_usinage_id",
            self.is_in("centre_usinage_id", 1)
        );
        // The stop that lasts is that of the stream, which a complete session does not know.
        let sql = format!(
            "SELECT s.centre_usinage_id, s.dernier_evenement, \
             (SELECT e.etat FROM etat_flux e WHERE e.centre_usinage_id = s.centre_usinage_id \
              AND e.date_production <= $2 ORDER BY e.date_production DESC LIMIT 1) AS etat, \
             w.timestamp_debut, w.timestamp_fin, \
             (SELECT max(p.timestamp_fin) FROM periode_arret p WHERE p.session_id = s.id) AS reprise \
             FROM ({latest}) l JOIN session_production s \
               ON s.centre_usinage_id = l.centre_usinage_id AND s.date_production = l.jour \
             LEFT JOIN periode_attente w ON w.id = (SELECT a.id FROM periode_attente a WHERE a.session_id = s.id \
               ORDER BY a.timestamp_fin DESC, a.id DESC LIMIT 1)"
        );
        let columns =
            &["centre_usinage_id", "dernier_evenement", "etat", "timestamp_debut", "timestamp_fin", "reprise"];
        let mut found = HashMap::new();
        for row in &self.rows(sql, vec![machines, value::day(self.backend(), until)]).await? {
            let mut fields = Fields::of(row, "session_production", columns, 0);
            let (machine, last_event) = (MachineId(fields.number()?), fields.instant()?);
            let stopped_since = match fields.text_option()? {
                Some(text) => carry::read(text)
                    .map_err(|cause| fields.nonsense(&format!("is no state of a stream: {cause}")))?
                    .stop
                    .map(|stop| stop.since),
                None => None,
            };
            let (start, end) = (fields.instant_option()?, fields.instant_option()?);
            let last_wait = start.zip(end).map(|(start, end)| Interval::new(start, end));
            let last_start = fields.instant_option()?;
            found.insert(machine, Activity { last_event, stopped_since, last_wait, last_start });
        }
        Ok(found)
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

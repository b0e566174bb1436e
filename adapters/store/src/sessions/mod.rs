//! Sessions and what they hold.

mod children;
mod filter;
mod rows;

use crate::Store;
use crate::page::{Owners, Page};
use crate::rows::{Fields, columns};
use crate::statement::{Values, all_of};
use async_trait::async_trait;
use atelier_application::ports::sessions::{
    PieceRange, SessionCursor, SessionFilter, SessionOrder, SessionOrderField, SessionReader, SessionSummary, Slice,
    StoredAnomaly, StoredJob, StoredPiece, StoredStop, StoredWait, Window,
};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::{JobId, MachineId, Revision, SessionId};
use atelier_domain::time::Instant;
pub(crate) use filter::conditions;
use filter::page;
pub(crate) use rows::reasons;
use std::collections::HashMap;

const OF_MACHINE: &str = "t.centre_usinage_id";

#[async_trait]
impl SessionReader for Store {
    async fn sessions(
        &self,
        filter: &SessionFilter,
        order: SessionOrder,
        window: &Window<SessionCursor>,
    ) -> StoreResult<Slice<SessionSummary>> {
        let mut values = Values::new(self.backend());
        let page = page(filter, order, window, &mut values);
        let slices = self.pages(&page, values, None).await?;
        Ok(slices.into_iter().next().map(|(_, slice)| slice).unwrap_or_default())
    }

    async fn sessions_by_machine(
        &self,
        machines: &[MachineId],
        filter: &SessionFilter,
        order: SessionOrder,
        window: &Window<SessionCursor>,
    ) -> StoreResult<HashMap<MachineId, Slice<SessionSummary>>> {
        let mut values = Values::new(self.backend());
        let page = page(filter, order, window, &mut values);
        let slices = self.pages(&page, values, Some(each(machines))).await?;
        Ok(slices.into_iter().map(|(machine, slice)| (MachineId(machine), slice)).collect())
    }

    async fn count_sessions(&self, filter: &SessionFilter) -> StoreResult<u64> {
        let mut values = Values::new(self.backend());
        let conditions = conditions(filter, &mut values);
        let sql = format!("SELECT count(*) FROM session_production t WHERE {}", all_of(&conditions));
        let row = self.row(sql, values.into_list()).await?;
        row.map_or(Ok(0), |row| Fields::of(&row, "session_production", &["count"], 0).size())
    }

    async fn count_sessions_by_machine(
        &self,
        machines: &[MachineId],
        filter: &SessionFilter,
    ) -> StoreResult<HashMap<MachineId, u64>> {
        let mut values = Values::new(self.backend());
        let mut conditions = conditions(filter, &mut values);
        conditions.push(values.one_of_numbers(OF_MACHINE, machines.iter().map(|machine| machine.0)));
        let sql = format!(
            "SELECT {OF_MACHINE}, count(*) FROM session_production t WHERE {} GROUP BY {OF_MACHINE}",
            all_of(&conditions)
        );
        let rows = self.rows(sql, values.into_list()).await?;
        rows.iter()
            .map(|row| {
                let mut fields = Fields::of(row, "session_production", &["centre_usinage_id", "count"], 0);
                Ok((MachineId(fields.number()?), fields.size()?))
            })
            .collect()
    }

    async fn sessions_by_id(&self, ids: &[SessionId]) -> StoreResult<Vec<SessionSummary>> {
        let mut values = Values::new(self.backend());
        let condition = values.one_of_numbers("t.id", ids.iter().map(|id| id.0));
        self.list(select(&condition), values.into_list()).await
    }

    async fn latest_sessions(&self, machines: &[MachineId]) -> StoreResult<HashMap<MachineId, SessionSummary>> {
        let order = SessionOrder { field: SessionOrderField::Date, descending: true };
        let window = Window { limit: 1, after: None, before: None, from_end: false };
        let mut values = Values::new(self.backend());
        let page = Page { look_on: false, ..page(&SessionFilter::default(), order, &window, &mut values) };
        let slices = self.pages(&page, values, Some(each(machines))).await?;
        Ok(slices
            .into_iter()
            .filter_map(|(machine, mut slice)| Some((MachineId(machine), slice.items.pop()?)))
            .collect())
    }

    async fn jobs(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredJob>>> {
        children::of_sessions(self, sessions, "numero").await
    }

    async fn jobs_by_id(&self, ids: &[JobId]) -> StoreResult<Vec<StoredJob>> {
        children::jobs_by_id(self, ids).await
    }

    async fn carried_pieces(&self, jobs: &[JobId]) -> StoreResult<HashMap<JobId, u64>> {
        children::carried_pieces(self, jobs).await
    }

    async fn waits(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredWait>>> {
        children::of_sessions(self, sessions, "numero").await
    }

    async fn stops(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredStop>>> {
        children::of_sessions(self, sessions, "numero").await
    }

    async fn pieces(&self, wanted: &[(SessionId, PieceRange)]) -> StoreResult<HashMap<SessionId, Vec<StoredPiece>>> {
        children::pieces(self, wanted).await
    }

    async fn piece_instants(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<Instant>>> {
        children::piece_instants(self, sessions).await
    }

    async fn anomalies(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredAnomaly>>> {
        children::of_sessions(self, sessions, "instant, t.id").await
    }

    async fn revision(&self) -> StoreResult<Revision> {
        let row = self.row("SELECT valeur FROM compteur WHERE nom = $1", vec!["revision".into()]).await?;
        row.map_or(Ok(Revision(0)), |row| Ok(Revision(Fields::of(&row, "compteur", &["valeur"], 0).number()?)))
    }

    async fn changed_since(&self, revision: Revision, limit: u32) -> StoreResult<Vec<SessionSummary>> {
        self.list(select(&format!("t.revision > $1 ORDER BY t.revision, t.id LIMIT {limit}")), vec![revision.0.into()])
            .await
    }

    async fn created_since(&self, id: SessionId, limit: u32) -> StoreResult<Vec<SessionSummary>> {
        self.list(select(&format!("t.id > $1 ORDER BY t.id LIMIT {limit}")), vec![id.0.into()]).await
    }

    async fn last_session(&self) -> StoreResult<SessionId> {
        let row = self.row("SELECT coalesce(max(id), 0) FROM session_production", Vec::new()).await?;
        row.map_or(Ok(SessionId(0)), |row| Ok(SessionId(Fields::of(&row, "session_production", &["id"], 0).number()?)))
    }
}

fn select(condition: &str) -> String {
    format!("SELECT {} FROM session_production t WHERE {condition}", columns::<SessionSummary>("t"))
}

fn each(machines: &[MachineId]) -> Owners {
    Owners { column: OF_MACHINE, ids: machines.iter().map(|machine| machine.0).collect() }
}

//! Alerts and what is to be told of them.

mod facts;
mod outbox;
mod review;

use crate::Store;
use crate::rows::{Fields, FromRow, columns};
use crate::statement::Values;
use async_trait::async_trait;
use atelier_application::ports::alerts::{AlertReview, AlertStore, StoredAlert};
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::alert::{AlertKind, Facts, Severity};
use atelier_domain::ids::{AlertId, MachineId, UserId};
use atelier_domain::time::Instant;

impl FromRow for StoredAlert {
    const TABLE: &'static str = "alerte";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "type_alerte",
        "gravite",
        "sujet",
        "message",
        "centre_usinage_id",
        "leve_le",
        "resolu_le",
        "acquitte_par",
    ];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: AlertId(row.number()?),
            kind: row.one_of(|text| AlertKind::ALL.into_iter().find(|kind| kind.as_str() == text))?,
            severity: row.one_of(|text| Severity::ALL.into_iter().find(|severity| severity.as_str() == text))?,
            subject: row.text()?.to_owned(),
            message: row.text()?.to_owned(),
            machine: row.number_option()?.map(MachineId),
            raised_at: row.instant()?,
            resolved_at: row.instant_option()?,
            acknowledged_by: row.number_option()?.map(UserId),
        })
    }
}

#[async_trait]
impl AlertStore for Store {
    async fn facts(&self, since: Instant) -> StoreResult<Facts> {
        facts::read(&self.db, since).await
    }

    async fn begin_review(&self) -> StoreResult<Box<dyn AlertReview>> {
        Ok(Box::new(review::Review::begin(self).await?))
    }

    async fn alerts(&self, open: Option<bool>, window: &Window<AlertId>) -> StoreResult<Slice<StoredAlert>> {
        let values = Values::new(self.backend());
        let condition = open.map(|open| format!("t.resolu_le IS {}", if open { "NULL" } else { "NOT NULL" }));
        self.page_by_id(condition.into_iter().collect(), values, window, |id| id.0, true).await
    }

    async fn alerts_by_id(&self, ids: &[AlertId]) -> StoreResult<Vec<StoredAlert>> {
        let mut values = Values::new(self.backend());
        let condition = values.one_of_numbers("t.id", ids.iter().map(|id| id.0));
        let sql = format!("SELECT {} FROM alerte t WHERE {condition}", columns::<StoredAlert>("t"));
        self.list(sql, values.into_list()).await
    }

    async fn raised_since(&self, after: AlertId, limit: u32) -> StoreResult<Vec<StoredAlert>> {
        let columns = columns::<StoredAlert>("t");
        let sql = format!("SELECT {columns} FROM alerte t WHERE t.id > $1 ORDER BY t.id LIMIT {limit}");
        self.list(sql, vec![after.0.into()]).await
    }

    async fn acknowledge(&self, id: AlertId, user: UserId, now: Instant) -> StoreResult<Option<StoredAlert>> {
        let sql = "UPDATE alerte SET acquitte_par = $1, acquitte_le = $2 WHERE id = $3 AND acquitte_par IS NULL";
        self.execute(sql, vec![user.0.into(), self.at(now), id.0.into()]).await?;
        Ok(self.alerts_by_id(&[id]).await?.pop())
    }
}

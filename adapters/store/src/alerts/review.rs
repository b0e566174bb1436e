//! Making the open alerts equal to the conditions that hold, in one transaction.

use super::facts;
use crate::Store;
use crate::error::from_db;
use crate::value;
use async_trait::async_trait;
use atelier_application::ports::alerts::{AlertReview, Reviewed, StoredAlert};
use atelier_application::ports::notify::AlertEvent;
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::alert::{Condition, Facts};
use atelier_domain::time::Instant;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait, Value,
};
use std::collections::HashMap;

/// The lock among reviews: whoever comes second waits. So ids grow in the order of commits.
const LOCK: &str = "UPDATE compteur SET valeur = valeur + 1 WHERE nom = 'alerte'";

/// A review, and the transaction it is made in.
pub(super) struct Review(DatabaseTransaction);

impl Review {
    pub(super) async fn begin(store: &Store) -> StoreResult<Self> {
        // Writing from the start: a reader that becomes a writer half way may find that another was faster.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let review = Self(store.db.begin_with_options(options).await.map_err(from_db)?);
        review.execute(LOCK, Vec::new()).await?;
        Ok(review)
    }

    fn backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn rows(&self, sql: impl Into<String>, values: Vec<Value>) -> StoreResult<Vec<QueryResult>> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        self.0.query_all_raw(statement).await.map_err(from_db)
    }

    async fn execute(&self, sql: impl Into<String>, values: Vec<Value>) -> StoreResult<()> {
        let statement = Statement::from_sql_and_values(self.backend(), sql, values);
        self.0.execute_raw(statement).await.map(drop).map_err(from_db)
    }

    async fn open(&self) -> StoreResult<Vec<StoredAlert>> {
        let columns = crate::rows::columns::<StoredAlert>("t");
        let sql = format!("SELECT {columns} FROM alerte t WHERE t.resolu_le IS NULL ORDER BY t.id");
        crate::rows::all(&self.rows(sql, Vec::new()).await?)
    }

    async fn raise(&self, condition: &Condition, now: Instant) -> StoreResult<()> {
        // That of the alert and what is to be told of it in one statement each, both in this transaction.
        let sql = "INSERT INTO alerte (type_alerte, gravite, sujet, message, centre_usinage_id, leve_le, vu_le)
             VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id";
        let values = vec![
            condition.kind.as_str().into(),
            condition.severity.as_str().into(),
            condition.subject.as_str().into(),
            condition.message.as_str().into(),
            condition.machine.map(|machine| machine.0).into(),
            value::instant(self.backend(), now),
        ];
        let rows = self.rows(sql, values).await?;
        let ids =
            rows.iter().map(|row| row.try_get_by_index::<i64>(0).map_err(from_db)).collect::<Result<Vec<_>, _>>()?;
        self.note_silence(condition).await?;
        self.note(&ids, AlertEvent::Raised, now).await
    }

    /// Notes a silence as an anomaly, once.
    async fn note_silence(&self, condition: &Condition) -> StoreResult<()> {
        let (Some(silence), Some(machine)) = (condition.silence, condition.machine) else { return Ok(()) };
        let backend = self.backend();
        let text = if backend == DbBackend::Postgres { "$4::text" } else { "$4" };
        let sql = format!(
            "INSERT INTO anomalie (type_anomalie, instant, centre_usinage_id, session_id, message) \
             SELECT 'MACHINE_SILENT', $1, $2, (SELECT s.id FROM session_production s \
               WHERE s.centre_usinage_id = $2 AND s.date_production = $3), {text} \
             WHERE NOT EXISTS (SELECT 1 FROM anomalie a WHERE a.centre_usinage_id = $2 AND a.instant = $1 \
               AND a.type_anomalie = 'MACHINE_SILENT')"
        );
        let values = vec![
            value::instant(backend, silence.since),
            machine.0.into(),
            value::day(backend, silence.day),
            condition.message.as_str().into(),
        ];
        self.execute(sql, values).await
    }

    /// Brings an alert that goes on up to date; most say the same as before.
    async fn refresh(&self, alert: &StoredAlert, condition: &Condition) -> StoreResult<()> {
        let same = alert.message == condition.message
            && alert.severity == condition.severity
            && alert.machine == condition.machine;
        if same {
            return Ok(());
        }
        let sql = "UPDATE alerte SET message = $1, gravite = $2, centre_usinage_id = $3 WHERE id = $4";
        let values = vec![
            condition.message.as_str().into(),
            condition.severity.as_str().into(),
            condition.machine.map(|machine| machine.0).into(),
            alert.id.0.into(),
        ];
        self.execute(sql, values).await?;
        self.note_silence(condition).await
    }

    /// Sets an instant of alerts.
    async fn mark(&self, column: &str, alerts: &[i64], now: Instant) -> StoreResult<()> {
        if alerts.is_empty() {
            return Ok(());
        }
        let sql = format!("UPDATE alerte SET {column} = $1 WHERE {}", value::is_in(self.backend(), "id", 2));
        let list = value::numbers(self.backend(), alerts.iter().copied());
        self.execute(sql, vec![value::instant(self.backend(), now), list]).await
    }

    /// Stores that this is to be told of alerts.
    async fn note(&self, alerts: &[i64], event: AlertEvent, now: Instant) -> StoreResult<()> {
        for alert in alerts {
            let sql = "INSERT INTO notification (alerte_id, evenement, prochain_essai) VALUES ($1, $2, $3)";
            let at = value::instant(self.backend(), now);
            self.execute(sql, vec![(*alert).into(), event.as_str().into(), at]).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl AlertReview for Review {
    async fn facts(&mut self, since: Instant) -> StoreResult<Facts> {
        facts::read(&self.0, since).await
    }

    async fn apply(self: Box<Self>, conditions: &[Condition], now: Instant) -> StoreResult<Reviewed> {
        let open = self.open().await?;
        let mut known: HashMap<_, _> = open.iter().map(|alert| ((alert.kind, alert.subject.as_str()), alert)).collect();
        let (mut going_on, mut reviewed) = (Vec::new(), Reviewed::default());
        for condition in conditions {
            if let Some(alert) = known.remove(&(condition.kind, condition.subject.as_str())) {
                self.refresh(alert, condition).await?;
                going_on.push(alert.id.0);
            } else {
                self.raise(condition, now).await?;
                reviewed.raised += 1;
            }
        }
        let mut gone: Vec<i64> = known.values().map(|alert| alert.id.0).collect();
        gone.sort_unstable();
        self.mark("vu_le", &going_on, now).await?;
        self.mark("resolu_le", &gone, now).await?;
        self.note(&gone, AlertEvent::Resolved, now).await?;
        self.0.commit().await.map_err(from_db)?;
        Ok(Reviewed { resolved: gone.len(), ..reviewed })
    }
}

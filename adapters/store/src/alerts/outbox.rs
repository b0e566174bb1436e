//! What is to be told of alerts.

use crate::Store;
use crate::rows::{Fields, FromRow, columns};
use crate::value;
use async_trait::async_trait;
use atelier_application::ports::alerts::StoredAlert;
use atelier_application::ports::notify::{AlertEvent, Notification, Outbox};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::NotificationId;
use atelier_domain::time::Instant;

/// Not told yet, not given up, due at `$1`, and in nobody's hands then.
const DUE: &str = "n.envoye_le IS NULL AND n.abandonne_le IS NULL AND n.prochain_essai <= $1
     AND (n.bail_jusqua IS NULL OR n.bail_jusqua <= $1)";

/// That it was raised is still to be told.
const RAISED_FIRST: &str = "EXISTS (SELECT 1 FROM notification r WHERE r.alerte_id = n.alerte_id
     AND r.evenement = 'RAISED' AND r.envoye_le IS NULL AND r.abandonne_le IS NULL)";

const HEAD: &[&str] = &["id", "evenement", "tentatives", "nom"];

#[async_trait]
impl Outbox for Store {
    async fn take_due(&self, now: Instant, until: Instant) -> StoreResult<Option<Notification>> {
        // The condition stands twice: of two who found the same row, the second looks at it again once the first is done.
        let sql = format!(
            "UPDATE notification AS n SET bail_jusqua = $2, tentatives = n.tentatives + 1 WHERE {DUE} AND n.id =
                 (SELECT n.id FROM notification n WHERE {DUE} AND (n.evenement = 'RAISED' OR NOT {RAISED_FIRST})
                  ORDER BY n.prochain_essai, n.id LIMIT 1)
             RETURNING id"
        );
        let Some(row) = self.row(sql, vec![self.at(now), self.at(until)]).await? else { return Ok(None) };
        let id = Fields::of(&row, "notification", &["id"], 0).number()?;
        let sql = format!(
            "SELECT n.id, n.evenement, n.tentatives, c.nom, {} FROM notification n JOIN alerte t ON t.id = n.alerte_id
             LEFT JOIN centre_usinage c ON c.id = t.centre_usinage_id WHERE n.id = $1",
            columns::<StoredAlert>("t")
        );
        let Some(row) = self.row(sql, vec![id.into()]).await? else { return Ok(None) };
        let mut head = Fields::of(&row, "notification", HEAD, 0);
        Ok(Some(Notification {
            id: NotificationId(head.number()?),
            event: head.one_of(|text| AlertEvent::ALL.into_iter().find(|event| event.as_str() == text))?,
            attempt: head.count()?,
            machine_name: head.text_option()?.map(str::to_owned),
            alert: StoredAlert::from_row(&mut Fields::new::<StoredAlert>(&row, HEAD.len()))?,
        }))
    }

    async fn delivered(&self, notification: &Notification, now: Instant) -> StoreResult<()> {
        let sql = "UPDATE notification SET envoye_le = $1, bail_jusqua = NULL, erreur = NULL
             WHERE id = $2 AND tentatives = $3 AND envoye_le IS NULL AND abandonne_le IS NULL";
        self.execute(sql, vec![self.at(now), notification.id.0.into(), attempt(notification)]).await?;
        Ok(())
    }

    async fn not_delivered(
        &self,
        notification: &Notification,
        error: &str,
        next_try: Option<Instant>,
        now: Instant,
    ) -> StoreResult<()> {
        let given_up = value::instant_option(self.backend(), next_try.is_none().then_some(now));
        let sql = "UPDATE notification SET prochain_essai = $1, abandonne_le = $2, erreur = $3, bail_jusqua = NULL
             WHERE id = $4 AND tentatives = $5 AND envoye_le IS NULL AND abandonne_le IS NULL";
        let next_try = self.at(next_try.unwrap_or(now));
        let values = vec![next_try, given_up, error.into(), notification.id.0.into(), attempt(notification)];
        self.execute(sql, values).await?;
        Ok(())
    }
}

/// Who took it: nobody else has taken it at this attempt.
fn attempt(notification: &Notification) -> sea_orm::Value {
    (notification.attempt as i32).into()
}

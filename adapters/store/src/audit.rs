//! The audit trail.

use crate::Store;
use crate::ingest::Tx;
use crate::rows::{Fields, FromRow};
use crate::statement::Values;
use crate::value;
use async_trait::async_trait;
use atelier_application::ports::audit::{AuditAction, AuditEntry, AuditLog, AuditRecord};
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::StoreResult;
use atelier_application::ports::users::{User, UserStore as _};
use atelier_domain::ids::{AuditId, UserId};
use sea_orm::{DbBackend, DbErr, Value};
use std::collections::{BTreeSet, HashMap};

/// A row, whose user is but a number.
struct Row {
    record: AuditRecord,
    user: Option<UserId>,
}

impl FromRow for Row {
    const TABLE: &'static str = "journal_audit";
    const COLUMNS: &'static [&'static str] =
        &["id", "instant", "utilisateur_id", "acteur", "action", "objet", "detail"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let (id, at) = (AuditId(row.number()?), row.instant()?);
        let user = row.number_option()?.map(UserId);
        let actor = row.text()?.to_owned();
        let action = row.one_of(|text| AuditAction::ALL.into_iter().find(|action| action.as_str() == text))?;
        let object = row.text()?.to_owned();
        let detail =
            serde_json::from_str(row.text()?).map_err(|error| row.nonsense(&format!("is no detail: {error}")))?;
        Ok(Self { record: AuditRecord { id, at, user: None, actor, action, object, detail }, user })
    }
}

/// The statement that adds an entry, for whichever transaction the act is in.
pub(crate) fn insert(backend: DbBackend, entry: &AuditEntry) -> (&'static str, Vec<Value>) {
    let sql = "INSERT INTO journal_audit (instant, utilisateur_id, acteur, action, objet, detail) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let values = vec![
        value::instant(backend, entry.at),
        entry.actor.user().map(|user| user.0).into(),
        entry.actor.to_string().into(),
        entry.action.as_str().into(),
        entry.object.clone().into(),
        serde_json::to_string(&entry.detail).unwrap_or_else(|_| "{}".to_owned()).into(),
    ];
    (sql, values)
}

/// Adds the entry of an act to its transaction, and commits that.
pub(crate) async fn finish(mut tx: Tx, entry: &AuditEntry) -> Result<(), DbErr> {
    let (sql, values) = insert(tx.backend(), entry);
    tx.execute(sql, values).await?;
    tx.commit().await
}

#[async_trait]
impl AuditLog for Store {
    async fn audit_trail(&self, window: &Window<AuditId>) -> StoreResult<Slice<AuditRecord>> {
        let Slice { items, has_next, has_previous } =
            self.page_by_id::<Row, _>(Vec::new(), Values::new(self.backend()), window, |id| id.0, true).await?;
        let ids: BTreeSet<UserId> = items.iter().filter_map(|row| row.user).collect();
        let users: HashMap<UserId, User> = if ids.is_empty() {
            HashMap::new()
        } else {
            let ids: Vec<UserId> = ids.into_iter().collect();
            self.users_by_id(&ids).await?.into_iter().map(|user| (user.id, user)).collect()
        };
        let with_user = |row: Row| AuditRecord { user: row.user.and_then(|id| users.get(&id).cloned()), ..row.record };
        Ok(Slice { items: items.into_iter().map(with_user).collect(), has_next, has_previous })
    }
}

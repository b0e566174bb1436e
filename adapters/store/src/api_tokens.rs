//! Tokens of integrations.

use crate::audit::finish;
use crate::error::from_db;
use crate::ingest::Tx;
use crate::rows::{Fields, FromRow, columns};
use crate::users::role;
use crate::{Store, value};
use async_trait::async_trait;
use atelier_application::ports::api_tokens::{ApiToken, ApiTokenStore, NewApiToken};
use atelier_application::ports::audit::AuditEntry;
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_application::ports::users::User;
use atelier_domain::ids::{ApiTokenId, UserId};
use sea_orm::Value;

const COLUMNS: &[&str] = &["id", "nom", "role", "date_creation", "expire_le", "utilise_le", "revoque_le"];

impl Store {
    /// Those that pass a condition, the newest first.
    async fn tokens(&self, condition: &str, values: Vec<Value>) -> StoreResult<Vec<ApiToken>> {
        let own: Vec<String> = COLUMNS.iter().map(|column| format!("j.{column}")).collect();
        let sql = format!(
            "SELECT {}, {} FROM jeton_api j JOIN utilisateur t ON t.id = j.utilisateur_id WHERE {condition} ORDER BY j.id DESC",
            own.join(", "),
            columns::<User>("t")
        );
        let rows = self.rows(sql, values).await?;
        let read = |row| {
            let mut fields = Fields::of(row, "jeton_api", COLUMNS, 0);
            Ok(ApiToken {
                id: ApiTokenId(fields.number()?),
                name: fields.text()?.to_owned(),
                role: fields.one_of(role)?,
                created_at: fields.instant()?,
                expires_at: fields.instant_option()?,
                last_used_at: fields.instant_option()?,
                revoked_at: fields.instant_option()?,
                owner: User::from_row(&mut Fields::new::<User>(row, COLUMNS.len()))?,
            })
        };
        rows.iter().map(read).collect()
    }
}

#[async_trait]
impl ApiTokenStore for Store {
    async fn api_tokens(&self, owner: Option<UserId>) -> StoreResult<Vec<ApiToken>> {
        match owner {
            Some(owner) => self.tokens("j.utilisateur_id = $1", vec![owner.0.into()]).await,
            None => self.tokens("1 = 1", Vec::new()).await,
        }
    }

    async fn by_digest(&self, digest: &[u8]) -> StoreResult<Option<ApiToken>> {
        Ok(self.tokens("j.empreinte = $1", vec![digest.into()]).await?.pop())
    }

    async fn by_id(&self, id: ApiTokenId) -> StoreResult<Option<ApiToken>> {
        Ok(self.tokens("j.id = $1", vec![id.0.into()]).await?.pop())
    }

    async fn add_token(&self, token: &NewApiToken, entry: AuditEntry) -> StoreResult<ApiToken> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let sql = "INSERT INTO jeton_api (utilisateur_id, nom, role, empreinte, date_creation, expire_le)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let backend = tx.backend();
        let values: Vec<Value> = vec![
            token.owner.0.into(),
            token.name.clone().into(),
            token.role.as_str().into(),
            token.digest.clone().into(),
            value::instant(backend, entry.at),
            value::instant_option(backend, token.expires_at),
        ];
        let row = tx.query_one(sql, values).await.map_err(from_db)?;
        let id = ApiTokenId(Fields::of(&row, "jeton_api", &["id"], 0).number()?);
        finish(tx, &entry).await.map_err(from_db)?;
        let added = self.by_id(id).await?;
        added.ok_or_else(|| StoreError::Permanent("The token that was just added is not there.".to_owned()))
    }

    async fn revoke(&self, id: ApiTokenId, entry: AuditEntry) -> StoreResult<()> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let at = value::instant(tx.backend(), entry.at);
        let sql = "UPDATE jeton_api SET revoque_le = $1 WHERE id = $2 AND revoque_le IS NULL";
        // Of two at once the first is the one who revoked it.
        if tx.execute(sql, vec![at, id.0.into()]).await.map_err(from_db)? == 1 {
            finish(tx, &entry).await.map_err(from_db)?;
        }
        Ok(())
    }

    async fn note_use_of(&self, id: ApiTokenId, at: atelier_domain::time::Instant) -> StoreResult<()> {
        self.execute("UPDATE jeton_api SET utilise_le = $1 WHERE id = $2", vec![self.at(at), id.0.into()]).await?;
        Ok(())
    }
}

//! Users of an identity provider.

use crate::error::from_db;
use crate::ingest::Tx;
use crate::rows::{Fields, FromRow};
use crate::{Store, audit, value};
use async_trait::async_trait;
use atelier_application::ports::audit::{Actor, AuditAction, AuditEntry};
use atelier_application::ports::identity::ExternalIdentity;
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_application::ports::users::{ExternalUsers, PasswordHash, User};
use atelier_domain::time::Instant;
use sea_orm::Value;
use sha2::{Digest, Sha256};

/// How many characters a name may have.
const NAME_CHARS: usize = 64;
/// How many of them are left where something is added to tell two of the same name apart.
const SHORT_NAME_CHARS: usize = 55;

#[async_trait]
impl ExternalUsers for Store {
    async fn present(&self, identity: &ExternalIdentity, now: Instant) -> StoreResult<User> {
        let key = key(identity);
        if let Some(user) = self.external(&key).await? {
            return if user.role == identity.role { Ok(user) } else { self.change_role(user, identity, now).await };
        }
        let name = shown(&identity.name, NAME_CHARS);
        let name = if name.trim().is_empty() { "?".to_owned() } else { name };
        match self.add_external(&name, &key, identity, now).await {
            // Somebody else has the name, or came at the same moment with the same token.
            Err(StoreError::Conflict(_)) => match self.external(&key).await? {
                Some(user) => Ok(user),
                None => self.add_external(&told_apart(&name, &key), &key, identity, now).await,
            },
            other => other,
        }
    }
}

impl Store {
    async fn external(&self, key: &str) -> StoreResult<Option<User>> {
        let sql = format!("SELECT {} FROM utilisateur WHERE identite_externe = $1", User::COLUMNS.join(", "));
        let row = self.row(&sql, vec![key.into()]).await?;
        row.map(|row| User::from_row(&mut Fields::new::<User>(&row, 0))).transpose()
    }

    async fn add_external(
        &self,
        name: &str,
        key: &str,
        identity: &ExternalIdentity,
        now: Instant,
    ) -> StoreResult<User> {
        let columns = "nom, mot_de_passe, role, actif, date_creation, identite_externe, role_jusque";
        let sql = format!("INSERT INTO utilisateur ({columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
        let until = value::instant(self.backend(), identity.expires_at);
        let at = value::instant(self.backend(), now);
        let (hash, role) = (PasswordHash::OF_NONE, identity.role.as_str());
        let values = vec![name.into(), hash.into(), role.into(), true.into(), at, key.into(), until];
        let added = self.write_external(sql, values, AuditAction::UserCreated, identity, now).await?;
        added.ok_or_else(|| StoreError::Permanent("The database did not say which user it added.".into()))
    }

    /// Their API tokens go by the role that is stored: one that they no longer have must not come back with an older token.
    async fn change_role(&self, user: User, identity: &ExternalIdentity, now: Instant) -> StoreResult<User> {
        let until = value::instant(self.backend(), identity.expires_at);
        let values = vec![identity.role.as_str().into(), user.id.0.into(), until];
        let sql = "UPDATE utilisateur SET role = $1, role_jusque = $3 WHERE id = $2 AND (role_jusque IS NULL OR role_jusque < $3)";
        let changed = self.write_external(sql.to_owned(), values, AuditAction::UserUpdated, identity, now).await?;
        Ok(changed.unwrap_or(user))
    }

    /// Writes a user, and that they did it themselves: it is their token that says so.
    async fn write_external(
        &self,
        sql: String,
        values: Vec<Value>,
        action: AuditAction,
        identity: &ExternalIdentity,
        at: Instant,
    ) -> StoreResult<Option<User>> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let sql = format!("{sql} RETURNING {}", User::COLUMNS.join(", "));
        let rows = tx.query(sql, values).await.map_err(from_db)?;
        let Some(row) = rows.first() else { return Ok(None) };
        let user = User::from_row(&mut Fields::new::<User>(row, 0))?;
        let detail = [("role", identity.role.as_str()), ("issuer", &identity.issuer), ("subject", &identity.subject)];
        let entry = AuditEntry {
            at,
            actor: Actor::User { id: user.id, username: user.username.clone() },
            action,
            object: format!("user {}", user.username),
            detail: detail.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        };
        audit::finish(tx, &entry).await.map_err(from_db)?;
        Ok(Some(user))
    }
}

/// What nobody else has: an issuer's address has no space.
fn key(identity: &ExternalIdentity) -> String {
    format!("{} {}", identity.issuer, identity.subject).replace('\0', "\u{fffd}")
}

/// A name as it may be shown: of one line, and of what can be seen.
fn shown(name: &str, most: usize) -> String {
    let seen = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    name.chars().filter(seen).take(most).collect()
}

fn told_apart(name: &str, key: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    let mark = digest.iter().take(4).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    format!("{}~{mark}", shown(name, SHORT_NAME_CHARS))
}

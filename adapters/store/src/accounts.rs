//! Adding and changing users.

use crate::error::from_db;
use crate::ingest::Tx;
use crate::rows::{Fields, FromRow, columns};
use crate::statement::{Update, by_bytes};
use crate::users::role;
use crate::{Store, audit, value};
use async_trait::async_trait;
use atelier_application::ports::audit::AuditEntry;
use atelier_application::ports::store_error::StoreResult;
use atelier_application::ports::users::{Changed, PasswordHash, Role, Standing, User, UserChange, UserRegistry};
use atelier_domain::ids::UserId;
use sea_orm::DbErr;

#[async_trait]
impl UserRegistry for Store {
    async fn users(&self) -> StoreResult<Vec<User>> {
        let order = by_bytes(self.backend(), "t.nom");
        self.list(format!("SELECT {} FROM utilisateur t ORDER BY {order}", columns::<User>("t")), Vec::new()).await
    }

    async fn create(
        &self,
        username: &str,
        password: &PasswordHash,
        role: Role,
        entry: AuditEntry,
    ) -> StoreResult<User> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        let sql = format!(
            "INSERT INTO utilisateur (nom, mot_de_passe, role, actif, date_creation) VALUES ($1, $2, $3, $4, $5) RETURNING {}",
            User::COLUMNS.join(", ")
        );
        let now = value::instant(tx.backend(), entry.at);
        let values = vec![username.into(), password.0.clone().into(), role.as_str().into(), true.into(), now];
        let row = tx.query_one(sql, values).await.map_err(from_db)?;
        let user = User::from_row(&mut Fields::new::<User>(&row, 0))?;
        audit::finish(tx, &entry).await.map_err(from_db)?;
        Ok(user)
    }

    async fn update(&self, id: UserId, change: &UserChange, mut entry: AuditEntry) -> StoreResult<Changed> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        if ends_an_admin(change) && is_last_admin(&mut tx, id).await.map_err(from_db)? {
            return Ok(Changed::LastAdmin);
        }
        let UserChange { password, role, active } = change;
        if (password.is_some() || role.is_some()) && is_external(&mut tx, id).await.map_err(from_db)? {
            return Ok(Changed::External);
        }
        let mut update = Update::default();
        let ends_tokens = password.is_some() || *active == Some(false);
        update.set("mot_de_passe", password.as_ref().map(|hash| hash.0.clone().into()));
        update.set("role", role.map(|role| role.as_str().into()));
        update.set("actif", active.map(Into::into));
        update.set("jetons_depuis", ends_tokens.then(|| value::instant(tx.backend(), entry.at)));
        let (sql, values) = update.of_row::<User>(id.0);
        let rows = tx.query(sql, values).await.map_err(from_db)?;
        let Some(row) = rows.first() else { return Ok(Changed::Unknown) };
        let user = User::from_row(&mut Fields::new::<User>(row, 0))?;
        if ends_tokens {
            let sql = "DELETE FROM jeton_rafraichissement WHERE utilisateur_id = $1";
            tx.execute(sql, vec![id.0.into()]).await.map_err(from_db)?;
        }
        entry.object = format!("user {}", user.username);
        audit::finish(tx, &entry).await.map_err(from_db)?;
        Ok(Changed::Done(user))
    }

    async fn standing(&self, id: UserId) -> StoreResult<Option<Standing>> {
        let columns = &["role", "actif", "jetons_depuis"];
        let sql = "SELECT role, actif, jetons_depuis FROM utilisateur WHERE id = $1";
        let Some(row) = self.row(sql, vec![id.0.into()]).await? else { return Ok(None) };
        let mut fields = Fields::of(&row, "utilisateur", columns, 0);
        let role = fields.one_of(role)?;
        Ok(Some(Standing { role, active: fields.flag()?, tokens_since: fields.instant_option()? }))
    }
}

/// Whether a user is an identity provider's.
async fn is_external(tx: &mut Tx, id: UserId) -> Result<bool, DbErr> {
    let sql = "SELECT id FROM utilisateur WHERE id = $1 AND identite_externe IS NOT NULL".to_owned();
    Ok(!tx.query(sql, vec![id.0.into()]).await?.is_empty())
}

/// Whether an administrator would be none afterwards.
fn ends_an_admin(change: &UserChange) -> bool {
    change.active == Some(false) || change.role.is_some_and(|role| role != Role::Admin)
}

/// Whether a user is the only active administrator who can sign in: the owner of an integration's tokens cannot. Nobody makes one
/// less meanwhile.
async fn is_last_admin(tx: &mut Tx, id: UserId) -> Result<bool, DbErr> {
    let lock = if let Tx::Postgres(_) = tx { " FOR UPDATE" } else { "" };
    let sql = format!(
        "SELECT id FROM utilisateur WHERE role = $1 AND actif AND (mot_de_passe <> $2 OR identite_externe IS NOT NULL) \
         ORDER BY id{lock}"
    );
    let rows = tx.query(sql, vec![Role::Admin.as_str().into(), PasswordHash::OF_NONE.into()]).await?;
    let admins: Vec<i64> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    Ok(admins == [id.0])
}

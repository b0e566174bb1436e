//! Users and their refresh tokens.

use crate::Store;
use crate::rows::{Fields, FromRow, columns};
use crate::statement::Values;
use async_trait::async_trait;
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_application::ports::users::{PasswordHash, RefreshTokenRecord, Role, User, UserStore};
use atelier_domain::ids::UserId;
use atelier_domain::time::Instant;
use sea_orm::QueryResult;

/// The role that a column names.
pub(crate) fn role(text: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.as_str() == text)
}

impl FromRow for User {
    const TABLE: &'static str = "utilisateur";
    const COLUMNS: &'static [&'static str] = &["id", "nom", "role", "actif", "date_creation"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: UserId(row.number()?),
            username: row.text()?.to_owned(),
            role: row.one_of(role)?,
            active: row.flag()?,
            created_at: row.instant()?,
        })
    }
}

#[async_trait]
impl UserStore for Store {
    async fn user_by_name(&self, username: &str) -> StoreResult<Option<(User, PasswordHash)>> {
        // PostgreSQL knows no NUL, and so no user has one.
        if username.contains('\0') {
            return Ok(None);
        }
        let sql = format!("SELECT t.mot_de_passe, {} FROM utilisateur t WHERE t.nom = $1", columns::<User>("t"));
        let Some(row) = self.row(sql, vec![username.into()]).await? else { return Ok(None) };
        let hash = Fields::of(&row, "utilisateur", &["mot_de_passe"], 0).text()?.to_owned();
        Ok(Some((User::from_row(&mut Fields::new::<User>(&row, 1))?, PasswordHash(hash))))
    }

    async fn users_by_id(&self, ids: &[UserId]) -> StoreResult<Vec<User>> {
        let mut values = Values::new(self.backend());
        let condition = values.one_of_numbers("t.id", ids.iter().map(|id| id.0));
        let sql = format!("SELECT {} FROM utilisateur t WHERE {condition}", columns::<User>("t"));
        self.list(sql, values.into_list()).await
    }

    async fn add_user(&self, username: &str, password: &PasswordHash, role: Role, now: Instant) -> StoreResult<User> {
        let sql = "INSERT INTO utilisateur (nom, mot_de_passe, role, actif, date_creation) VALUES ($1, $2, $3, $4, $5) \
                   RETURNING id, nom, role, actif, date_creation";
        let values = vec![username.into(), password.0.clone().into(), role.as_str().into(), true.into(), self.at(now)];
        match self.row(sql, values).await {
            Ok(Some(row)) => User::from_row(&mut Fields::new::<User>(&row, 0)),
            Ok(None) => Err(StoreError::Permanent("The database did not say which user it added.".into())),
            Err(StoreError::Conflict(_)) => {
                Err(StoreError::Conflict(format!("There is a user named '{username}' already.")))
            }
            Err(other) => Err(other),
        }
    }

    async fn add_refresh_token(
        &self,
        hash: &[u8],
        user: UserId,
        family: &str,
        expires_at: Instant,
        now: Instant,
    ) -> StoreResult<()> {
        // What ended may be dropped whether or not the rest succeeds.
        self.execute("DELETE FROM jeton_rafraichissement WHERE expire_le < $1", vec![self.at(now)]).await?;
        let sql = "INSERT INTO jeton_rafraichissement (empreinte, utilisateur_id, famille, expire_le, date_creation) \
                   VALUES ($1, $2, $3, $4, $5)";
        self.execute(sql, vec![hash.into(), user.0.into(), family.into(), self.at(expires_at), self.at(now)]).await?;
        Ok(())
    }

    async fn use_refresh_token(&self, hash: &[u8], now: Instant) -> StoreResult<Option<RefreshTokenRecord>> {
        // Whoever changes the row is the first to use it; of two at once the later one finds no such row any more.
        let sql = "UPDATE jeton_rafraichissement SET utilise_le = $1 WHERE empreinte = $2 AND utilise_le IS NULL \
                   RETURNING id, utilisateur_id, famille, expire_le";
        if let Some(row) = self.row(sql, vec![self.at(now), hash.into()]).await? {
            return token(&row, false).map(Some);
        }
        let sql = "SELECT id, utilisateur_id, famille, expire_le FROM jeton_rafraichissement WHERE empreinte = $1";
        self.row(sql, vec![hash.into()]).await?.map(|row| token(&row, true)).transpose()
    }

    async fn end_family(&self, family: &str) -> StoreResult<()> {
        self.execute("DELETE FROM jeton_rafraichissement WHERE famille = $1", vec![family.into()]).await?;
        Ok(())
    }
}

fn token(row: &QueryResult, used: bool) -> StoreResult<RefreshTokenRecord> {
    let mut fields = Fields::of(row, "jeton_rafraichissement", &["id", "utilisateur_id", "famille", "expire_le"], 0);
    fields.number()?;
    Ok(RefreshTokenRecord {
        user: UserId(fields.number()?),
        family: fields.text()?.to_owned(),
        expires_at: fields.instant()?,
        used,
    })
}

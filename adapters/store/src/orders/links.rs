//! Which orders sessions name.

use crate::Store;
use crate::error::from_db;
use crate::ingest::{Bulk, Cell, Tx};
use crate::rows::{Fields, FromRow, columns};
use async_trait::async_trait;
use atelier_application::ports::order_links::{
    OrderLinkReader, OrderLinkStore, OrderName, PieceText, SessionAt, UnmatchedName,
};
use atelier_application::ports::orders::StoredOrder;
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::{OrderId, Revision, SessionId};
use sea_orm::DbErr;
use std::collections::{BTreeMap, HashMap};

/// That a session's name `n` means an order `t`.
const MEANS: &str = "t.numero_commande = n.numero_commande AND n.extension IN ('', coalesce(t.extension, ''))";

impl FromRow for PieceText {
    const TABLE: &'static str = "piece_production";
    const COLUMNS: &'static [&'static str] = &["numero_piece", "details", "reference"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            number: row.count()?,
            details: row.text_option()?.map(str::to_owned),
            reference: row.text_option()?.map(str::to_owned),
        })
    }
}

impl FromRow for UnmatchedName {
    const TABLE: &'static str = "session_commande";
    const COLUMNS: &'static [&'static str] = &["numero_commande", "extension", "sessions", "pieces", "date_production"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let number = row.number()? as i32;
        let extension = Some(row.text()?.to_owned()).filter(|extension| !extension.is_empty());
        Ok(Self {
            name: OrderName { number, extension },
            sessions: row.size()?,
            pieces: row.size()?,
            last_day: row.day()?,
        })
    }
}

#[async_trait]
impl OrderLinkStore for Store {
    async fn unread_sessions(&self, pattern: &str, limit: u32) -> StoreResult<Vec<SessionAt>> {
        let sql = format!(
            "SELECT s.id, s.revision FROM session_production s LEFT JOIN session_liaison l ON l.session_id = s.id
             WHERE s.evenements > 0 AND s.details_retires_le IS NULL
               AND (l.session_id IS NULL OR l.revision <> s.revision OR l.motif <> $1)
             ORDER BY s.id LIMIT {limit}"
        );
        let rows = self.rows(sql, vec![pattern.into()]).await?;
        let read = |row| {
            let mut fields = Fields::of(row, "session_production", &["id", "revision"], 0);
            Ok(SessionAt { session: SessionId(fields.number()?), revision: Revision(fields.number()?) })
        };
        rows.iter().map(read).collect()
    }

    async fn piece_texts(&self, session: SessionId, after: u32, limit: u32) -> StoreResult<Vec<PieceText>> {
        let sql = format!(
            "SELECT p.numero_piece, p.details, j.reference FROM piece_production p LEFT JOIN job_profil j ON j.id = p.job_id
             WHERE p.session_id = $1 AND p.numero_piece > $2 ORDER BY p.numero_piece LIMIT {limit}"
        );
        self.list(sql, vec![session.0.into(), i64::from(after).into()]).await
    }

    async fn bar_references(&self, session: SessionId) -> StoreResult<Vec<String>> {
        let sql = "SELECT DISTINCT reference FROM job_profil WHERE session_id = $1";
        let rows = self.rows(sql, vec![session.0.into()]).await?;
        rows.iter().map(|row| Ok(Fields::of(row, "job_profil", &["reference"], 0).text()?.to_owned())).collect()
    }

    async fn save_names(&self, at: SessionAt, pattern: &str, names: &BTreeMap<OrderName, u64>) -> StoreResult<()> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        save(&mut tx, at, pattern, names).await.map_err(from_db)?;
        Ok(tx.commit().await.map_err(from_db)?)
    }

    async fn forget_names(&self, but: &str) -> StoreResult<()> {
        let others = "SELECT session_id FROM session_liaison WHERE motif <> $1";
        // No pattern is empty.
        let but = || vec![but.into()];
        if !self.rows(format!("{others} LIMIT 1"), but()).await?.is_empty() {
            self.execute(format!("DELETE FROM session_commande WHERE session_id IN ({others})"), but()).await?;
            self.execute("DELETE FROM session_liaison WHERE motif <> $1", but()).await?;
        }
        Ok(())
    }
}

async fn save(tx: &mut Tx, at: SessionAt, pattern: &str, names: &BTreeMap<OrderName, u64>) -> Result<(), DbErr> {
    let session = at.session.0;
    let sql = "INSERT INTO session_liaison (session_id, revision, motif)
         SELECT id, $2, $3 FROM session_production WHERE id = $1
         ON CONFLICT (session_id) DO UPDATE SET revision = excluded.revision, motif = excluded.motif";
    if tx.execute(sql, vec![session.into(), at.revision.0.into(), pattern.into()]).await? == 0 {
        return Ok(());
    }
    tx.execute("DELETE FROM session_commande WHERE session_id = $1", vec![session.into()]).await?;
    let columns = &["session_id", "numero_commande", "extension", "pieces"];
    let mut rows = Bulk::new(tx.backend(), "session_commande", columns);
    for (name, pieces) in names {
        rows.push(&[
            Cell::Big(Some(session)),
            Cell::Int(name.number),
            Cell::Text(Some(name.extension.as_deref().unwrap_or_default())),
            Cell::Big(Some(i64::try_from(*pieces).unwrap_or(i64::MAX))),
        ]);
    }
    rows.write(tx).await
}

#[async_trait]
impl OrderLinkReader for Store {
    async fn orders_of_sessions(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredOrder>>> {
        let sql = format!(
            "SELECT DISTINCT n.session_id, {} FROM session_commande n JOIN commande t ON {MEANS} WHERE {}
             ORDER BY n.session_id, t.numero_commande, t.extension NULLS FIRST, t.id",
            columns::<StoredOrder>("t"),
            self.is_in("n.session_id", 1)
        );
        let rows = self.rows(sql, vec![self.numbers(sessions.iter().map(|session| session.0))]).await?;
        let mut orders: HashMap<_, Vec<_>> = HashMap::new();
        for row in &rows {
            let session = SessionId(Fields::of(row, "session_commande", &["session_id"], 0).number()?);
            orders.entry(session).or_default().push(StoredOrder::from_row(&mut Fields::new::<StoredOrder>(row, 1))?);
        }
        Ok(orders)
    }

    async fn sessions_of_orders(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<SessionId>>> {
        let sql = format!(
            "SELECT DISTINCT t.id, s.id, s.date_production FROM commande t JOIN session_commande n ON {MEANS}
             JOIN session_production s ON s.id = n.session_id WHERE {} ORDER BY s.date_production, s.id",
            self.is_in("t.id", 1)
        );
        let rows = self.rows(sql, vec![self.numbers(orders.iter().map(|order| order.0))]).await?;
        let mut sessions: HashMap<_, Vec<_>> = HashMap::new();
        for row in &rows {
            let mut fields = Fields::of(row, "session_commande", &["id", "session_id"], 0);
            sessions.entry(OrderId(fields.number()?)).or_default().push(SessionId(fields.number()?));
        }
        Ok(sessions)
    }

    async fn unmatched_names(&self, limit: u32) -> StoreResult<Vec<UnmatchedName>> {
        let sql = format!(
            "SELECT n.numero_commande, n.extension, count(*), CAST(sum(n.pieces) AS bigint), max(s.date_production)
             FROM session_commande n JOIN session_production s ON s.id = n.session_id
             WHERE NOT EXISTS (SELECT 1 FROM commande t WHERE {MEANS})
             GROUP BY n.numero_commande, n.extension
             ORDER BY max(s.date_production) DESC, n.numero_commande DESC, n.extension LIMIT $1"
        );
        self.list(sql, vec![i64::from(limit).into()]).await
    }
}

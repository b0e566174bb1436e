//! Storing orders: some at a time, each time whole or not at all.

use crate::error::from_db;
use crate::ingest::{Bulk, Cell, Tx};
use crate::rows::{Fields, FromRow};
use crate::{Store, value};
use async_trait::async_trait;
use atelier_application::ports::orders::{ChangedOrder, Fingerprint, KnownOrder, OrderStore};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::order::OrderKey;
use atelier_domain::order::text::fold;
use atelier_domain::time::Instant;
use sea_orm::DbErr;
use std::collections::HashMap;
use std::fmt::Write as _;

/// So many orders are looked at at once.
const AT_ONCE: u32 = 5_000;

const HEAD: &[&str] = &[
    "id_commande",
    "numero_commande",
    "extension",
    "statut",
    "affaire",
    "numero_client",
    "nom_client",
    "technicien",
    "prix_ht",
    "planifiee_le",
    "date_modification",
    "gere_stock",
    "empreinte",
    "recherche",
    "date_synchronisation",
    "retiree_le",
];

impl FromRow for KnownOrder {
    const TABLE: &'static str = "commande";
    const COLUMNS: &'static [&'static str] = &["id_commande", "empreinte", "retiree_le"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let key = OrderKey(row.text()?.to_owned());
        Ok(Self { key, fingerprint: row.one_of(read)?, removed: row.instant_option()?.is_some() })
    }
}

fn write(fingerprint: Fingerprint) -> String {
    fingerprint.0.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn read(text: &str) -> Option<Fingerprint> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(Fingerprint(bytes))
}

/// What a search looks in: number, extension, job site and customer, without case and accents.
fn searched<'t>(number: impl Into<i64>, texts: impl IntoIterator<Item = Option<&'t str>>) -> String {
    let mut searched = number.into().to_string();
    for text in texts.into_iter().flatten() {
        searched.push(' ');
        searched.push_str(&fold(text));
    }
    searched
}

#[async_trait]
impl OrderStore for Store {
    async fn known_orders(&self) -> StoreResult<Vec<KnownOrder>> {
        // Rows of the driver are many times as large as what is kept of them.
        let sql = format!(
            "SELECT t.id_commande, t.empreinte, t.retiree_le, t.id FROM commande t WHERE t.id > $1 ORDER BY t.id LIMIT {AT_ONCE}"
        );
        let (mut known, mut after) = (Vec::new(), 0);
        loop {
            let rows = self.rows(sql.as_str(), vec![after.into()]).await?;
            let Some(last) = rows.last() else { return Ok(known) };
            after = last.try_get_by_index::<i64>(3).map_err(from_db)?;
            known.extend(crate::rows::all::<KnownOrder>(&rows)?);
        }
    }

    async fn save_changed(&self, orders: &[ChangedOrder], now: Instant) -> StoreResult<()> {
        let mut tx = Tx::begin(&self.db).await.map_err(from_db)?;
        save(&mut tx, orders, now).await.map_err(from_db)?;
        Ok(tx.commit().await.map_err(from_db)?)
    }

    async fn forget_customer_names(&self) -> StoreResult<()> {
        let sql =
            "SELECT id, numero_commande, extension, affaire, numero_client FROM commande WHERE nom_client IS NOT NULL";
        for row in &self.rows(sql, Vec::new()).await? {
            let mut fields =
                Fields::of(row, "commande", &["id", "numero_commande", "extension", "affaire", "numero_client"], 0);
            let (id, number) = (fields.number()?, fields.number()?);
            let texts = [fields.text_option()?, fields.text_option()?, fields.text_option()?];
            let sql = "UPDATE commande SET nom_client = NULL, recherche = $1 WHERE id = $2";
            self.execute(sql, vec![searched(number, texts).into(), id.into()]).await?;
        }
        Ok(())
    }

    async fn save_gone(&self, orders: &[OrderKey], now: Instant) -> StoreResult<()> {
        let keys = value::texts(self.backend(), orders.iter().map(|key| key.0.clone()));
        let sql = format!(
            "UPDATE commande SET retiree_le = $1, date_synchronisation = $1 WHERE retiree_le IS NULL AND {}",
            self.is_in("id_commande", 2)
        );
        self.execute(sql, vec![self.at(now), keys]).await?;
        Ok(())
    }
}

async fn save(tx: &mut Tx, orders: &[ChangedOrder], now: Instant) -> Result<(), DbErr> {
    let backend = tx.backend();
    let set: Vec<String> = HEAD.iter().skip(1).map(|column| format!("{column} = excluded.{column}")).collect();
    let conflict = format!("ON CONFLICT (id_commande) DO UPDATE SET {}", set.join(", "));
    let mut heads = Bulk::new(backend, "commande", HEAD).or(conflict);
    for ChangedOrder { order, fingerprint } in orders {
        let texts = [&order.extension, &order.job_site, &order.customer_number, &order.customer_name];
        let searched = searched(order.number, texts.map(Option::as_deref));
        let fingerprint = write(*fingerprint);
        heads.push(&[
            Cell::Text(Some(&order.key.0)),
            Cell::Int(order.number),
            Cell::Text(order.extension.as_deref()),
            Cell::Text(order.status.as_deref()),
            Cell::Text(order.job_site.as_deref()),
            Cell::Text(order.customer_number.as_deref()),
            Cell::Text(order.customer_name.as_deref()),
            Cell::Text(order.technician.as_deref()),
            Cell::Float(order.price_before_tax),
            Cell::At(order.planned_at()),
            Cell::At(order.latest_note_at()),
            Cell::Flag(order.stock_managed()),
            Cell::Text(Some(&fingerprint)),
            Cell::Text(Some(&searched)),
            Cell::At(Some(now)),
            Cell::At(None),
        ]);
    }
    heads.write(tx).await?;
    let ids = ids(tx, orders).await?;
    for table in ["commande_accessoire", "commande_operation", "commande_note"] {
        let sql = format!("DELETE FROM {table} WHERE {}", value::is_in(backend, "commande_id", 1));
        tx.execute(sql, vec![value::numbers(backend, ids.values().copied())]).await?;
    }
    let accessories = &["commande_id", "rang", "position", "code", "description", "quantite"];
    let operations = &["commande_id", "rang", "numero", "description", "instant", "utilisateur", "note"];
    let notes = &["commande_id", "rang", "code", "instant", "utilisateur", "texte"];
    let mut accessories = Bulk::new(backend, "commande_accessoire", accessories);
    let mut operations = Bulk::new(backend, "commande_operation", operations);
    let mut notes = Bulk::new(backend, "commande_note", notes);
    for ChangedOrder { order, .. } in orders {
        let Some(id) = ids.get(order.key.0.as_str()).copied() else {
            return Err(DbErr::RecordNotFound(format!("the order {} that was just stored", order.key)));
        };
        let id = Cell::Big(Some(id));
        for (place, one) in (1..).zip(&order.accessories) {
            accessories.push(&[
                id,
                Cell::Int(place),
                Cell::OptInt(one.position),
                Cell::Text(Some(&one.code)),
                Cell::Text(one.description.as_deref()),
                Cell::Float(one.quantity),
            ]);
        }
        for (place, one) in (1..).zip(&order.operations) {
            operations.push(&[
                id,
                Cell::Int(place),
                Cell::Text(Some(&one.number)),
                Cell::Text(one.description.as_deref()),
                Cell::At(one.at),
                Cell::Text(one.user.as_deref()),
                Cell::Text(one.note.as_deref()),
            ]);
        }
        for (place, one) in (1..).zip(&order.notes) {
            notes.push(&[
                id,
                Cell::Int(place),
                Cell::Text(one.code.as_deref()),
                Cell::At(one.at),
                Cell::Text(one.user.as_deref()),
                Cell::Text(Some(&one.text)),
            ]);
        }
    }
    accessories.write(tx).await?;
    operations.write(tx).await?;
    notes.write(tx).await
}

/// Our ids of these orders, by the ERP's.
async fn ids(tx: &mut Tx, orders: &[ChangedOrder]) -> Result<HashMap<String, i64>, DbErr> {
    let backend = tx.backend();
    let keys = value::texts(backend, orders.iter().map(|changed| changed.order.key.0.clone()));
    let sql = format!("SELECT id_commande, id FROM commande WHERE {}", value::is_in(backend, "id_commande", 1));
    let rows = tx.query(sql, vec![keys]).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

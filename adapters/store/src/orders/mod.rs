//! Orders, for those who read about them; `keeping` stores them.

mod keeping;
mod links;

use crate::Store;
use crate::error::from_db;
use crate::page::Page;
use crate::rows::{Fields, FromRow, columns};
use crate::statement::{Values, all_of};
use crate::value;
use async_trait::async_trait;
use atelier_application::ports::orders::{OrderCursor, OrderFilter, OrderReader, StoredOrder};
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::OrderId;
use atelier_domain::order::{Accessory, Operation, OrderKey, OrderNote};
use std::collections::HashMap;

impl FromRow for StoredOrder {
    const TABLE: &'static str = "commande";
    const COLUMNS: &'static [&'static str] = &[
        "id",
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
        "gere_stock",
        "date_synchronisation",
        "retiree_le",
    ];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let id = OrderId(row.number()?);
        let key = OrderKey(row.text()?.to_owned());
        let number = row.number()?;
        let number = i32::try_from(number).map_err(|_| row.nonsense(&format!("holds {number}")))?;
        let mut text = || Ok(row.text_option()?.map(str::to_owned));
        let (extension, status, job_site) = (text()?, text()?, text()?);
        let (customer_number, customer_name, technician) = (text()?, text()?, text()?);
        Ok(Self {
            id,
            key,
            number,
            extension,
            status,
            job_site,
            customer_number,
            customer_name,
            technician,
            price_before_tax: row.float_option()?,
            planned_at: row.instant_option()?,
            stock_managed: row.flag()?,
            synced_at: row.instant()?,
            removed_at: row.instant_option()?,
        })
    }
}

impl FromRow for Accessory {
    const TABLE: &'static str = "commande_accessoire";
    const COLUMNS: &'static [&'static str] = &["position", "code", "description", "quantite"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let position = row.number_option()?.map(|position| position as i32);
        Ok(Self {
            position,
            code: row.text()?.to_owned(),
            description: row.text_option()?.map(str::to_owned),
            quantity: row.float_option()?,
        })
    }
}

impl FromRow for Operation {
    const TABLE: &'static str = "commande_operation";
    const COLUMNS: &'static [&'static str] = &["numero", "description", "instant", "utilisateur", "note"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            number: row.text()?.to_owned(),
            description: row.text_option()?.map(str::to_owned),
            at: row.instant_option()?,
            user: row.text_option()?.map(str::to_owned),
            note: row.text_option()?.map(str::to_owned),
        })
    }
}

impl FromRow for OrderNote {
    const TABLE: &'static str = "commande_note";
    const COLUMNS: &'static [&'static str] = &["code", "instant", "utilisateur", "texte"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            code: row.text_option()?.map(str::to_owned),
            at: row.instant_option()?,
            user: row.text_option()?.map(str::to_owned),
            text: row.text()?.to_owned(),
        })
    }
}

/// What orders pass the filter.
fn conditions(filter: &OrderFilter, values: &mut Values) -> Vec<String> {
    let mut conditions = vec![format!("t.retiree_le IS {}NULL", if filter.removed { "NOT " } else { "" })];
    if let Some(statuses) = &filter.statuses {
        conditions.push(values.one_of_texts("t.statut", statuses.iter().cloned()));
    }
    let backend = values.backend();
    if let Some(from) = filter.planned_from {
        conditions.push(format!("t.planifiee_le >= {}", values.add(value::instant(backend, from))));
    }
    if let Some(before) = filter.planned_before {
        conditions.push(format!("t.planifiee_le < {}", values.add(value::instant(backend, before))));
    }
    if let Some(stock_managed) = filter.stock_managed {
        conditions.push(format!("t.gere_stock = {}", values.add(stock_managed.into())));
    }
    for word in &filter.words {
        let word = word.replace('|', "||").replace('%', "|%").replace('_', "|_");
        conditions.push(format!("t.recherche LIKE {} ESCAPE '|'", values.add(format!("%{word}%").into())));
    }
    conditions
}

impl Store {
    /// Parts of orders, by order, each in its own order.
    async fn parts<T: FromRow>(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<T>>> {
        let sql = format!(
            "SELECT t.commande_id, {} FROM {} t WHERE {} ORDER BY t.commande_id, t.rang",
            columns::<T>("t"),
            T::TABLE,
            self.is_in("t.commande_id", 1)
        );
        let rows = self.rows(sql, vec![self.numbers(orders.iter().map(|order| order.0))]).await?;
        let mut parts: HashMap<_, Vec<_>> = HashMap::with_capacity(orders.len());
        for row in &rows {
            let order = OrderId(Fields::of(row, T::TABLE, &["commande_id"], 0).number()?);
            parts.entry(order).or_default().push(T::from_row(&mut Fields::new::<T>(row, 1))?);
        }
        Ok(parts)
    }
}

#[async_trait]
impl OrderReader for Store {
    async fn orders(&self, filter: &OrderFilter, window: &Window<OrderCursor>) -> StoreResult<Slice<StoredOrder>> {
        let mut values = Values::new(self.backend());
        let conditions = conditions(filter, &mut values);
        let mut place = |place: OrderCursor| {
            let number = values.add(place.number.into());
            format!("{number}, {}", values.add(place.id.0.into()))
        };
        let page = Page {
            conditions,
            order: vec!["t.numero_commande", "t.id"],
            descending: true,
            after: window.after.map(&mut place),
            before: window.before.map(&mut place),
            from_end: window.from_end,
            limit: window.limit,
            look_on: true,
        };
        let slices = self.pages(&page, values, None).await?;
        Ok(slices.into_iter().next().map(|(_, slice)| slice).unwrap_or_default())
    }

    async fn count_orders(&self, filter: &OrderFilter) -> StoreResult<u64> {
        let mut values = Values::new(self.backend());
        let sql = format!("SELECT count(*) FROM commande t WHERE {}", all_of(&conditions(filter, &mut values)));
        let row = self.row(sql, values.into_list()).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose().map_err(from_db)?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    async fn order(&self, id: OrderId) -> StoreResult<Option<StoredOrder>> {
        let sql = format!("SELECT {} FROM commande t WHERE t.id = $1", columns::<StoredOrder>("t"));
        Ok(self.list(sql, vec![id.0.into()]).await?.pop())
    }

    async fn orders_of_number(&self, number: i32) -> StoreResult<Vec<StoredOrder>> {
        let sql = format!(
            "SELECT {} FROM commande t WHERE t.numero_commande = $1
             ORDER BY t.retiree_le IS NOT NULL, coalesce(t.extension, ''), t.id",
            columns::<StoredOrder>("t")
        );
        self.list(sql, vec![number.into()]).await
    }

    async fn accessories(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<Accessory>>> {
        self.parts(orders).await
    }

    async fn operations(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<Operation>>> {
        self.parts(orders).await
    }

    async fn order_notes(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<OrderNote>>> {
        self.parts(orders).await
    }
}

//! Stored orders.

use super::sessions::{Slice, Window};
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::ids::OrderId;
use atelier_domain::order::{Accessory, Operation, Order, OrderKey, OrderNote};
use atelier_domain::time::Instant;
use std::collections::HashMap;

/// What is known of a stored order without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOrder {
    /// What the ERP calls it.
    pub key: OrderKey,
    /// That of its content.
    pub fingerprint: Fingerprint,
    /// Whether it is gone.
    pub removed: bool,
}

/// The SHA-256 of an order's content: two orders with the same one are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// An order that is new, changed or back.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedOrder {
    /// It.
    pub order: Order,
    /// That of its content.
    pub fingerprint: Fingerprint,
}

/// Keeping orders.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OrderStore: Send + Sync {
    /// All that are stored, gone ones too.
    async fn known_orders(&self) -> StoreResult<Vec<KnownOrder>>;

    /// Stores these, new or known by their keys, in one transaction; none of them is gone then. They were stored `now`.
    async fn save_changed(&self, orders: &[ChangedOrder], now: Instant) -> StoreResult<()>;

    /// Takes away the names of customers, wherever there is one.
    async fn forget_customer_names(&self) -> StoreResult<()>;

    /// Notes that these are gone, `now`, in one transaction.
    async fn save_gone(&self, orders: &[OrderKey], now: Instant) -> StoreResult<()>;
}

/// The head of a stored order.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredOrder {
    /// Its identifier, which it keeps for ever.
    pub id: OrderId,
    /// What the ERP calls it.
    pub key: OrderKey,
    /// See `Order`, as for all that follow.
    pub number: i32,
    /// Which extension it is.
    pub extension: Option<String>,
    /// Where it stands.
    pub status: Option<String>,
    /// What it is for.
    pub job_site: Option<String>,
    /// Whose it is.
    pub customer_number: Option<String>,
    /// Their name, where that is stored.
    pub customer_name: Option<String>,
    /// Who takes care of it.
    pub technician: Option<String>,
    /// In the ERP's currency.
    pub price_before_tax: Option<f64>,
    /// When it was planned.
    pub planned_at: Option<Instant>,
    /// Whether it is made from stock.
    pub stock_managed: bool,
    /// When it last changed here.
    pub synced_at: Instant,
    /// Since when it is gone.
    pub removed_at: Option<Instant>,
}

/// Which orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderFilter {
    /// Those of one of these statuses.
    pub statuses: Option<Vec<String>>,
    /// Planned from this instant on.
    pub planned_from: Option<Instant>,
    /// Planned before this one.
    pub planned_before: Option<Instant>,
    /// Those made from stock, or the others.
    pub stock_managed: Option<bool>,
    /// Those whose number, job site or customer contain each of these words, which have neither case nor accents.
    pub words: Vec<String>,
    /// Those that are gone, or those that are there.
    pub removed: bool,
}

/// The place of an order in the list: by number, the highest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderCursor {
    /// Its number.
    pub number: i32,
    /// It.
    pub id: OrderId,
}

/// Reading orders.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OrderReader: Send + Sync {
    /// A part of those that pass the filter, the highest number first.
    async fn orders(&self, filter: &OrderFilter, window: &Window<OrderCursor>) -> StoreResult<Slice<StoredOrder>>;

    /// How many pass it.
    async fn count_orders(&self, filter: &OrderFilter) -> StoreResult<u64>;

    /// The order of this id.
    async fn order(&self, id: OrderId) -> StoreResult<Option<StoredOrder>>;

    /// All orders of this number: those that are there first, then by extension, none first.
    async fn orders_of_number(&self, number: i32) -> StoreResult<Vec<StoredOrder>>;

    /// The accessories of each, in one statement.
    async fn accessories(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<Accessory>>>;

    /// The operations of each, in one statement.
    async fn operations(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<Operation>>>;

    /// The planning notes of each, in one statement.
    async fn order_notes(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<OrderNote>>>;
}

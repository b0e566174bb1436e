//! Orders and pages of them.

use super::{PageInfo, Session};
use crate::emit::{Leaves, leaf};
use crate::error::ApiResult;
use crate::loader::OrderGroup;
use crate::scalar::{Date, DateTime, Long, int};
use async_graphql::{ID, InputObject, Object, SimpleObject};
use atelier_application::ports::order_links::UnmatchedName;
use atelier_application::ports::orders::{OrderCursor, OrderFilter as Filter, StoredOrder};
use atelier_application::query::{OrderWish, Reader, cursor};
use atelier_domain::order;
use std::sync::Arc;

/// An order among its siblings.
#[derive(Clone)]
pub(crate) struct Order {
    order: Arc<StoredOrder>,
    group: Arc<OrderGroup>,
}

impl Order {
    /// An order among its siblings.
    pub(crate) fn new(order: Arc<StoredOrder>, group: Arc<OrderGroup>) -> Self {
        Self { order, group }
    }

    fn cursor(&self) -> String {
        cursor::order(OrderCursor { number: self.order.number, id: self.order.id })
    }
}

/// An order of roller shutters, as the ERP has it: it has an accessory of one, and was planned.
#[Object]
impl Order {
    /// Its identifier, which it keeps for ever.
    async fn id(&self) -> ID {
        self.order.id.into()
    }

    /// The number that people call it by. Its extensions share it.
    async fn number(&self) -> i32 {
        self.order.number
    }

    /// Which extension of the order it is; null when it is none.
    async fn extension(&self) -> Option<&str> {
        self.order.extension.as_deref()
    }

    /// Where it stands, in the ERP's words; null when the ERP does not say.
    async fn status(&self) -> Option<&str> {
        self.order.status.as_deref()
    }

    /// What it is for; null when the ERP does not say.
    async fn job_site(&self) -> Option<&str> {
        self.order.job_site.as_deref()
    }

    /// The number of the customer whose it is; null when the ERP does not say.
    async fn customer_number(&self) -> Option<&str> {
        self.order.customer_number.as_deref()
    }

    /// The customer's name; null unless the configuration asks for it to be stored.
    async fn customer_name(&self) -> Option<&str> {
        self.order.customer_name.as_deref()
    }

    /// Who takes care of it; null when the ERP does not say.
    async fn technician(&self) -> Option<&str> {
        self.order.technician.as_deref()
    }

    /// Its price before tax, in the ERP's currency; null when the ERP does not say.
    async fn price_before_tax(&self) -> Option<f64> {
        self.order.price_before_tax
    }

    /// When it was planned: the earliest of its planning notes; null when none of them has a date.
    async fn planned_at(&self) -> Option<DateTime> {
        self.order.planned_at.map(DateTime)
    }

    /// Whether it is made from stock: the number of one of its operations contains `VR`.
    async fn stock_managed(&self) -> bool {
        self.order.stock_managed
    }

    /// Its accessories that are of roller shutters, by position.
    async fn accessories(&self) -> ApiResult<Leaves<Accessory>> {
        Ok(Leaves(self.group.accessories().await?.get(&self.order.id).cloned().unwrap_or_default()))
    }

    /// All of its operations, by number.
    async fn operations(&self) -> ApiResult<Leaves<Operation>> {
        Ok(Leaves(self.group.operations().await?.get(&self.order.id).cloned().unwrap_or_default()))
    }

    /// The notes that say it was planned, by time; those without one come first.
    async fn notes(&self) -> ApiResult<Leaves<OrderNote>> {
        Ok(Leaves(self.group.notes().await?.get(&self.order.id).cloned().unwrap_or_default()))
    }

    /// The sessions with pieces that name it, by date. Empty unless the configuration says how logs name orders.
    async fn sessions(&self) -> ApiResult<Vec<Session>> {
        Ok(self.group.sessions().await?.get(&self.order.id).cloned().unwrap_or_default())
    }

    /// When it last changed here.
    async fn synced_at(&self) -> DateTime {
        DateTime(self.order.synced_at)
    }

    /// Since when it is gone from the ERP, or wanted no more; null while it is there.
    async fn removed_at(&self) -> Option<DateTime> {
        self.order.removed_at.map(DateTime)
    }
}

leaf! {
    /// An accessory of an order.
    Accessory as "Accessory" (one: order::Accessory) {
        /// Its place in the order; null when the ERP does not say.
        position "position": Option<i32> = one.position;
        /// What the ERP calls the article.
        code "code": String = one.code.clone();
        /// What it is; null when the ERP does not say.
        description "description": Option<String> = one.description.clone();
        /// How many, or how much; null when the ERP does not say.
        quantity "quantity": Option<f64> = one.quantity;
    }
}

leaf! {
    /// A step of an order's production.
    Operation as "Operation" (one: order::Operation) {
        /// What the ERP calls the step, with more than digits at times.
        number "number": String = one.number.clone();
        /// What is done; null when the ERP does not say.
        description "description": Option<String> = one.description.clone();
        /// When; null when the ERP does not say.
        at "at": Option<DateTime> = one.at.map(DateTime);
        /// By whom; null when the ERP does not say.
        user "user": Option<String> = one.user.clone();
        /// More about it; null when the ERP does not say.
        note "note": Option<String> = one.note.clone();
    }
}

leaf! {
    /// A note that says an order was planned.
    OrderNote as "OrderNote" (one: order::OrderNote) {
        /// Of what kind; null when the ERP does not say.
        code "code": Option<String> = one.code.clone();
        /// When it was written; null when the ERP does not say.
        at "at": Option<DateTime> = one.at.map(DateTime);
        /// By whom; null when the ERP does not say.
        user "user": Option<String> = one.user.clone();
        /// What it says.
        text "text": String = one.text.clone();
    }
}

/// Which orders. A missing value means all, an empty list none.
#[derive(InputObject)]
pub(crate) struct OrderFilter {
    /// Of these statuses, letter for letter.
    status: Option<Vec<String>>,
    /// Planned on this date, local to the plant, or later.
    from: Option<Date>,
    /// Planned on this date, local to the plant, or earlier.
    to: Option<Date>,
    /// Made from stock, or not.
    stock_managed: Option<bool>,
    /// Whose number, job site or customer contain each of these words, in any case and accent.
    search: Option<String>,
    /// Those that are gone (`true`) instead of those that are there.
    removed: Option<bool>,
}

impl OrderFilter {
    /// What is asked for.
    pub(crate) fn wish(filter: Option<Self>) -> OrderWish {
        let Some(Self { status, from, to, stock_managed, search, removed }) = filter else {
            return OrderWish::default();
        };
        OrderWish {
            statuses: status,
            from: from.map(|date| date.0.0),
            to: to.map(|date| date.0.0),
            stock_managed,
            search,
            removed: removed.unwrap_or(false),
        }
    }
}

/// A page of orders, the highest number first.
pub(crate) struct OrderConnection {
    pub(crate) orders: Vec<Order>,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
    pub(crate) reader: Reader,
    pub(crate) filter: Filter,
}

/// A page of orders, the highest number first.
#[Object]
impl OrderConnection {
    /// The orders, each with its place.
    async fn edges(&self) -> Vec<OrderEdge> {
        self.orders.iter().map(|order| OrderEdge { cursor: order.cursor(), node: order.clone() }).collect()
    }

    /// The orders.
    async fn nodes(&self) -> &[Order] {
        &self.orders
    }

    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.orders.first().map(Order::cursor),
            end_cursor: self.orders.last().map(Order::cursor),
        }
    }

    /// How many orders the whole list has.
    async fn total_count(&self) -> ApiResult<i32> {
        Ok(int(self.reader.count_orders(&self.filter).await?))
    }
}

/// An order and its place in the list.
#[derive(SimpleObject)]
pub(crate) struct OrderEdge {
    /// Its place, for `after` and `before`.
    cursor: String,
    /// The order.
    node: Order,
}

/// An order that logs name and that is not known: it is not wanted, or the log is wrong.
#[derive(SimpleObject)]
pub(crate) struct UnmatchedOrderNumber {
    /// The number.
    number: i32,
    /// The extension; null when the logs name none.
    extension: Option<String>,
    /// How many sessions name it.
    sessions: i32,
    /// How many pieces name it.
    pieces: Long,
    /// The latest production day on which it was named.
    last_date: Date,
}

impl From<UnmatchedName> for UnmatchedOrderNumber {
    fn from(found: UnmatchedName) -> Self {
        let UnmatchedName { name, sessions, pieces, last_day } = found;
        Self {
            number: name.number,
            extension: name.extension,
            sessions: int(sessions),
            pieces: pieces.into(),
            last_date: Date(last_day),
        }
    }
}

//! Orders.

use super::DateTime;
use atelier_application::ports::orders::StoredOrder;
use atelier_domain::ids::SessionId;
use atelier_domain::order;
use serde::Serialize;
use utoipa::ToSchema;

/// An order of roller shutters, as the ERP has it: it has an accessory of one, and was planned.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    /// Its identifier, which it keeps for ever.
    id: String,
    /// The number that people call it by. Its extensions share it.
    number: i32,
    /// Which extension of the order it is; null when it is none.
    extension: Option<String>,
    /// Where it stands, in the ERP's words; null when the ERP does not say.
    status: Option<String>,
    /// What it is for; null when the ERP does not say.
    job_site: Option<String>,
    /// The number of the customer whose it is; null when the ERP does not say.
    customer_number: Option<String>,
    /// The customer's name; null unless the configuration asks for it to be stored.
    customer_name: Option<String>,
    /// Who takes care of it; null when the ERP does not say.
    technician: Option<String>,
    /// Its price before tax, in the ERP's currency; null when the ERP does not say.
    price_before_tax: Option<f64>,
    /// When it was planned: the earliest of its planning notes; null when none of them has a date.
    planned_at: Option<DateTime>,
    /// Whether it is made from stock: the number of one of its operations contains `VR`.
    stock_managed: bool,
    /// Its accessories that are of roller shutters, by position.
    accessories: Vec<Accessory>,
    /// All of its operations, by number.
    operations: Vec<Operation>,
    /// The notes that say it was planned, by time; those without one come first.
    notes: Vec<OrderNote>,
    /// The ids of the sessions with pieces that name it, by date. Empty unless the configuration says how logs name orders.
    session_ids: Vec<String>,
    /// When it last changed here.
    synced_at: DateTime,
    /// Since when it is gone from the ERP, or wanted no more; null while it is there.
    removed_at: Option<DateTime>,
}

/// What an order holds.
#[derive(Debug, Default)]
pub(crate) struct OrderParts {
    pub(crate) accessories: Vec<order::Accessory>,
    pub(crate) operations: Vec<order::Operation>,
    pub(crate) notes: Vec<order::OrderNote>,
    pub(crate) sessions: Vec<SessionId>,
}

impl Order {
    /// An order with what it holds.
    pub(crate) fn new(order: StoredOrder, parts: OrderParts) -> Self {
        Self {
            id: order.id.to_string(),
            number: order.number,
            extension: order.extension,
            status: order.status,
            job_site: order.job_site,
            customer_number: order.customer_number,
            customer_name: order.customer_name,
            technician: order.technician,
            price_before_tax: order.price_before_tax,
            planned_at: order.planned_at.map(DateTime),
            stock_managed: order.stock_managed,
            accessories: parts.accessories.into_iter().map(Into::into).collect(),
            operations: parts.operations.into_iter().map(Into::into).collect(),
            notes: parts.notes.into_iter().map(Into::into).collect(),
            session_ids: parts.sessions.iter().map(ToString::to_string).collect(),
            synced_at: DateTime(order.synced_at),
            removed_at: order.removed_at.map(DateTime),
        }
    }
}

/// An accessory of an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Accessory {
    /// Its place in the order; null when the ERP does not say.
    position: Option<i32>,
    /// What the ERP calls the article.
    code: String,
    /// What it is; null when the ERP does not say.
    description: Option<String>,
    /// How many, or how much; null when the ERP does not say.
    quantity: Option<f64>,
}

impl From<order::Accessory> for Accessory {
    fn from(one: order::Accessory) -> Self {
        let order::Accessory { position, code, description, quantity } = one;
        Self { position, code, description, quantity }
    }
}

/// A step of an order's production.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Operation {
    /// What the ERP calls the step, with more than digits at times.
    #[schema(example = "30 VR")]
    number: String,
    /// What is done; null when the ERP does not say.
    description: Option<String>,
    /// When; null when the ERP does not say.
    at: Option<DateTime>,
    /// By whom; null when the ERP does not say.
    user: Option<String>,
    /// More about it; null when the ERP does not say.
    note: Option<String>,
}

impl From<order::Operation> for Operation {
    fn from(one: order::Operation) -> Self {
        let order::Operation { number, description, at, user, note } = one;
        Self { number, description, at: at.map(DateTime), user, note }
    }
}

/// A note that says an order was planned.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct OrderNote {
    /// Of what kind; null when the ERP does not say.
    code: Option<String>,
    /// When it was written; null when the ERP does not say.
    at: Option<DateTime>,
    /// By whom; null when the ERP does not say.
    user: Option<String>,
    /// What it says.
    text: String,
}

impl From<order::OrderNote> for OrderNote {
    fn from(one: order::OrderNote) -> Self {
        let order::OrderNote { code, at, user, text } = one;
        Self { code, at: at.map(DateTime), user, text }
    }
}

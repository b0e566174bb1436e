//! Where orders come from.

use async_trait::async_trait;
use atelier_domain::order::{Order, OrderKey, Selection};

/// Why the ERP gave no orders. Each text is a sentence for people: what happened, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErpError {
    /// It may go better later: no connection, a server that went away, a query that took too long.
    #[error("{0}")]
    Transient(String),
    /// It will not go better by itself: a wrong password, a missing table.
    #[error("{0}")]
    Permanent(String),
}

/// An order that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedOrder {
    /// What the ERP calls it, if it says so.
    pub key: Option<OrderKey>,
    /// A sentence for people.
    pub reason: String,
}

/// All wanted orders, as the ERP had them at one moment.
pub struct FetchedOrders {
    /// Those that can be read, each key once.
    pub orders: Box<dyn Iterator<Item = Order> + Send>,
    /// How many these are.
    pub count: u32,
    /// Those that cannot.
    pub failed: Vec<FailedOrder>,
    /// What was left out because it says nothing, in sentences for people.
    pub left_out: Vec<String>,
}

/// The ERP.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OrderSource: Send + Sync {
    /// All wanted orders; all that was there at one moment, or an error.
    async fn fetch(&self, selection: &Selection) -> Result<FetchedOrders, ErpError>;

    /// Whether `fetch` would find what it needs. Gives remarks for people: columns that are missing and may be.
    async fn check(&self) -> Result<Vec<String>, ErpError>;
}

//! Which orders the pieces of sessions are for, as far as the machines' logs say so.

use super::orders::StoredOrder;
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::ids::{OrderId, Revision, SessionId};
use atelier_domain::time::ProductionDay;
use std::collections::{BTreeMap, HashMap};

/// An order as a log names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderName {
    /// Its number.
    pub number: i32,
    /// Its extension; without one, all orders of that number are meant.
    pub extension: Option<String>,
}

/// What a log says of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceText {
    /// Its number in its session.
    pub number: u32,
    /// What it is.
    pub details: Option<String>,
    /// The reference of the bar it came from.
    pub reference: Option<String>,
}

/// A session as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionAt {
    /// Which.
    pub session: SessionId,
    /// Its revision then.
    pub revision: Revision,
}

/// A name that no order bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedName {
    /// It.
    pub name: OrderName,
    /// How many sessions say it.
    pub sessions: u64,
    /// How many pieces.
    pub pieces: u64,
    /// The latest day on which it was said.
    pub last_day: ProductionDay,
}

/// Keeping what sessions name.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OrderLinkStore: Send + Sync {
    /// At most `limit` sessions that have details and changed since they were read with this pattern, or never were.
    async fn unread_sessions(&self, pattern: &str, limit: u32) -> StoreResult<Vec<SessionAt>>;

    /// What is said of the pieces of a session numbered above `after`, by number, at most `limit`.
    async fn piece_texts(&self, session: SessionId, after: u32, limit: u32) -> StoreResult<Vec<PieceText>>;

    /// The references of the bars of a session.
    async fn bar_references(&self, session: SessionId) -> StoreResult<Vec<String>>;

    /// Stores what a session names and how many pieces name it, in one transaction; what was stored before goes. A session
    /// that vanished meanwhile is passed over.
    async fn save_names(&self, at: SessionAt, pattern: &str, names: &BTreeMap<OrderName, u64>) -> StoreResult<()>;

    /// Forgets all that sessions name, but for what was read with this pattern; no pattern is empty.
    async fn forget_names(&self, but: &str) -> StoreResult<()>;
}

/// Reading which orders sessions are for.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OrderLinkReader: Send + Sync {
    /// The orders that each session names, by number and extension.
    async fn orders_of_sessions(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredOrder>>>;

    /// The sessions that name each order, by day.
    async fn sessions_of_orders(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<SessionId>>>;

    /// Names that no order bears, the latest first, at most `limit`.
    async fn unmatched_names(&self, limit: u32) -> StoreResult<Vec<UnmatchedName>>;
}

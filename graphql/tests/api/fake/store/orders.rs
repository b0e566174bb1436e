//! Orders in memory: as many as there are sessions, each for the session of its id.

use super::{Store, data};
use async_trait::async_trait;
use atelier_application::ports::order_links::{OrderLinkReader, OrderName, UnmatchedName};
use atelier_application::ports::orders::{OrderCursor, OrderFilter, OrderReader, StoredOrder};
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::{OrderId, SessionId};
use atelier_domain::order::{Accessory, Operation, OrderNote};
use std::collections::HashMap;

impl Store {
    fn all_orders(&self) -> Vec<StoredOrder> {
        let mut orders: Vec<_> =
            self.sessions.lock().unwrap().iter().map(|session| data::order(session.id.0)).collect();
        orders.sort_by_key(|order| std::cmp::Reverse((order.number, order.id)));
        orders
    }
}

#[async_trait]
impl OrderReader for Store {
    /// The filter is told, and only `removed` is heeded.
    async fn orders(&self, filter: &OrderFilter, window: &Window<OrderCursor>) -> StoreResult<Slice<StoredOrder>> {
        self.asked("orders")?;
        self.asked_orders.lock().unwrap().push(filter.clone());
        let mut all = self.all_orders();
        all.retain(|order| order.removed_at.is_some() == filter.removed);
        let from = window.after.map_or(0, |after| all.iter().filter(|order| order.number >= after.number).count());
        let to = all.len().min(from + window.limit as usize);
        Ok(Slice { items: all[from..to].to_vec(), has_next: to < all.len(), has_previous: from > 0 })
    }

    async fn count_orders(&self, _: &OrderFilter) -> StoreResult<u64> {
        self.asked("count_orders")?;
        Ok(self.all_orders().len() as u64)
    }

    async fn order(&self, id: OrderId) -> StoreResult<Option<StoredOrder>> {
        self.asked("order")?;
        Ok(self.all_orders().into_iter().find(|order| order.id == id))
    }

    async fn orders_of_number(&self, number: i32) -> StoreResult<Vec<StoredOrder>> {
        self.asked("orders_of_number")?;
        Ok(self.all_orders().into_iter().filter(|order| order.number == number).collect())
    }

    async fn accessories(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<Accessory>>> {
        self.asked("accessories")?;
        Ok(orders.iter().map(|order| (*order, data::accessories())).collect())
    }

    async fn operations(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<Operation>>> {
        self.asked("operations")?;
        Ok(orders.iter().map(|order| (*order, data::operations())).collect())
    }

    async fn order_notes(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<OrderNote>>> {
        self.asked("order_notes")?;
        Ok(orders.iter().map(|order| (*order, data::order_notes())).collect())
    }
}

#[async_trait]
impl OrderLinkReader for Store {
    async fn orders_of_sessions(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredOrder>>> {
        self.asked("orders_of_sessions")?;
        Ok(sessions.iter().map(|session| (*session, vec![data::order(session.0)])).collect())
    }

    async fn sessions_of_orders(&self, orders: &[OrderId]) -> StoreResult<HashMap<OrderId, Vec<SessionId>>> {
        self.asked("sessions_of_orders")?;
        Ok(orders.iter().map(|order| (*order, vec![SessionId(order.0)])).collect())
    }

    async fn unmatched_names(&self, limit: u32) -> StoreResult<Vec<UnmatchedName>> {
        self.asked("unmatched_names")?;
        let name = |number: u32| UnmatchedName {
            name: OrderName { number: number as i32, extension: (number == 2).then(|| "B".to_owned()) },
            sessions: 3,
            pieces: 5_000_000_000,
            last_day: data::session(1, 1, 0, 1).day,
        };
        Ok((1..=limit.min(2)).map(name).collect())
    }
}

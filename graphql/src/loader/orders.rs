//! What orders hold.

use super::{SessionGroup, Shared};
use crate::error::ApiResult;
use crate::model::{Accessory, Operation, Order, OrderNote, Session};
use atelier_application::ports::orders::StoredOrder;
use atelier_application::query::Reader;
use atelier_domain::ids::OrderId;
use std::collections::HashMap;
use std::sync::Arc;

type ByOrder<T> = Arc<HashMap<OrderId, Arc<[T]>>>;

/// Orders out of one list, or of the lists of several siblings.
pub(crate) struct OrderGroup {
    reader: Reader,
    ids: Vec<OrderId>,
    accessories: Shared<(), ByOrder<Accessory>>,
    operations: Shared<(), ByOrder<Operation>>,
    notes: Shared<(), ByOrder<OrderNote>>,
    sessions: Shared<(), Arc<HashMap<OrderId, Vec<Session>>>>,
}

impl OrderGroup {
    /// These orders as nodes that share a group.
    pub(crate) fn nodes(reader: &Reader, orders: impl IntoIterator<Item = StoredOrder>) -> Vec<Order> {
        let orders: Vec<_> = orders.into_iter().map(Arc::new).collect();
        let group = Arc::new(Self {
            reader: reader.clone(),
            ids: orders.iter().map(|order| order.id).collect(),
            accessories: Shared::default(),
            operations: Shared::default(),
            notes: Shared::default(),
            sessions: Shared::default(),
        });
        orders.into_iter().map(|order| Order::new(order, Arc::clone(&group))).collect()
    }

    /// The accessories of each.
    pub(crate) async fn accessories(&self) -> ApiResult<ByOrder<Accessory>> {
        let load = async || Ok(lists(self.reader.accessories(&self.ids).await?, Accessory));
        self.accessories.get((), load).await
    }

    /// The operations of each.
    pub(crate) async fn operations(&self) -> ApiResult<ByOrder<Operation>> {
        let load = async || Ok(lists(self.reader.operations(&self.ids).await?, Operation));
        self.operations.get((), load).await
    }

    /// The planning notes of each.
    pub(crate) async fn notes(&self) -> ApiResult<ByOrder<OrderNote>> {
        let load = async || Ok(lists(self.reader.order_notes(&self.ids).await?, OrderNote));
        self.notes.get((), load).await
    }

    /// The sessions with pieces for each.
    pub(crate) async fn sessions(&self) -> ApiResult<Arc<HashMap<OrderId, Vec<Session>>>> {
        let load = async || {
            let by_order = self.reader.sessions_of_orders(&self.ids).await?;
            Ok(Arc::new(SessionGroup::by_owner(&self.reader, by_order).await?))
        };
        self.sessions.get((), load).await
    }
}

fn lists<T, N>(found: HashMap<OrderId, Vec<T>>, node: fn(T) -> N) -> ByOrder<N> {
    Arc::new(found.into_iter().map(|(order, list)| (order, list.into_iter().map(node).collect())).collect())
}

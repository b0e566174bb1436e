//! Orders.

use crate::error::ApiResult;
use crate::loader::OrderGroup;
use crate::model::{Order, OrderConnection, OrderFilter, UnmatchedOrderNumber};
use crate::scalar::id as read_id;
use crate::scope::Scope;
use async_graphql::{Context, ID, Object};
use atelier_application::ports::sessions::Slice;
use atelier_application::query::page::PageArgs;

#[derive(Default)]
pub(super) struct OrderQuery;

#[Object]
impl OrderQuery {
    /// Orders of roller shutters, the highest number first, a page at a time. Those that are gone only when the filter asks for
    /// them.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all that are there when left out.")] filter: Option<OrderFilter>,
        #[graphql(desc = "At most so many from the front; 50 when left out, at most 500.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the back, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> ApiResult<OrderConnection> {
        let reader = &Scope::of(ctx)?.reader;
        let page = PageArgs { first: first.map(i64::from), after, last: last.map(i64::from), before };
        let window = reader.order_window(&page)?;
        let filter = reader.order_filter(OrderFilter::wish(filter))?;
        let Slice { items, has_next, has_previous } = reader.orders(&filter, &window).await?;
        let orders = OrderGroup::nodes(reader, items);
        Ok(OrderConnection { orders, has_next, has_previous, reader: reader.clone(), filter })
    }

    /// One order, by id, or by number and extension (with both, both must be its own), gone or not; null when there is none. A
    /// number alone means the order without an extension, or the only one of that number.
    async fn order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<ID>,
        #[graphql(desc = "Its number.")] number: Option<i32>,
        #[graphql(desc = "Its extension, letter for letter.")] extension: Option<String>,
    ) -> ApiResult<Option<Order>> {
        let reader = &Scope::of(ctx)?.reader;
        let id = id.map(|id| read_id("id", &id)).transpose()?;
        let found = reader.order(id, number, extension.as_deref()).await?;
        Ok(OrderGroup::nodes(reader, found).pop())
    }

    /// Orders that logs name and that are not known, the latest first. None unless the configuration says how logs name orders.
    async fn unmatched_order_numbers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many; at most 500.", default = 50)] first: Option<i32>,
    ) -> ApiResult<Vec<UnmatchedOrderNumber>> {
        let reader = &Scope::of(ctx)?.reader;
        let found = reader.unmatched_names(first.map(i64::from)).await?;
        Ok(found.into_iter().map(Into::into).collect())
    }
}

//! Orders.

use super::Reader;
use super::cursor;
use super::page::{PageArgs, size};
use crate::error::AppError;
use crate::ports::order_links::UnmatchedName;
use crate::ports::orders::{OrderCursor, OrderFilter, StoredOrder};
use crate::ports::sessions::{Slice, Window};
use atelier_domain::ids::{OrderId, SessionId};
use atelier_domain::order::text::fold;
use atelier_domain::order::{Accessory, Operation, OrderNote};
use atelier_domain::time::Instant;
use chrono::NaiveDate;
use std::collections::HashMap;

/// A search has at most so many characters.
const LONGEST_SEARCH: usize = 200;

/// Which orders are asked for. A missing value means all, an empty list none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderWish {
    /// Of these statuses, letter for letter.
    pub statuses: Option<Vec<String>>,
    /// Planned on this local date or later.
    pub from: Option<NaiveDate>,
    /// Planned on this local date or earlier.
    pub to: Option<NaiveDate>,
    /// Made from stock, or not.
    pub stock_managed: Option<bool>,
    /// Whose number, job site or customer contain all these words, in any case and accent.
    pub search: Option<String>,
    /// Those that are gone instead of those that are there.
    pub removed: bool,
}

impl Reader {
    /// The window that a client asks for.
    pub fn order_window(&self, page: &PageArgs) -> Result<Window<OrderCursor>, AppError> {
        page.window(self.max_page, cursor::read_order)
    }

    /// What the store is asked for a wish.
    pub fn order_filter(&self, wish: OrderWish) -> Result<OrderFilter, AppError> {
        let OrderWish { statuses, from, to, stock_managed, search, removed } = wish;
        let search = search.unwrap_or_default();
        if search.chars().count() > LONGEST_SEARCH {
            let message = format!("`search` must have at most {LONGEST_SEARCH} characters.");
            return Err(AppError::bad_input("search", message));
        }
        if search.chars().any(char::is_control) {
            return Err(AppError::bad_input("search", "`search` must be on one line."));
        }
        let midnight = |date: NaiveDate| self.ports.zone.candidates(date.and_hms_opt(0, 0, 0).unwrap_or_default()).0;
        // The last date that there is has no end.
        let end = |date: NaiveDate| date.succ_opt().map_or(Instant(i64::MAX), midnight);
        Ok(OrderFilter {
            statuses,
            planned_from: from.map(midnight),
            planned_before: to.map(end),
            stock_managed,
            words: search.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect(),
            removed,
        })
    }

    /// A part of the orders that pass the filter, the highest number first.
    pub async fn orders(
        &self,
        filter: &OrderFilter,
        window: &Window<OrderCursor>,
    ) -> Result<Slice<StoredOrder>, AppError> {
        Ok(self.ports.orders.orders(filter, window).await?)
    }

    /// How many orders pass the filter.
    pub async fn count_orders(&self, filter: &OrderFilter) -> Result<u64, AppError> {
        Ok(self.ports.orders.count_orders(filter).await?)
    }

    /// One order, by id, or by number and extension; with both, both must be its own. A number alone means the order without
    /// an extension, or the only one of that number. Those that are there come before those that are gone.
    pub async fn order(
        &self,
        id: Option<OrderId>,
        number: Option<i32>,
        extension: Option<&str>,
    ) -> Result<Option<StoredOrder>, AppError> {
        let extension = extension.filter(|extension| !extension.is_empty());
        if let Some(id) = id {
            let found = self.ports.orders.order(id).await?;
            let same = |order: &StoredOrder| {
                number.is_none_or(|number| order.number == number)
                    && extension.is_none_or(|extension| order.extension.as_deref() == Some(extension))
            };
            return Ok(found.filter(same));
        }
        let Some(number) = number else {
            return Err(AppError::bad_input("id", "Give `id`, or `number` and, where it has one, `extension`."));
        };
        let found = self.ports.orders.orders_of_number(number).await?;
        let own = |order: &StoredOrder| order.extension.clone().filter(|extension| !extension.is_empty());
        let (present, gone): (Vec<_>, Vec<_>) = found.into_iter().partition(|order| order.removed_at.is_none());
        for mut orders in [present, gone] {
            if let Some(exact) = orders.iter().position(|order| own(order).as_deref() == extension) {
                return Ok(Some(orders.swap_remove(exact)));
            }
            match (extension, orders.len()) {
                (Some(_), _) | (None, 0) => {}
                (None, 1) => return Ok(orders.pop()),
                (None, _) => {
                    let extensions: Vec<String> = orders.iter().filter_map(own).collect();
                    let message = format!(
                        "There are several orders {number}: give `extension`, one of {}.",
                        extensions.join(", ")
                    );
                    return Err(AppError::bad_input("extension", message));
                }
            }
        }
        Ok(None)
    }

    /// The accessories of each.
    pub async fn accessories(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Accessory>>, AppError> {
        Ok(self.ports.orders.accessories(orders).await?)
    }

    /// The operations of each.
    pub async fn operations(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<Operation>>, AppError> {
        Ok(self.ports.orders.operations(orders).await?)
    }

    /// The planning notes of each.
    pub async fn order_notes(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<OrderNote>>, AppError> {
        Ok(self.ports.orders.order_notes(orders).await?)
    }

    /// The orders that the pieces of each session are for.
    pub async fn orders_of_sessions(
        &self,
        sessions: &[SessionId],
    ) -> Result<HashMap<SessionId, Vec<StoredOrder>>, AppError> {
        Ok(self.ports.order_links.orders_of_sessions(sessions).await?)
    }

    /// The sessions with pieces for each order, by day.
    pub async fn sessions_of_orders(&self, orders: &[OrderId]) -> Result<HashMap<OrderId, Vec<SessionId>>, AppError> {
        Ok(self.ports.order_links.sessions_of_orders(orders).await?)
    }

    /// What logs name and no order bears, the latest first.
    pub async fn unmatched_names(&self, first: Option<i64>) -> Result<Vec<UnmatchedName>, AppError> {
        let limit =
            size("first", first.unwrap_or(i64::from(super::page::DEFAULT_PAGE.min(self.max_page))), self.max_page)?;
        Ok(self.ports.order_links.unmatched_names(limit).await?)
    }
}

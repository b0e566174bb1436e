//! Orders.

use super::error::Failure;
use super::model::{Order, OrderParts};
use super::page::{self, CountParams, Page, PageInfo, PageParams};
use super::query::{FromQuery, Query};
use super::signed::Signed;
use actix_web::HttpResponse;
use atelier_application::ports::orders::{OrderCursor, StoredOrder};
use atelier_application::query::{OrderWish, Reader, cursor};
use atelier_domain::ids::OrderId;
use atelier_domain::time::ProductionDay;
use utoipa::IntoParams;

/// Which orders; all that are there when nothing is given.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct OrderFilterParams {
    /// Of these statuses, letter for letter. A comma is part of a status: give several one by one.
    status: Option<Vec<String>>,
    /// Planned on this date, local to the plant, or later.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<ProductionDay>,
    /// Planned on this date, local to the plant, or earlier.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<ProductionDay>,
    /// Made from stock, or not.
    stock_managed: Option<bool>,
    /// Whose number, job site or customer contain each of these words, in any case and accent.
    #[param(max_length = 200)]
    search: Option<String>,
    /// Those that are gone (`true`) instead of those that are there.
    removed: Option<bool>,
}

impl FromQuery for OrderFilterParams {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        Ok(Self {
            status: query.texts("status")?,
            from: query.one("from")?,
            to: query.one("to")?,
            stock_managed: query.one("stockManaged")?,
            search: query.one("search")?,
            removed: query.one("removed")?,
        })
    }
}

impl OrderFilterParams {
    fn wish(self) -> OrderWish {
        let Self { status, from, to, stock_managed, search, removed } = self;
        OrderWish {
            statuses: status,
            from: from.map(|day| day.0),
            to: to.map(|day| day.0),
            stock_managed,
            search,
            removed: removed.unwrap_or(false),
        }
    }
}

/// Orders of roller shutters, the highest number first, a page at a time.
///
/// Those that are gone only when `removed` asks for them.
#[utoipa::path(
    get, path = "/api/v1/orders", tag = "Orders", operation_id = "listOrders",
    params(OrderFilterParams, PageParams, CountParams),
    responses((
        status = 200, description = "A page of them.", body = Page<Order>,
        headers(("Link" = String, description = "The pages beside this one, as `next` and `prev`, where there are any."))
    )),
)]
pub(super) async fn list(signed: Signed) -> Result<HttpResponse, Failure> {
    let (filter, part, count): (OrderFilterParams, PageParams, CountParams) = signed.query()?;
    let window = signed.reader.order_window(&part.args())?;
    let filter = signed.reader.order_filter(filter.wish())?;
    let slice = signed.reader.orders(&filter, &window).await?;
    let total_count = if count.wanted() { Some(signed.reader.count_orders(&filter).await?) } else { None };
    let place = |order: &StoredOrder| cursor::order(OrderCursor { number: order.number, id: order.id });
    let page_info = PageInfo::of(&slice, place);
    let items = told(&signed.reader, slice.items).await?;
    page::answer(&signed, &Page { items, page_info, total_count })
}

/// One order, gone or not.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}", tag = "Orders", operation_id = "getOrder",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The order.", body = Order)),
)]
pub(super) async fn get(signed: Signed) -> Result<HttpResponse, Failure> {
    let id = OrderId(signed.id()?);
    let () = signed.query()?;
    let found = signed.reader.order(Some(id), None, None).await?;
    let found = found.ok_or_else(|| Failure::not_found(format!("There is no order {id}.")))?;
    let told = told(&signed.reader, vec![found]).await?.pop();
    signed.json(&told.ok_or_else(|| Failure::internal("an order is told as none"))?)
}

/// Orders with what they hold: four questions, however many there are.
async fn told(reader: &Reader, orders: Vec<StoredOrder>) -> Result<Vec<Order>, Failure> {
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (mut accessories, mut operations, mut notes, mut sessions) = futures_util::try_join!(
        reader.accessories(&ids),
        reader.operations(&ids),
        reader.order_notes(&ids),
        reader.sessions_of_orders(&ids)
    )?;
    let mut told = |order: StoredOrder| {
        let parts = OrderParts {
            accessories: accessories.remove(&order.id).unwrap_or_default(),
            operations: operations.remove(&order.id).unwrap_or_default(),
            notes: notes.remove(&order.id).unwrap_or_default(),
            sessions: sessions.remove(&order.id).unwrap_or_default(),
        };
        Order::new(order, parts)
    };
    Ok(orders.into_iter().map(&mut told).collect())
}

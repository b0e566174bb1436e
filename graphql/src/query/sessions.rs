//! Sessions.

use crate::error::ApiResult;
use crate::loader::{SessionGroup, SessionList};
use crate::model::{Session, SessionConnection, SessionFilter, SessionOrder, Total};
use crate::scalar::id as read_id;
use crate::scope::Scope;
use async_graphql::{Context, ID, Object};
use atelier_application::ports::sessions::Slice;
use atelier_application::query::page::PageArgs;

#[derive(Default)]
pub(super) struct SessionQuery;

#[Object]
impl SessionQuery {
    /// Sessions of all machines, a page at a time.
    #[allow(clippy::too_many_arguments)]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all when left out.")] filter: Option<SessionFilter>,
        #[graphql(
            desc = "In which order; the latest day first when left out.",
            default_with = "Some(SessionOrder::default())"
        )]
        order_by: Option<SessionOrder>,
        #[graphql(desc = "At most so many from the front; 50 when neither this nor `last` is given, at most 500.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the back, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> ApiResult<SessionConnection> {
        let reader = &Scope::of(ctx)?.reader;
        let order = order_by.unwrap_or_default().port();
        let filter = SessionFilter::port(filter)?;
        let page = PageArgs { first: first.map(i64::from), after, last: last.map(i64::from), before };
        let window = reader.session_window(order, &page)?;
        let asks = ctx.look_ahead();
        let wanted = ["nodes", "edges", "pageInfo"].iter().any(|field| asks.field(field).exists());
        let slice = if wanted { reader.sessions(&filter, order, &window).await? } else { Slice::default() };
        Ok(SessionConnection::new(
            SessionList::new(reader, slice),
            order,
            Total::OfAll { reader: Box::new(reader.clone()), filter },
        ))
    }

    /// One session; null when there is none.
    async fn session(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> ApiResult<Option<Session>> {
        let reader = &Scope::of(ctx)?.reader;
        let found = reader.sessions_by_id(&[read_id("id", &id)?]).await?;
        Ok(SessionGroup::nodes(reader, found, None).pop())
    }
}

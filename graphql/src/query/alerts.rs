//! Alerts.

use crate::error::ApiResult;
use crate::loader::AlertGroup;
use crate::model::AlertConnection;
use crate::scope::Scope;
use async_graphql::{Context, Object};
use atelier_application::ports::sessions::Slice;
use atelier_application::query::page::PageArgs;

#[derive(Default)]
pub(super) struct AlertQuery;

#[Object]
impl AlertQuery {
    /// What needs somebody's attention, and what did, the newest first, a page at a time.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those whose condition still holds (true) or is gone (false); all when left out.")]
        open: Option<bool>,
        #[graphql(desc = "At most so many; 50 when left out, at most 500.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> ApiResult<AlertConnection> {
        let reader = &Scope::of(ctx)?.reader;
        let page = PageArgs { first: first.map(i64::from), after, ..PageArgs::default() };
        let window = reader.alert_window(&page)?;
        let Slice { items, has_next, has_previous } = reader.alerts(open, &window).await?;
        Ok(AlertConnection { alerts: AlertGroup::nodes(reader, items), has_next, has_previous })
    }
}

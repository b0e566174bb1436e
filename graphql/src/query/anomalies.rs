//! Anomalies of all machines.

use crate::error::ApiResult;
use crate::loader::AnomalyGroup;
use crate::model::{AnomalyConnection, AnomalyFilter};
use crate::scope::Scope;
use async_graphql::{Context, Object};
use atelier_application::ports::sessions::Slice;
use atelier_application::query::page::PageArgs;

#[derive(Default)]
pub(super) struct AnomalyQuery;

#[Object]
impl AnomalyQuery {
    /// What is odd in the sessions and log files of all machines, the newest first (by instant, then by id), a page at a time.
    async fn anomalies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all when left out.")] filter: Option<AnomalyFilter>,
        #[graphql(desc = "At most so many; 50 when left out, at most 500.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> ApiResult<AnomalyConnection> {
        let reader = &Scope::of(ctx)?.reader;
        let page = PageArgs { first: first.map(i64::from), after, ..PageArgs::default() };
        let window = reader.anomaly_window(&page)?;
        let slice = reader.list_anomalies(AnomalyFilter::wish(filter)?, &window).await?;
        let Slice { items, has_next, has_previous } = slice;
        Ok(AnomalyConnection { anomalies: AnomalyGroup::nodes(reader, items), has_next, has_previous })
    }
}

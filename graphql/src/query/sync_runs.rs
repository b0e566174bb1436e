//! Runs of the synchronisation.

use crate::error::ApiResult;
use crate::model::{SyncRunConnection, SyncSource};
use crate::scope::Scope;
use async_graphql::{Context, Object};
use atelier_application::ports::sessions::Slice;
use atelier_application::query::page::PageArgs;

#[derive(Default)]
pub(super) struct SyncRunQuery;

#[Object]
impl SyncRunQuery {
    /// Runs of the synchronisation, the newest first, a page at a time.
    async fn sync_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this source; of all when left out.")] source: Option<SyncSource>,
        #[graphql(desc = "At most so many; 50 when left out, at most 500.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> ApiResult<SyncRunConnection> {
        let reader = &Scope::of(ctx)?.reader;
        let page = PageArgs { first: first.map(i64::from), after, ..PageArgs::default() };
        let window = reader.sync_run_window(&page)?;
        let Slice { items, has_next, has_previous } = reader.sync_runs(source.map(Into::into), &window).await?;
        Ok(SyncRunConnection { runs: items, has_next, has_previous })
    }
}

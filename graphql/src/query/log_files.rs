//! Log files.

use crate::error::ApiResult;
use crate::loader::LogFileGroup;
use crate::model::{LogFileConnection, LogFileFilter};
use crate::scope::Scope;
use async_graphql::{Context, Object};
use atelier_application::ports::sessions::Slice;
use atelier_application::query::page::PageArgs;

#[derive(Default)]
pub(super) struct LogFileQuery;

#[Object]
impl LogFileQuery {
    /// Log files by id, a page at a time.
    async fn log_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all when left out.")] filter: Option<LogFileFilter>,
        #[graphql(desc = "At most so many; 50 when left out, at most 500.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> ApiResult<LogFileConnection> {
        let reader = &Scope::of(ctx)?.reader;
        let page = PageArgs { first: first.map(i64::from), after, ..PageArgs::default() };
        let window = reader.log_file_window(&page)?;
        let Slice { items, has_next, has_previous } = reader.log_files(&LogFileFilter::port(filter)?, &window).await?;
        Ok(LogFileConnection { files: LogFileGroup::nodes(reader, items), has_next, has_previous })
    }
}

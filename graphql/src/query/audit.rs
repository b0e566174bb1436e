//! The audit trail.

use crate::error::ApiResult;
use crate::model::AuditConnection;
use crate::scope::{Scope, audit_trail};
use async_graphql::{Context, Object};
use atelier_application::ports::sessions::Slice;
use atelier_application::query::page::PageArgs;

#[derive(Default)]
pub(super) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// What was changed by hand and by whom, the newest first, a page at a time. Needs the role `ADMIN`.
    async fn audit_trail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many; 50 when left out, at most 500.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> ApiResult<AuditConnection> {
        let page = PageArgs { first: first.map(i64::from), after, ..PageArgs::default() };
        let slice = audit_trail(ctx)?.page(&Scope::of(ctx)?.subject, &page).await?;
        let Slice { items, has_next, has_previous } = slice;
        Ok(AuditConnection { records: items, has_next, has_previous })
    }
}

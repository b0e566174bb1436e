//! Synchronising on demand.

use crate::error::ApiResult;
use crate::model::{SyncRun, SyncSource};
use crate::scope::{Scope, sync_control};
use async_graphql::{Context, Object};

#[derive(Default)]
pub(super) struct SyncMutation;

#[Object]
impl SyncMutation {
    /// Fetches what is new. Answers at once with the run it started, or with the one already running; the run goes on when
    /// the client leaves, and `syncProgress` tells how it gets on. Needs the role `OPERATOR`.
    async fn sync_now(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to synchronise; it must be configured.")] source: SyncSource,
    ) -> ApiResult<SyncRun> {
        Ok(sync_control(ctx)?.sync_now(&Scope::of(ctx)?.subject, source.into()).await?.into())
    }
}

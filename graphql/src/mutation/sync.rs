//! Synchronising, and deriving again, on demand.

use crate::error::ApiResult;
use crate::model::{SyncRun, SyncSource};
use crate::scalar::{Date, id};
use crate::scope::{Scope, sync_control};
use async_graphql::{Context, ID, Object};
use atelier_application::ingest::{MachineRef, ReplayScope};

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

    /// Derives sessions again from the stored bytes of logs, without reading the log source. What comes out as it is stored is
    /// left alone. Answers at once with the run it started, or with the one already at work, a synchronisation perhaps, and
    /// then starts none; `syncProgress` tells how it gets on. Needs the role `ADMIN`.
    async fn replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this machine; of all when left out.")] machine_id: Option<ID>,
        #[graphql(desc = "From this production day on; from the first one when left out.")] from: Option<Date>,
        #[graphql(desc = "Up to this production day, which is in; up to the last one when left out.")] to: Option<Date>,
    ) -> ApiResult<SyncRun> {
        let machine = machine_id.map(|text| id("machineId", &text)).transpose()?.map(MachineRef::Id);
        let scope = ReplayScope { machine, from: from.map(|date| date.0), to: to.map(|date| date.0) };
        Ok(sync_control(ctx)?.replay(&Scope::of(ctx)?.subject, scope).await?.into())
    }
}

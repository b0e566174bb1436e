//! How runs of the synchronisation get on.

use super::end_of_token;
use crate::error::ApiError;
use crate::model::{SyncRun, SyncSource};
use crate::scope::{Scope, sync_control};
use async_graphql::{Context, Subscription};
use futures_util::stream::{BoxStream, StreamExt as _};

#[derive(Default)]
pub(crate) struct SyncSubscription;

#[Subscription]
impl SyncSubscription {
    /// How runs of the synchronisation get on, wherever they were started: first the latest one as it stands, then each
    /// change of it and of those that follow, up to how they end.
    async fn sync_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this source; of all when left out.")] source: Option<SyncSource>,
    ) -> Result<BoxStream<'static, Result<SyncRun, ApiError>>, ApiError> {
        let Scope { subject, .. } = Scope::of(ctx)?;
        let runs = sync_control(ctx)?.progress(subject, source.map(Into::into)).await?;
        let runs = runs.map(|run| run.map(SyncRun::from).map_err(ApiError::from));
        Ok(runs.take_until(end_of_token(ctx, subject)?).boxed())
    }
}

//! Alerts, as they are raised.

use super::end_of_token;
use crate::error::ApiError;
use crate::loader::AlertGroup;
use crate::model::Alert;
use crate::scope::{Scope, alert_desk};
use async_graphql::{Context, Subscription};
use futures_util::stream::{BoxStream, StreamExt as _};

#[derive(Default)]
pub(crate) struct AlertSubscription;

#[Subscription]
impl AlertSubscription {
    /// Each alert that is raised from now on, whichever process finds it; `alerts` has those there are.
    async fn alert_raised(&self, ctx: &Context<'_>) -> Result<BoxStream<'static, Result<Alert, ApiError>>, ApiError> {
        let Scope { subject, reader } = Scope::of(ctx)?;
        let reader = reader.clone();
        let raised = alert_desk(ctx)?.raised(subject).await?;
        let raised = raised.map(move |alert| AlertGroup::node(&reader, alert?));
        Ok(raised.take_until(end_of_token(ctx, subject)?).boxed())
    }
}

//! Taking care of alerts.

use crate::error::ApiResult;
use crate::loader::AlertGroup;
use crate::model::Alert;
use crate::scalar::id as read_id;
use crate::scope::{Scope, alert_desk};
use async_graphql::{Context, ID, Object};
use atelier_domain::ids::AlertId;

#[derive(Default)]
pub(super) struct AlertMutation;

#[Object]
impl AlertMutation {
    /// Says that one takes care of an alert. One that somebody takes care of stays theirs; it stays open until its condition
    /// is gone. Needs the role `OPERATOR`.
    async fn acknowledge_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The alert's id.")] id: ID,
    ) -> ApiResult<Alert> {
        let Scope { subject, reader } = Scope::of(ctx)?;
        let id: AlertId = read_id("id", &id)?;
        AlertGroup::node(reader, alert_desk(ctx)?.acknowledge(subject, id).await?)
    }
}

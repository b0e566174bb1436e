//! Sessions as they are committed.

use super::end_of_token;
use super::feed::{Feed, Kind};
use crate::Services;
use crate::error::{ApiError, ApiResult};
use crate::loader::SessionGroup;
use crate::model::{MachineType, Session};
use crate::scalar::{Long, id, ids};
use crate::scope::Scope;
use async_graphql::{Context, ID, Subscription};
use atelier_application::error::AppError;
use atelier_domain::ids::{Revision, SessionId};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

#[derive(Default)]
pub(crate) struct SessionSubscription;

#[Subscription]
impl SessionSubscription {
    /// A session that did not exist before, once it is committed. With `afterId`, first those created since that one: a
    /// client that reconnects misses none and sees none twice.
    async fn session_created(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of these machines; all when left out, none when empty.")] machine_ids: Option<Vec<ID>>,
        #[graphql(desc = "Only of machines of these types; all when left out, none when empty.")] types: Option<
            Vec<MachineType>,
        >,
        #[graphql(desc = "The id of the last session the client has seen; 0 for all of them.")] after_id: Option<ID>,
    ) -> Result<BoxStream<'static, ApiResult<Session>>, ApiError> {
        let after: Option<SessionId> = after_id.map(|text| id("afterId", &text)).transpose()?;
        start(ctx, Kind::Created, machine_ids, types, after.map(|id| id.0)).await
    }

    /// An open session that grew, or one that was completed or derived again; `sessionCreated` tells those that are new.
    /// With `afterRevision`, first all those changed since, new ones too, each as it is now.
    async fn session_updated(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of these machines; all when left out, none when empty.")] machine_ids: Option<Vec<ID>>,
        #[graphql(desc = "Only of machines of these types; all when left out, none when empty.")] types: Option<
            Vec<MachineType>,
        >,
        #[graphql(desc = "The highest revision the client has seen; 0 for all sessions.")] after_revision: Option<Long>,
    ) -> Result<BoxStream<'static, ApiResult<Session>>, ApiError> {
        let after = after_revision.map(|revision| Revision(revision.0).0);
        start(ctx, Kind::Updated, machine_ids, types, after).await
    }
}

async fn start(
    ctx: &Context<'_>,
    kind: Kind,
    machine_ids: Option<Vec<ID>>,
    types: Option<Vec<MachineType>>,
    after: Option<i64>,
) -> Result<BoxStream<'static, ApiResult<Session>>, ApiError> {
    let services = ctx
        .data_opt::<Services>()
        .ok_or_else(|| ApiError::from(AppError::Internal("the schema has no services".to_owned())))?;
    let Scope { subject, reader } = Scope::of(ctx)?;
    let machines = ids("machineIds", machine_ids.as_deref())?;
    let types = types.map(|types| types.into_iter().map(Into::into).collect());
    let end = end_of_token(ctx, subject)?;
    let feed = Feed::open(reader.clone(), &*services.events, kind, machines, types, after).await?;
    let reader = reader.clone();
    let sessions = feed.into_stream().map(move |session| {
        let node = SessionGroup::nodes(&reader, std::iter::once(session?), None).pop();
        node.ok_or_else(|| ApiError::from(AppError::Internal("a session has no node".to_owned())))
    });
    Ok(sessions.take_until(end).boxed())
}

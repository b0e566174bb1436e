//! Setting versions of log files aside.

use crate::error::{ApiError, ApiResult};
use crate::loader::LogFileGroup;
use crate::model::LogFile;
use crate::scalar;
use crate::scope::{Scope, exclusions};
use async_graphql::{Context, ID, Object};
use atelier_application::error::AppError;
use atelier_application::ingest::{AskedBy, Rederived};

#[derive(Default)]
pub(super) struct VersionMutation;

#[Object]
impl VersionMutation {
    /// Sets one version of a log file aside: a wrong upload, a test. Its bytes stay, its lines count no longer, and the
    /// sessions it had lines of are derived again at once. What the file appends to it is set aside with it. Needs the role
    /// `ADMIN`, and is audited.
    async fn exclude_log_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version.")] id: ID,
        #[graphql(desc = "Why, in 1 to 500 characters on one line.")] reason: String,
    ) -> ApiResult<LogFile> {
        let scope = Scope::of(ctx)?;
        let version = scalar::id("id", &id)?;
        let done = exclusions(ctx)?.exclude(AskedBy::Subject(&scope.subject), version, &reason).await?;
        file(scope, done).await
    }

    /// Takes a version back in that was set aside: its lines count again, and the sessions it has lines of are derived again
    /// at once. Needs the role `ADMIN`, and is audited.
    async fn include_log_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version.")] id: ID,
    ) -> ApiResult<LogFile> {
        let scope = Scope::of(ctx)?;
        let version = scalar::id("id", &id)?;
        let done = exclusions(ctx)?.include(AskedBy::Subject(&scope.subject), version).await?;
        file(scope, done).await
    }
}

/// The file, as it is now.
async fn file(scope: &Scope, done: Rederived) -> ApiResult<LogFile> {
    let found = scope.reader.log_files_by_id(&[done.file]).await?;
    let file = LogFileGroup::nodes(&scope.reader, found).pop();
    file.ok_or_else(|| ApiError::from(AppError::Internal(format!("log file {} is gone", done.file))))
}

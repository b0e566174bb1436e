//! Calendars, reference cycle times, scrap, and why machines stopped.

use crate::error::{ApiError, ApiResult};
use crate::loader::{MachineGroup, SessionGroup, stop_node};
use crate::model::{CalendarInput, Machine, ScrapInput, Session, StopPeriod, StopReason, StopReasonInput, first_day};
use crate::scalar::{Date, id as read_id};
use crate::scope::{Scope, decisions};
use async_graphql::{Context, ID, Object};
use atelier_application::error::AppError;
use atelier_application::manage::CycleInput;
use atelier_domain::ids::SessionId;
use atelier_domain::machine;
use std::sync::Arc;

#[derive(Default)]
pub(super) struct DecisionMutation;

#[Object]
impl DecisionMutation {
    /// Sets how long a piece should take: of a profile, or of all others of a machine. It holds from a production day on, until
    /// another one does; the past stays. The sessions it concerns are derived again in the background: `syncProgress` tells how
    /// that gets on, and the run's `sessionsUpdated` how many changed. Needs the role `ADMIN`, and is audited.
    #[allow(clippy::too_many_arguments)]
    async fn set_reference_cycle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The machine.")] machine_id: ID,
        #[graphql(desc = "The profile's reference; for all that have none of their own when left out.")]
        job_reference: Option<String>,
        #[graphql(desc = "How long, in seconds: more than 0, with at most three decimals. Null ends it.")]
        seconds: Option<f64>,
        #[graphql(desc = "From this production day on; today's when left out.")] from: Option<Date>,
    ) -> ApiResult<Machine> {
        let scope = Scope::of(ctx)?;
        let input = CycleInput { reference: job_reference, seconds, from: first_day(from.as_ref())? };
        let machine =
            decisions(ctx)?.set_reference_cycle(&scope.subject, read_id("machineId", &machine_id)?, &input).await?;
        machine_node(scope, machine)
    }

    /// Sets when a machine should work. It holds from a production day on, until another calendar does; the past stays. The
    /// sessions it concerns are derived again in the background: `syncProgress` tells how that gets on, and the run's
    /// `sessionsUpdated` how many changed. Needs the role `ADMIN`, and is audited.
    async fn set_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The machine.")] machine_id: ID,
        #[graphql(desc = "The calendar, whole: it replaces the one before.")] input: CalendarInput,
        #[graphql(desc = "From this production day on; today's when left out.")] from: Option<Date>,
    ) -> ApiResult<Machine> {
        let scope = Scope::of(ctx)?;
        let machine = read_id("machineId", &machine_id)?;
        let (input, from) = (input.port(), first_day(from.as_ref())?);
        machine_node(scope, decisions(ctx)?.set_calendar(&scope.subject, machine, &input, from).await?)
    }

    /// Declares pieces of a session as scrap, which no log holds. Declarations add up; more than the session's pieces is
    /// refused. Its figures follow at once. Needs the role `OPERATOR`, and is audited.
    async fn declare_scrap(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] session_id: ID,
        #[graphql(desc = "What was scrap.")] input: ScrapInput,
    ) -> ApiResult<Session> {
        let scope = Scope::of(ctx)?;
        let session = read_id("sessionId", &session_id)?;
        session_node(scope, decisions(ctx)?.declare_scrap(&scope.subject, session, &input.into()).await?).await
    }

    /// Withdraws a declaration of scrap. The session's figures follow at once. Needs the role `OPERATOR`, and is audited.
    async fn withdraw_scrap(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The declaration, as `scrap` of its session has it.")] id: ID,
    ) -> ApiResult<Session> {
        let scope = Scope::of(ctx)?;
        let scrap = read_id("id", &id)?;
        session_node(scope, decisions(ctx)?.withdraw_scrap(&scope.subject, scrap).await?).await
    }

    /// Says why a machine was stopped, on every day that the stop spans. What was said before is replaced; figures follow at
    /// once. Needs the role `OPERATOR`, and is audited.
    async fn qualify_stop(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The stop, as `stopPeriods` of a session has it.")] period_id: ID,
        #[graphql(desc = "The code of a reason that is offered, as `stopReasons` has it.")] reason_code: String,
        #[graphql(desc = "More about it, in at most 500 characters.")] comment: Option<String>,
    ) -> ApiResult<StopPeriod> {
        let scope = Scope::of(ctx)?;
        let period = read_id("periodId", &period_id)?;
        let decided = decisions(ctx)?.qualify_stop(&scope.subject, period, &reason_code, comment.as_deref()).await?;
        stop_node(&scope.reader, decided, &ctx.look_ahead()).await
    }

    /// Adds a reason of stops, or changes the one with its code. When it becomes planned, or no longer is, the sessions with such
    /// stops are derived again in the background. Needs the role `ADMIN`, and is audited.
    async fn save_stop_reason(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reason.")] input: StopReasonInput,
    ) -> ApiResult<StopReason> {
        let saved = decisions(ctx)?.save_stop_reason(&Scope::of(ctx)?.subject, input.into()).await?;
        Ok(StopReason(Arc::new(saved)))
    }
}

pub(super) fn machine_node(scope: &Scope, machine: machine::Machine) -> ApiResult<Machine> {
    let node = MachineGroup::nodes(&scope.reader, [Arc::new(machine)]).pop();
    node.ok_or_else(|| ApiError::from(AppError::Internal("a machine has no node".to_owned())))
}

async fn session_node(scope: &Scope, id: SessionId) -> ApiResult<Session> {
    let found = scope.reader.sessions_by_id(&[id]).await?;
    let node = SessionGroup::nodes(&scope.reader, found, None).pop();
    node.ok_or_else(|| ApiError::from(AppError::NotFound(format!("There is no session {id} any more."))))
}

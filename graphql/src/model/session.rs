//! Sessions.

use super::{
    Anomaly, Job, LogFile, Machine, ObservedProduction, Order, PieceConnection, ScrapDeclaration, SessionStatus,
    StopPeriod, TimeShare, TimelineInterval, Trs, WaitPeriod, time_shares,
};
use crate::emit::{Leaves, leaf};
use crate::error::{ApiError, ApiResult};
use crate::loader::{JobDetail, LineDetail, PieceDetail, SessionGroup};
use crate::scalar::{Date, DateTime, Long, int};
use async_graphql::{Context, ID, Lookahead, Object};
use atelier_application::error::AppError;
use atelier_application::ports::sessions::SessionSummary;
use atelier_application::query::page::{PageArgs, numbered};
use atelier_application::query::{cursor, timeline};
use atelier_domain::ids::SessionId;
use atelier_domain::kpi::losses::ledger;
use std::collections::HashMap;
use std::sync::Arc;

/// One production day of a machine.
#[derive(Clone)]
pub(crate) struct Session {
    session: Arc<SessionSummary>,
    group: Arc<SessionGroup>,
}

impl Session {
    /// A session among its siblings.
    pub(crate) fn new(session: Arc<SessionSummary>, group: Arc<SessionGroup>) -> Self {
        Self { session, group }
    }

    /// What is stored of it.
    pub(crate) fn summary(&self) -> &SessionSummary {
        &self.session
    }

    /// It and its siblings.
    pub(crate) fn group(&self) -> &SessionGroup {
        &self.group
    }

    /// What it holds when that was removed, else nothing.
    fn removed<T>(&self) -> Option<Leaves<T>> {
        self.session.details_removed_at.map(|_| Leaves(Arc::default()))
    }

    fn own<T>(&self, lists: &HashMap<SessionId, Arc<[T]>>) -> Leaves<T> {
        Leaves(lists.get(&self.session.id).cloned().unwrap_or_default())
    }
}

/// One production day of a machine: what it did from its first event to its last.
#[Object]
impl Session {
    /// Its identifier; a later session has a higher one.
    async fn id(&self) -> ID {
        self.session.id.into()
    }

    /// Whose it is.
    async fn machine(&self) -> ApiResult<Machine> {
        let machine = self.group.machines().await?.get(&self.session.machine).cloned();
        machine.ok_or_else(|| {
            ApiError::from(AppError::Internal(format!(
                "session {} has no machine {}",
                self.session.id, self.session.machine
            )))
        })
    }

    /// The production day, local to the plant.
    async fn date(&self) -> Date {
        Date(self.session.day)
    }

    /// Whether more may still come.
    async fn status(&self) -> SessionStatus {
        self.session.status.into()
    }

    /// The earliest event; null on a day without any.
    async fn first_event_at(&self) -> Option<DateTime> {
        self.session.first_event.map(DateTime)
    }

    /// The latest event; null on a day without any.
    async fn last_event_at(&self) -> Option<DateTime> {
        self.session.last_event.map(DateTime)
    }

    /// The earliest piece; null without pieces.
    async fn first_piece_at(&self) -> Option<DateTime> {
        self.session.first_piece.map(DateTime)
    }

    /// The latest piece; null without pieces.
    async fn last_piece_at(&self) -> Option<DateTime> {
        self.session.last_piece.map(DateTime)
    }

    /// The earliest start by the operator; null without one.
    async fn first_start_at(&self) -> Option<DateTime> {
        self.session.first_start.map(DateTime)
    }

    /// The latest stop by the operator; null without one.
    async fn last_stop_at(&self) -> Option<DateTime> {
        self.session.last_stop.map(DateTime)
    }

    /// How many pieces were finished.
    async fn total_pieces(&self) -> i32 {
        int(self.session.observed.pieces)
    }

    /// How many events of any kind the machine wrote.
    async fn events(&self) -> i32 {
        int(self.session.events)
    }

    /// Events without a meaning of their own, by name.
    async fn other_events(&self) -> Leaves<EventCount> {
        Leaves(self.session.other_events.iter().map(|(name, count)| EventCount((name.clone(), *count))).collect())
    }

    /// Times and rates between the first piece and the last.
    async fn observed(&self) -> ObservedProduction {
        self.session.observed.into()
    }

    /// How many pieces were declared as scrap, and not withdrawn.
    async fn scrap_pieces(&self) -> i32 {
        int(self.session.trs.scrap_pieces)
    }

    /// The TRS and its times.
    async fn trs(&self) -> Trs {
        (&self.session.trs).into()
    }

    /// Where opening time went; the parts add up to it. Empty when it is 0.
    async fn ledger(&self) -> ApiResult<Vec<TimeShare>> {
        Ok(time_shares(ledger(&self.session.trs), &self.group.reasons().await?))
    }

    /// The scrap that was declared and not withdrawn, in the order of declaration.
    async fn scrap(&self) -> ApiResult<Vec<ScrapDeclaration>> {
        let scrap = self.group.scrap().await?;
        let own = scrap.declared.get(&self.session.id).into_iter().flatten();
        let by = |id| scrap.users.get(&id).cloned().map(Into::into);
        Ok(own.map(|declared| ScrapDeclaration::new(declared.clone(), declared.by.and_then(by))).collect())
    }

    /// The bars loaded in it, in the order of the machine's log.
    async fn jobs(&self, ctx: &Context<'_>) -> ApiResult<Leaves<Job>> {
        // The bar that lasts into the next day is kept for the pieces of that one.
        if let Some(none) = self.removed() {
            return Ok(none);
        }
        let asks = ctx.look_ahead();
        let counted = asks.field("pieces").exists();
        Ok(self.own(&*self.group.jobs(counted, LineDetail::of(&[asks])).await?))
    }

    /// Its waits, by start.
    async fn wait_periods(&self, ctx: &Context<'_>) -> ApiResult<Leaves<WaitPeriod>> {
        Ok(self.own(&*self.group.waits(LineDetail::of(&[ctx.look_ahead()])).await?))
    }

    /// Its stops, by start.
    async fn stop_periods(&self, ctx: &Context<'_>) -> ApiResult<Leaves<StopPeriod>> {
        let asks = ctx.look_ahead();
        let with_reason = asks.field("reason").exists();
        Ok(self.own(&*self.group.stops(LineDetail::of(&[asks]), with_reason).await?))
    }

    /// Its pieces by number, a page at a time.
    async fn pieces(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many from the front; 50 when neither this nor `last` is given, at most 500.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the back, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> ApiResult<PieceConnection> {
        let page = PageArgs { first: first.map(i64::from), after, last: last.map(i64::from), before };
        let window = page.window(self.group.reader().max_page(), cursor::read_piece)?;
        let total = if self.session.details_removed_at.is_some() { 0 } else { self.session.observed.pieces };
        let (_, has_previous, has_next) = numbered(&window, total);
        let asks = ctx.look_ahead();
        let wanted = ["nodes", "edges"].iter().any(|list| asks.field(list).exists()) || asks.field("pageInfo").exists();
        let pieces =
            if wanted { self.own(&*self.group.pieces(window, piece_detail(&asks)).await?).0 } else { Arc::default() };
        Ok(PieceConnection { pieces, has_next, has_previous, total })
    }

    /// The day as one strip: intervals in order, without gap or overlap, from the first event to the last. Empty once the
    /// details were removed, for what the machine did when is not known any more.
    async fn timeline(&self) -> ApiResult<Leaves<TimelineInterval>> {
        if let Some(none) = self.removed() {
            return Ok(none);
        }
        let untraced = LineDetail::default();
        let (waits, stops, instants) = futures_util::try_join!(
            self.group.waits(untraced),
            self.group.stops(untraced, false),
            self.group.instants()
        )?;
        let waits = self.own(&*waits).0;
        let stops = self.own(&*stops).0;
        let pieces = instants.get(&self.session.id).into_iter().flatten().copied();
        let waiting = waits.iter().map(|wait| wait.0.fact.interval);
        let stopped = stops
            .iter()
            .map(|stop| &stop.0.traced.fact)
            .map(|stop| atelier_domain::interval::Interval::new(stop.start, stop.start + stop.length));
        Ok(Leaves(timeline(&self.session, waiting, stopped, pieces).into_iter().map(TimelineInterval).collect()))
    }

    /// What is odd in it, by instant.
    async fn anomalies(&self) -> ApiResult<Vec<Anomaly>> {
        let found = self.group.anomalies().await?;
        let own = found.get(&self.session.id).into_iter().flatten();
        Ok(own.map(|stored| Anomaly::of_session(stored.clone(), self.clone())).collect())
    }

    /// All log files that hold a line of it, the newest first.
    async fn log_files(&self) -> ApiResult<Vec<LogFile>> {
        Ok(self.group.files().await?.get(&self.session.id).cloned().unwrap_or_default())
    }

    /// The orders that its pieces name, by number. Empty unless the configuration says how logs name orders; what is named and
    /// not known is in `unmatchedOrderNumbers`.
    async fn orders(&self) -> ApiResult<Vec<Order>> {
        Ok(self.group.orders().await?.get(&self.session.id).cloned().unwrap_or_default())
    }

    /// When it was first stored.
    async fn created_at(&self) -> DateTime {
        DateTime(self.session.created_at)
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.session.updated_at)
    }

    /// When its pieces, jobs, waits and stops were removed because they are old; null while they are there. The figures and
    /// the anomalies stay.
    async fn details_removed_at(&self) -> Option<DateTime> {
        self.session.details_removed_at.map(DateTime)
    }

    /// Grows with every change to any session.
    async fn revision(&self) -> Long {
        Long(self.session.revision.0)
    }
}

fn piece_detail(connection: &Lookahead<'_>) -> PieceDetail {
    let pieces = [connection.field("nodes"), connection.field("edges").field("node")];
    let jobs = pieces.each_ref().map(|piece| piece.field("job"));
    PieceDetail { line: LineDetail::of(&pieces), job: job_detail(&jobs), job_line: LineDetail::of(&jobs) }
}

fn job_detail(jobs: &[Lookahead<'_>]) -> JobDetail {
    if jobs.iter().any(|job| job.field("pieces").exists()) {
        JobDetail::Counted
    } else if jobs.iter().any(Lookahead::exists) {
        JobDetail::Plain
    } else {
        JobDetail::None
    }
}

leaf! {
    /// How often a machine wrote an event that has no meaning of its own.
    EventCount as "EventCount" (event: (String, u32)) {
        /// The event's name, as the machine wrote it.
        name "name": String = event.0.clone();
        /// How often.
        count "count": i32 = int(event.1);
    }
}

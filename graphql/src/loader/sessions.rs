//! What sessions hold.

use super::{LineDetail, Lines, LogFileGroup, MachineGroup, OrderGroup, Shared, all_reasons, reasons};
use crate::error::ApiResult;
use crate::model::{Job, LogFile, Machine, Order, Piece, Reasons, Session, Stop, StopPeriod, Traced, WaitPeriod};
use async_graphql::Lookahead;
use atelier_application::ports::decisions::ScrapDeclaration;
use atelier_application::ports::log_files::StoredLogFile;
use atelier_application::ports::orders::StoredOrder;
use atelier_application::ports::sessions::{SessionSummary, StoredAnomaly, StoredJob, StoredStop, Window};
use atelier_application::ports::users::User;
use atelier_application::query::Reader;
use atelier_application::query::page::numbered;
use atelier_domain::ids::{JobId, LogFileId, MachineId, OrderId, SessionId, UserId};
use atelier_domain::machine;
use atelier_domain::time::Instant;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;

/// What of the bar of a piece is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobDetail {
    /// Nothing.
    None,
    /// Itself.
    Plain,
    /// Also how many pieces came from it.
    Counted,
}

/// What of pieces is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PieceDetail {
    /// Of their lines.
    pub(crate) line: LineDetail,
    /// Of their bars.
    pub(crate) job: JobDetail,
    /// Of the lines of their bars.
    pub(crate) job_line: LineDetail,
}

/// The scrap of sessions, and who declared it.
pub(crate) struct DeclaredScrap {
    pub(crate) declared: HashMap<SessionId, Vec<ScrapDeclaration>>,
    pub(crate) users: HashMap<UserId, User>,
}

/// Lists by session.
type BySession<T> = Arc<HashMap<SessionId, Arc<[T]>>>;

/// Sessions out of one list, or of the lists of several siblings.
pub(crate) struct SessionGroup {
    reader: Reader,
    sessions: Vec<Arc<SessionSummary>>,
    known_machines: Option<Arc<[Arc<machine::Machine>]>>,
    machines: Shared<(), Arc<HashMap<MachineId, Machine>>>,
    jobs: Shared<(bool, LineDetail), BySession<Job>>,
    waits: Shared<LineDetail, BySession<WaitPeriod>>,
    stops: Shared<(LineDetail, bool), BySession<StopPeriod>>,
    reasons: Shared<(), Reasons>,
    scrap: Shared<(), Arc<DeclaredScrap>>,
    pieces: Shared<(Window<u32>, PieceDetail), BySession<Piece>>,
    instants: Shared<(), Arc<HashMap<SessionId, Vec<Instant>>>>,
    anomalies: Shared<(), Arc<HashMap<SessionId, Vec<StoredAnomaly>>>>,
    anomaly_files: Shared<(), Arc<HashMap<LogFileId, LogFile>>>,
    files: Shared<(), Arc<HashMap<SessionId, Vec<LogFile>>>>,
    orders: Shared<(), Arc<HashMap<SessionId, Vec<Order>>>>,
}

impl SessionGroup {
    /// The sessions of each owner as nodes that share a group.
    pub(crate) async fn by_owner<O: Eq + Hash>(
        reader: &Reader,
        by_owner: HashMap<O, Vec<SessionId>>,
    ) -> ApiResult<HashMap<O, Vec<Session>>> {
        let ids: BTreeSet<_> = by_owner.values().flatten().copied().collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = reader.sessions_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
        let nodes = Self::nodes(reader, found, None).into_iter();
        let nodes: HashMap<SessionId, Session> = nodes.map(|session| (session.summary().id, session)).collect();
        let of = |ids: Vec<SessionId>| ids.iter().filter_map(|id| nodes.get(id).cloned()).collect();
        Ok(by_owner.into_iter().map(|(owner, ids)| (owner, of(ids))).collect())
    }

    /// These sessions as nodes that share a group. `machines` saves asking for theirs.
    pub(crate) fn nodes(
        reader: &Reader,
        sessions: impl IntoIterator<Item = impl Into<Arc<SessionSummary>>>,
        machines: Option<&Arc<[Arc<machine::Machine>]>>,
    ) -> Vec<Session> {
        let sessions: Vec<Arc<SessionSummary>> = sessions.into_iter().map(Into::into).collect();
        let group = Arc::new(Self {
            reader: reader.clone(),
            sessions: sessions.clone(),
            known_machines: machines.map(Arc::clone),
            machines: Shared::default(),
            jobs: Shared::default(),
            waits: Shared::default(),
            stops: Shared::default(),
            reasons: Shared::default(),
            scrap: Shared::default(),
            pieces: Shared::default(),
            instants: Shared::default(),
            anomalies: Shared::default(),
            anomaly_files: Shared::default(),
            files: Shared::default(),
            orders: Shared::default(),
        });
        sessions.into_iter().map(|session| Session::new(session, Arc::clone(&group))).collect()
    }

    /// What subjects may read.
    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    fn ids(&self) -> Vec<SessionId> {
        self.sessions.iter().map(|session| session.id).collect()
    }

    /// The machines of all.
    pub(crate) async fn machines(&self) -> ApiResult<Arc<HashMap<MachineId, Machine>>> {
        let load = async || {
            let machines = if let Some(known) = &self.known_machines {
                known.to_vec()
            } else {
                let ids: BTreeSet<_> = self.sessions.iter().map(|session| session.machine).collect();
                let found = self.reader.machines_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
                found.into_iter().map(Arc::new).collect()
            };
            Ok(Arc::new(
                MachineGroup::nodes(&self.reader, machines)
                    .into_iter()
                    .map(|machine| (machine.id(), machine))
                    .collect(),
            ))
        };
        self.machines.get((), load).await
    }

    /// The bars of each; with `counted`, also the pieces that other sessions cut from them.
    pub(crate) async fn jobs(&self, counted: bool, detail: LineDetail) -> ApiResult<BySession<Job>> {
        let load = async || {
            let found = self.reader.jobs(&self.ids()).await?;
            let carried = self.carried(found.values().flatten(), counted).await?;
            let sources = found.values().flatten().map(|job| job.source);
            let lines = Lines::load(&self.reader, detail, sources).await?;
            Ok(Arc::new(lists(found, |job| Job::new(job, &carried, &lines))))
        };
        self.jobs.get((counted, detail), load).await
    }

    /// The waits of each.
    pub(crate) async fn waits(&self, detail: LineDetail) -> ApiResult<BySession<WaitPeriod>> {
        let load = async || {
            let found = self.reader.waits(&self.ids()).await?;
            let sources = found.values().flatten().map(|wait| wait.source);
            let lines = Lines::load(&self.reader, detail, sources).await?;
            Ok(Arc::new(lists(found, |fact| WaitPeriod(Traced { line: lines.of(fact.source), fact }))))
        };
        self.waits.get(detail, load).await
    }

    /// The reasons of stops that the figures of all name.
    pub(crate) async fn reasons(&self) -> ApiResult<Reasons> {
        let load = async || reasons(&self.reader, self.sessions.iter().map(|session| &session.trs)).await;
        self.reasons.get((), load).await
    }

    /// The scrap of each, and who declared it.
    pub(crate) async fn scrap(&self) -> ApiResult<Arc<DeclaredScrap>> {
        let load = async || {
            let declared = self.reader.scrap(&self.ids()).await?;
            let ids: BTreeSet<UserId> = declared.values().flatten().filter_map(|scrap| scrap.by).collect();
            let found = if ids.is_empty() {
                Vec::new()
            } else {
                self.reader.users_by_id(&ids.into_iter().collect::<Vec<_>>()).await?
            };
            Ok(Arc::new(DeclaredScrap { declared, users: found.into_iter().map(|user| (user.id, user)).collect() }))
        };
        self.scrap.get((), load).await
    }

    /// The stops of each; with their reasons if asked for.
    pub(crate) async fn stops(&self, detail: LineDetail, with_reason: bool) -> ApiResult<BySession<StopPeriod>> {
        let load = async || {
            let found = self.reader.stops(&self.ids()).await?;
            let sources = found.values().flatten().map(|stop| stop.source);
            let lines = Lines::load(&self.reader, detail, sources).await?;
            let qualified = with_reason && found.values().flatten().any(|stop| stop.reason.is_some());
            let reasons = if qualified { all_reasons(&self.reader).await? } else { Reasons::default() };
            Ok(Arc::new(lists(found, |fact| node_of_stop(fact, &lines, &reasons))))
        };
        self.stops.get((detail, with_reason), load).await
    }

    /// The part of each one's pieces that a window means, with their bars and lines if asked for.
    pub(crate) async fn pieces(&self, window: Window<u32>, detail: PieceDetail) -> ApiResult<BySession<Piece>> {
        let load = async || {
            let wanted: Vec<_> = self
                .sessions
                .iter()
                .filter_map(|session| numbered(&window, session.observed.pieces).0.map(|range| (session.id, range)))
                .collect();
            let found = if wanted.is_empty() { HashMap::new() } else { self.reader.pieces(&wanted).await? };
            let bars = match detail.job {
                JobDetail::None => HashMap::new(),
                JobDetail::Plain | JobDetail::Counted => {
                    let ids: BTreeSet<_> = found.values().flatten().filter_map(|piece| piece.job).collect();
                    self.bars(&ids.into_iter().collect::<Vec<_>>(), detail).await?
                }
            };
            let sources = found.values().flatten().map(|piece| piece.source);
            let lines = Lines::load(&self.reader, detail.line, sources).await?;
            Ok(Arc::new(lists(found, |piece| Piece::new(piece, &bars, &lines))))
        };
        self.pieces.get((window, detail), load).await
    }

    /// The instants of all pieces of each.
    pub(crate) async fn instants(&self) -> ApiResult<Arc<HashMap<SessionId, Vec<Instant>>>> {
        self.instants.get((), async || Ok(Arc::new(self.reader.piece_instants(&self.ids()).await?))).await
    }

    /// The anomalies of each.
    pub(crate) async fn anomalies(&self) -> ApiResult<Arc<HashMap<SessionId, Vec<StoredAnomaly>>>> {
        self.anomalies.get((), async || Ok(Arc::new(self.reader.anomalies(&self.ids()).await?))).await
    }

    /// The files that the anomalies of all are in.
    pub(crate) async fn anomaly_files(&self) -> ApiResult<Arc<HashMap<LogFileId, LogFile>>> {
        let load = async || {
            let anomalies = self.anomalies().await?;
            let ids: BTreeSet<_> = anomalies.values().flatten().filter_map(|anomaly| anomaly.file).collect();
            if ids.is_empty() {
                return Ok(Arc::default());
            }
            let found = self.reader.log_files_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
            Ok(Arc::new(LogFileGroup::nodes(&self.reader, found).into_iter().map(|file| (file.id(), file)).collect()))
        };
        self.anomaly_files.get((), load).await
    }

    /// The files of each.
    pub(crate) async fn files(&self) -> ApiResult<Arc<HashMap<SessionId, Vec<LogFile>>>> {
        let load = async || {
            let found = self.reader.log_files_by_session(&self.ids()).await?;
            let distinct: HashMap<LogFileId, &StoredLogFile> =
                found.values().flatten().map(|file| (file.id, file)).collect();
            let nodes = LogFileGroup::nodes(&self.reader, distinct.into_values().cloned());
            let nodes: HashMap<LogFileId, LogFile> = nodes.into_iter().map(|file| (file.id(), file)).collect();
            let of =
                |files: &Vec<StoredLogFile>| files.iter().filter_map(|file| nodes.get(&file.id).cloned()).collect();
            Ok(Arc::new(found.iter().map(|(session, files)| (*session, of(files))).collect()))
        };
        self.files.get((), load).await
    }

    /// The orders that the pieces of each are for.
    pub(crate) async fn orders(&self) -> ApiResult<Arc<HashMap<SessionId, Vec<Order>>>> {
        let load = async || {
            let found = self.reader.orders_of_sessions(&self.ids()).await?;
            let distinct: HashMap<OrderId, &StoredOrder> =
                found.values().flatten().map(|order| (order.id, order)).collect();
            let distinct: Vec<StoredOrder> = distinct.into_values().cloned().collect();
            let ids: Vec<OrderId> = distinct.iter().map(|order| order.id).collect();
            let nodes: HashMap<OrderId, Order> =
                ids.into_iter().zip(OrderGroup::nodes(&self.reader, distinct)).collect();
            let of =
                |orders: &Vec<StoredOrder>| orders.iter().filter_map(|order| nodes.get(&order.id).cloned()).collect();
            Ok(Arc::new(found.iter().map(|(session, orders)| (*session, of(orders))).collect()))
        };
        self.orders.get((), load).await
    }

    async fn bars(&self, ids: &[JobId], detail: PieceDetail) -> ApiResult<HashMap<JobId, Job>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.reader.jobs_by_id(ids).await?;
        let carried = self.carried(&found, detail.job == JobDetail::Counted).await?;
        let lines = Lines::load(&self.reader, detail.job_line, found.iter().map(|job| job.source)).await?;
        Ok(found.into_iter().map(|job| (job.id, Job::new(job, &carried, &lines))).collect())
    }

    async fn carried(
        &self,
        jobs: impl IntoIterator<Item = &StoredJob>,
        counted: bool,
    ) -> ApiResult<HashMap<JobId, u64>> {
        let ids: Vec<_> = if counted { jobs.into_iter().map(|job| job.id).collect() } else { Vec::new() };
        Ok(if ids.is_empty() { HashMap::new() } else { self.reader.carried_pieces(&ids).await? })
    }
}

/// A single stop as a node.
pub(crate) async fn stop_node(reader: &Reader, stop: StoredStop, asks: &Lookahead<'_>) -> ApiResult<StopPeriod> {
    let lines = Lines::load(reader, LineDetail::of(std::slice::from_ref(asks)), [stop.source]).await?;
    Ok(node_of_stop(stop, &lines, &all_reasons(reader).await?))
}

fn node_of_stop(fact: StoredStop, lines: &Lines, reasons: &Reasons) -> StopPeriod {
    let reason = fact.reason.as_ref().and_then(|code| reasons.get(code)).cloned();
    StopPeriod(Stop { traced: Traced { line: lines.of(fact.source), fact }, reason })
}

fn lists<S, T>(found: HashMap<SessionId, Vec<S>>, node: impl Fn(S) -> T) -> HashMap<SessionId, Arc<[T]>> {
    found.into_iter().map(|(session, items)| (session, items.into_iter().map(&node).collect())).collect()
}

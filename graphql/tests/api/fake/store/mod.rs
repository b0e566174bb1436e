//! The store in memory.

mod alerts;
mod anomalies;
mod audit;
mod decisions;
mod lines;
mod orders;
mod registry;
mod runs;
mod sessions;

use super::data;
use async_trait::async_trait;
use atelier_application::ports::alerts::StoredAlert;
use atelier_application::ports::events::{Announcement, SessionChange, SessionEvents};
use atelier_application::ports::log_files::{
    Contents, FileVersion, LogFileFilter, LogFileReader, StoredLogFile, StoredReject,
};
use atelier_application::ports::machines::{ConfiguredMachine, MachineFilter, MachineStore};
use atelier_application::ports::orders::OrderFilter;
use atelier_application::ports::sessions::{SessionFilter, SessionSummary, Slice, Window};
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_application::ports::sync_runs::SyncRun;
use atelier_domain::ids::{LogFileId, MachineId, SessionId, VersionId};
use atelier_domain::machine::{Activity, Machine};
use atelier_domain::time::{Instant, ProductionDay};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::mpsc;

/// Machines and sessions in memory; what they hold is made from them.
#[derive(Default)]
pub(crate) struct Store {
    machines: Mutex<Vec<Machine>>,
    sessions: Mutex<Vec<SessionSummary>>,
    calls: Mutex<Vec<&'static str>>,
    /// What is asked of it that fails.
    failing: Mutex<Option<&'static str>>,
    /// How long it takes to tell machines.
    pub(crate) slow: Mutex<Duration>,
    listeners: Mutex<Vec<mpsc::UnboundedSender<Announcement>>>,
    /// Committed as soon as somebody listens.
    on_listen: Mutex<Vec<SessionSummary>>,
    /// Runs of the synchronisation, the newest last.
    runs: Mutex<Vec<SyncRun>>,
    /// What machines did last.
    pub(crate) doing: Mutex<HashMap<MachineId, Activity>>,
    /// What was asked of orders.
    pub(crate) asked_orders: Mutex<Vec<OrderFilter>>,
    /// Alerts, the newest last.
    alerts: Mutex<Vec<StoredAlert>>,
}

impl Store {
    /// `machines` machines with `sessions` sessions each, of 120 pieces.
    pub(crate) fn of(machines: i64, sessions: i64) -> std::sync::Arc<Self> {
        let store = Self::default();
        for machine in 1..=machines {
            store.machines.lock().unwrap().push(data::machine(machine));
            for number in 0..sessions {
                store.put(data::session((machine - 1) * sessions + number + 1, machine, number, 120));
            }
        }
        std::sync::Arc::new(store)
    }

    pub(crate) fn put(&self, session: SessionSummary) {
        let mut sessions = self.sessions.lock().unwrap();
        sessions.retain(|known| known.id != session.id);
        sessions.push(session);
    }

    pub(crate) fn fail(&self, call: &'static str) {
        *self.failing.lock().unwrap() = Some(call);
    }

    pub(crate) fn commit_on_listen(&self, session: SessionSummary) {
        self.on_listen.lock().unwrap().push(session);
    }

    /// What it was asked since the last time.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// Tells all who listen.
    pub(crate) fn tell(&self, announcement: &Announcement) {
        self.listeners.lock().unwrap().retain(|listener| listener.send(announcement.clone()).is_ok());
    }

    /// Stores a session and tells all who listen.
    pub(crate) fn commit(&self, created: bool, session: SessionSummary) {
        self.put(session.clone());
        self.announce(SessionChange { created, session: std::sync::Arc::new(session) });
    }

    pub(crate) fn asked(&self, call: &'static str) -> StoreResult<()> {
        self.calls.lock().unwrap().push(call);
        match *self.failing.lock().unwrap() {
            Some(failing) if failing == call => Err(StoreError::Permanent(format!("relation {call} does not exist"))),
            _ => Ok(()),
        }
    }

    fn matching(&self, filter: &SessionFilter) -> Vec<SessionSummary> {
        let machines = self.machines.lock().unwrap();
        let kind = |id: MachineId| machines.iter().find(|machine| machine.id == id).map(|machine| machine.kind);
        let passes = |session: &&SessionSummary| {
            filter.machines.as_ref().is_none_or(|ids| ids.contains(&session.machine))
                && filter
                    .types
                    .as_ref()
                    .is_none_or(|types| kind(session.machine).is_some_and(|kind| types.contains(&kind)))
                && filter.from.is_none_or(|from| session.day >= from)
                && filter.to.is_none_or(|to| session.day <= to)
                && filter.status.is_none_or(|status| session.status == status)
                && filter.min_pieces.is_none_or(|least| session.observed.pieces >= least)
        };
        self.sessions.lock().unwrap().iter().filter(passes).cloned().collect()
    }

    fn by_id(&self, ids: &[SessionId]) -> Vec<SessionSummary> {
        self.sessions.lock().unwrap().iter().filter(|session| ids.contains(&session.id)).cloned().collect()
    }

    fn each<T>(&self, ids: &[SessionId], of: impl Fn(&SessionSummary) -> T) -> HashMap<SessionId, T> {
        self.by_id(ids).iter().map(|session| (session.id, of(session))).collect()
    }
}

#[async_trait]
impl MachineStore for Store {
    async fn machines(&self, filter: &MachineFilter) -> StoreResult<Vec<Machine>> {
        self.asked("machines")?;
        let slow = *self.slow.lock().unwrap();
        tokio::time::sleep(slow).await;
        let passes = |machine: &&Machine| {
            filter.names.as_ref().is_none_or(|names| names.contains(&machine.name))
                && filter.types.as_ref().is_none_or(|types| types.contains(&machine.kind))
                && filter.active.is_none_or(|active| machine.active == active)
        };
        Ok(self.machines.lock().unwrap().iter().filter(passes).cloned().collect())
    }

    async fn machines_by_id(&self, ids: &[MachineId]) -> StoreResult<Vec<Machine>> {
        self.asked("machines_by_id")?;
        Ok(self.machines.lock().unwrap().iter().filter(|machine| ids.contains(&machine.id)).cloned().collect())
    }

    async fn activities(&self, _: &[MachineId], _: ProductionDay) -> StoreResult<HashMap<MachineId, Activity>> {
        self.asked("activities")?;
        Ok(self.doing.lock().unwrap().clone())
    }

    async fn ensure_machines(&self, _: &[ConfiguredMachine], _: Instant) -> StoreResult<()> {
        Ok(())
    }
}

#[async_trait]
impl LogFileReader for Store {
    async fn log_files(&self, filter: &LogFileFilter, window: &Window<LogFileId>) -> StoreResult<Slice<StoredLogFile>> {
        self.asked("log_files")?;
        let mut all: Vec<_> = self.sessions.lock().unwrap().iter().map(data::log_file).collect();
        all.retain(|file| filter.machines.as_ref().is_none_or(|machines| machines.contains(&file.machine)));
        all.sort_by_key(|file| file.id);
        let from = window.after.map_or(0, |after| all.iter().filter(|file| file.id <= after).count());
        let to = all.len().min(from + window.limit as usize);
        Ok(Slice { items: all[from..to].to_vec(), has_next: to < all.len(), has_previous: from > 0 })
    }

    async fn log_files_by_id(&self, ids: &[LogFileId]) -> StoreResult<Vec<StoredLogFile>> {
        self.asked("log_files_by_id")?;
        let ids: Vec<_> = ids.iter().map(|id| SessionId(id.0)).collect();
        Ok(self.by_id(&ids).iter().map(data::log_file).collect())
    }

    async fn log_files_by_session(
        &self,
        sessions: &[SessionId],
    ) -> StoreResult<HashMap<SessionId, Vec<StoredLogFile>>> {
        self.asked("log_files_by_session")?;
        Ok(self.each(sessions, |session| vec![data::log_file(session)]))
    }

    async fn sessions_by_file(&self, files: &[LogFileId]) -> StoreResult<HashMap<LogFileId, Vec<SessionId>>> {
        self.asked("sessions_by_file")?;
        Ok(files.iter().map(|file| (*file, vec![SessionId(file.0)])).collect())
    }

    async fn rejects(&self, files: &[LogFileId], limit: u32) -> StoreResult<HashMap<LogFileId, Vec<StoredReject>>> {
        self.asked("rejects")?;
        let some = || data::rejects().into_iter().take(limit as usize).collect();
        Ok(files.iter().map(|file| (*file, some())).collect())
    }

    async fn version_files(&self, versions: &[VersionId]) -> StoreResult<HashMap<VersionId, StoredLogFile>> {
        self.asked("version_files")?;
        let of = |version: &VersionId| (*version, LogFileId(version.0));
        let files: HashMap<_, _> =
            self.sessions.lock().unwrap().iter().map(data::log_file).map(|file| (file.id, file)).collect();
        Ok(versions.iter().map(of).filter_map(|(version, file)| Some((version, files.get(&file)?.clone()))).collect())
    }

    async fn versions(&self, files: &[LogFileId]) -> StoreResult<HashMap<LogFileId, Vec<FileVersion>>> {
        self.asked("versions")?;
        Ok(files.iter().map(|file| (*file, data::versions(*file))).collect())
    }

    fn contents(&self, versions: &[VersionId]) -> Contents {
        lines::contents(self.asked("contents"), versions)
    }
}

impl SessionEvents for Store {
    fn announce(&self, change: SessionChange) {
        self.tell(&Announcement::Changed(change));
    }

    fn listen(&self) -> BoxStream<'static, Announcement> {
        self.calls.lock().unwrap().push("listen");
        let (sender, receiver) = mpsc::unbounded_channel();
        self.listeners.lock().unwrap().push(sender);
        for session in std::mem::take(&mut *self.on_listen.lock().unwrap()) {
            self.commit(true, session);
        }
        futures_util::stream::unfold(receiver, async |mut receiver| receiver.recv().await.map(|told| (told, receiver)))
            .boxed()
    }
}

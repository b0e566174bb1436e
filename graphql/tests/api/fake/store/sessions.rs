//! What it knows of sessions.

use super::super::data;
use super::Store;
use async_trait::async_trait;
use atelier_application::ports::sessions::{
    PieceRange, SessionCursor, SessionFilter, SessionOrder, SessionReader, SessionSummary, Slice, StoredAnomaly,
    StoredJob, StoredPiece, StoredStop, StoredWait, Window,
};
use atelier_application::ports::store_error::StoreResult;
use atelier_application::query::place;
use atelier_domain::ids::{JobId, MachineId, Revision, SessionId};
use atelier_domain::time::Instant;
use std::collections::HashMap;

fn slice(mut all: Vec<SessionSummary>, order: SessionOrder, window: &Window<SessionCursor>) -> Slice<SessionSummary> {
    let key = |session: &SessionSummary| place(order, session);
    let compare = |a: SessionCursor, b: SessionCursor| {
        let ascending = a.key.total_cmp(&b.key).then(a.id.cmp(&b.id));
        if order.descending { ascending.reverse() } else { ascending }
    };
    all.sort_by(|a, b| compare(key(a), key(b)));
    let total = all.len();
    let from =
        window.after.map_or(0, |after| all.iter().filter(|session| compare(key(session), after).is_le()).count());
    let to = window
        .before
        .map_or(total, |before| all.iter().filter(|session| compare(key(session), before).is_lt()).count());
    let limit = window.limit as usize;
    let (from, to) =
        if window.from_end { (from.max(to.saturating_sub(limit)), to) } else { (from, to.min(from + limit)) };
    Slice { items: all[from..to.max(from)].to_vec(), has_next: to < total, has_previous: from > 0 }
}

#[async_trait]
impl SessionReader for Store {
    async fn sessions(
        &self,
        filter: &SessionFilter,
        order: SessionOrder,
        window: &Window<SessionCursor>,
    ) -> StoreResult<Slice<SessionSummary>> {
        self.asked("sessions")?;
        Ok(slice(self.matching(filter), order, window))
    }

    async fn sessions_by_machine(
        &self,
        machines: &[MachineId],
        filter: &SessionFilter,
        order: SessionOrder,
        window: &Window<SessionCursor>,
    ) -> StoreResult<HashMap<MachineId, Slice<SessionSummary>>> {
        self.asked("sessions_by_machine")?;
        let all = self.matching(filter);
        let own =
            |machine: MachineId| all.iter().filter(|session| session.machine == machine).cloned().collect::<Vec<_>>();
        Ok(machines
            .iter()
            .map(|machine| (*machine, slice(own(*machine), order, window)))
            .filter(|(_, slice)| !slice.items.is_empty())
            .collect())
    }

    async fn count_sessions(&self, filter: &SessionFilter) -> StoreResult<u64> {
        self.asked("count_sessions")?;
        Ok(self.matching(filter).len() as u64)
    }

    async fn count_sessions_by_machine(
        &self,
        machines: &[MachineId],
        filter: &SessionFilter,
    ) -> StoreResult<HashMap<MachineId, u64>> {
        self.asked("count_sessions_by_machine")?;
        let all = self.matching(filter);
        let count = |machine: MachineId| all.iter().filter(|session| session.machine == machine).count() as u64;
        Ok(machines.iter().map(|machine| (*machine, count(*machine))).collect())
    }

    async fn sessions_by_id(&self, ids: &[SessionId]) -> StoreResult<Vec<SessionSummary>> {
        self.asked("sessions_by_id")?;
        Ok(self.by_id(ids))
    }

    async fn latest_sessions(&self, machines: &[MachineId]) -> StoreResult<HashMap<MachineId, SessionSummary>> {
        self.asked("latest_sessions")?;
        let mut latest = HashMap::<MachineId, SessionSummary>::new();
        for session in self.matching(&SessionFilter { machines: Some(machines.to_vec()), ..SessionFilter::default() }) {
            if latest.get(&session.machine).is_none_or(|known| known.day < session.day) {
                latest.insert(session.machine, session);
            }
        }
        Ok(latest)
    }

    async fn jobs(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredJob>>> {
        self.asked("jobs")?;
        Ok(self.each(sessions, data::jobs))
    }

    async fn jobs_by_id(&self, ids: &[JobId]) -> StoreResult<Vec<StoredJob>> {
        self.asked("jobs_by_id")?;
        Ok(self.sessions.lock().unwrap().iter().flat_map(data::jobs).filter(|job| ids.contains(&job.id)).collect())
    }

    async fn carried_pieces(&self, jobs: &[JobId]) -> StoreResult<HashMap<JobId, u64>> {
        self.asked("carried_pieces")?;
        Ok(jobs.iter().filter(|job| job.0 % 10 == 3).map(|job| (*job, 100)).collect())
    }

    async fn waits(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredWait>>> {
        self.asked("waits")?;
        Ok(self.each(sessions, |session| vec![data::wait(session)]))
    }

    async fn stops(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredStop>>> {
        self.asked("stops")?;
        Ok(self.each(sessions, |session| vec![data::stop(session)]))
    }

    async fn pieces(&self, wanted: &[(SessionId, PieceRange)]) -> StoreResult<HashMap<SessionId, Vec<StoredPiece>>> {
        self.asked("pieces")?;
        let ids: Vec<_> = wanted.iter().map(|(id, _)| *id).collect();
        let ranges: HashMap<_, _> = wanted.iter().copied().collect();
        Ok(self.each(&ids, |session| data::pieces(session, ranges[&session.id])))
    }

    async fn piece_instants(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<Instant>>> {
        self.asked("piece_instants")?;
        let all = PieceRange { from: 1, to: u32::MAX };
        Ok(self.each(sessions, |session| data::pieces(session, all).iter().map(|piece| piece.at).collect()))
    }

    async fn anomalies(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<StoredAnomaly>>> {
        self.asked("anomalies")?;
        Ok(self.each(sessions, |session| vec![data::anomaly(session)]))
    }

    async fn revision(&self) -> StoreResult<Revision> {
        self.asked("revision")?;
        Ok(self.sessions.lock().unwrap().iter().map(|session| session.revision).max().unwrap_or(Revision(0)))
    }

    async fn changed_since(&self, revision: Revision, limit: u32) -> StoreResult<Vec<SessionSummary>> {
        self.asked("changed_since")?;
        let mut found: Vec<_> =
            self.sessions.lock().unwrap().iter().filter(|session| session.revision > revision).cloned().collect();
        found.sort_by_key(|session| session.revision);
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn created_since(&self, id: SessionId, limit: u32) -> StoreResult<Vec<SessionSummary>> {
        self.asked("created_since")?;
        let mut found: Vec<_> =
            self.sessions.lock().unwrap().iter().filter(|session| session.id > id).cloned().collect();
        found.sort_by_key(|session| session.id);
        found.truncate(limit as usize);
        Ok(found)
    }

    async fn last_session(&self) -> StoreResult<SessionId> {
        self.asked("last_session")?;
        Ok(self.sessions.lock().unwrap().iter().map(|session| session.id).max().unwrap_or(SessionId(0)))
    }
}

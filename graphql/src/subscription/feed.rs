//! Scan, then live: a stream of sessions without gap or repeat.
//!
//! A feed listens first and only then asks the store, so that nothing is committed unseen in between. Its position is the id
//! or the revision it has reached: what it has passed is skipped, whether it comes from the store or is announced. When
//! announcements were missed, it reads from its position again.

use crate::error::ApiResult;
use atelier_application::ports::events::{Announcement, SessionEvents};
use atelier_application::ports::sessions::SessionSummary;
use atelier_application::query::Reader;
use atelier_domain::ids::{MachineId, Revision, SessionId};
use atelier_domain::machine::MachineType;
use futures_util::stream::{BoxStream, unfold};
use futures_util::{Stream, StreamExt};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// What a feed tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// New sessions; its position is an id.
    Created,
    /// Changed sessions; its position is a revision.
    Updated,
}

/// A stream of sessions and where it stands.
pub(crate) struct Feed {
    reader: Reader,
    live: BoxStream<'static, Announcement>,
    kind: Kind,
    machines: Option<Vec<MachineId>>,
    types: Option<Vec<MachineType>>,
    /// The types of the machines met so far.
    known: HashMap<MachineId, MachineType>,
    position: i64,
    /// Whether the store may hold something after `position` that is not in `backlog`.
    scanning: bool,
    backlog: VecDeque<Arc<SessionSummary>>,
    over: bool,
}

impl Feed {
    /// Begins after the position that a client names, else now.
    pub(crate) async fn open(
        reader: Reader,
        events: &dyn SessionEvents,
        kind: Kind,
        machines: Option<Vec<MachineId>>,
        types: Option<Vec<MachineType>>,
        after: Option<i64>,
    ) -> ApiResult<Self> {
        let live = events.listen();
        let position = match (after, kind) {
            (Some(after), _) => after,
            (None, Kind::Created) => reader.last_session().await?.0,
            (None, Kind::Updated) => reader.revision().await?.0,
        };
        let scanning = after.is_some();
        Ok(Self {
            reader,
            live,
            kind,
            machines,
            types,
            known: HashMap::new(),
            position,
            scanning,
            backlog: VecDeque::new(),
            over: false,
        })
    }

    /// Its sessions. It ends after a failure, or when nobody announces any more.
    pub(crate) fn into_stream(self) -> impl Stream<Item = ApiResult<Arc<SessionSummary>>> {
        unfold(self, async |mut feed| {
            if feed.over {
                return None;
            }
            match feed.next().await {
                Ok(Some(session)) => Some((Ok(session), feed)),
                Ok(None) => None,
                Err(error) => {
                    feed.over = true;
                    Some((Err(error), feed))
                }
            }
        })
    }

    async fn next(&mut self) -> ApiResult<Option<Arc<SessionSummary>>> {
        loop {
            if let Some(session) = self.backlog.pop_front() {
                let place = self.place(&session);
                if place > self.position {
                    self.position = place;
                    if self.wants(&session).await? {
                        return Ok(Some(session));
                    }
                }
            } else if self.scanning {
                self.scan().await?;
            } else {
                match self.live.next().await {
                    None => return Ok(None),
                    Some(Announcement::Missed) => self.scanning = true,
                    Some(Announcement::Changed(change)) => self.hear(change.created, change.session),
                }
            }
        }
    }

    fn place(&self, session: &SessionSummary) -> i64 {
        match self.kind {
            Kind::Created => session.id.0,
            Kind::Updated => session.revision.0,
        }
    }

    /// Reads the next page after the position.
    async fn scan(&mut self) -> ApiResult<()> {
        let found = match self.kind {
            Kind::Created => self.reader.created_since(SessionId(self.position)).await?,
            Kind::Updated => self.reader.changed_since(Revision(self.position)).await?,
        };
        self.scanning = !found.is_empty() && found.len() >= self.reader.max_page() as usize;
        self.backlog.extend(found.into_iter().map(Arc::new));
        Ok(())
    }

    fn hear(&mut self, created: bool, session: Arc<SessionSummary>) {
        if self.place(&session) <= self.position {
            return;
        }
        match (self.kind, created) {
            (Kind::Created, true) | (Kind::Updated, false) => self.backlog.push_back(session),
            // It is new to us though announced as changed: the announcement of its creation was lost.
            (Kind::Created, false) => self.scanning = true,
            // Not passed: what it tells of may be a later state, which is announced as changed too.
            (Kind::Updated, true) => {}
        }
    }

    async fn wants(&mut self, session: &SessionSummary) -> ApiResult<bool> {
        if self.machines.as_ref().is_some_and(|machines| !machines.contains(&session.machine)) {
            return Ok(false);
        }
        let Some(types) = &self.types else { return Ok(true) };
        if types.is_empty() {
            return Ok(false);
        }
        if !self.known.contains_key(&session.machine) {
            let found = self.reader.machines_by_id(&[session.machine]).await?;
            self.known.extend(found.into_iter().map(|machine| (machine.id, machine.kind)));
        }
        Ok(self.known.get(&session.machine).is_some_and(|kind| types.contains(kind)))
    }
}

//! What is odd in what was read, and pages of it.

use super::{AnomalyKind, LogFile, PageInfo, Session};
use crate::error::ApiResult;
use crate::loader::AnomalyGroup;
use crate::scalar::{Date, DateTime, ids, int};
use async_graphql::{ID, InputObject, Object, SimpleObject};
use atelier_application::ports::anomalies::AnomalyCursor;
use atelier_application::ports::sessions::StoredAnomaly;
use atelier_application::query::{AnomalyWish, cursor};
use std::sync::Arc;

/// An anomaly and where it was found.
#[derive(Clone)]
pub(crate) struct Anomaly {
    stored: StoredAnomaly,
    place: Place,
}

#[derive(Clone)]
enum Place {
    Session(Session),
    List(Arc<AnomalyGroup>),
}

impl Anomaly {
    /// One of a session's.
    pub(crate) fn of_session(stored: StoredAnomaly, session: Session) -> Self {
        Self { stored, place: Place::Session(session) }
    }

    /// One of a list among its siblings.
    pub(crate) fn listed(stored: StoredAnomaly, group: Arc<AnomalyGroup>) -> Self {
        Self { stored, place: Place::List(group) }
    }

    fn cursor(&self) -> String {
        cursor::anomaly(AnomalyCursor { at: self.stored.at, id: self.stored.id })
    }
}

/// Something odd in what a machine wrote, or in what follows from it.
#[Object]
impl Anomaly {
    /// Its identifier.
    async fn id(&self) -> ID {
        self.stored.id.into()
    }

    /// What is odd.
    async fn kind(&self) -> AnomalyKind {
        self.stored.kind.into()
    }

    /// When it happened; null when that is not known.
    async fn at(&self) -> Option<DateTime> {
        Some(DateTime(self.stored.at))
    }

    /// The session it happened in; null when it is in none.
    async fn session(&self) -> ApiResult<Option<Session>> {
        let Some(id) = self.stored.session else { return Ok(None) };
        Ok(match &self.place {
            Place::Session(session) => Some(session.clone()),
            Place::List(group) => group.sessions().await?.get(&id).cloned(),
        })
    }

    /// The log file it was found in; null when it is in none.
    async fn log_file(&self) -> ApiResult<Option<LogFile>> {
        let Some(file) = self.stored.file else { return Ok(None) };
        Ok(match &self.place {
            Place::Session(session) => session.group().anomaly_files().await?.get(&file).cloned(),
            Place::List(group) => group.files().await?.get(&file).cloned(),
        })
    }

    /// The number of the line it was found on, from 1; null when it is on none.
    async fn line_number(&self) -> Option<i32> {
        self.stored.line.map(int)
    }

    /// One sentence for people.
    async fn message(&self) -> &str {
        &self.stored.message
    }
}

/// Which anomalies. A missing value means all, an empty list none.
#[derive(InputObject)]
pub(crate) struct AnomalyFilter {
    /// Of these kinds.
    kinds: Option<Vec<AnomalyKind>>,
    /// Of these machines, and of their log files.
    machine_ids: Option<Vec<ID>>,
    /// From this production day on: the one that holds the anomaly's instant.
    from: Option<Date>,
    /// Up to this production day, which is in: the one that holds the anomaly's instant.
    to: Option<Date>,
}

impl AnomalyFilter {
    /// What is asked for.
    pub(crate) fn wish(filter: Option<Self>) -> ApiResult<AnomalyWish> {
        let Some(Self { kinds, machine_ids, from, to }) = filter else { return Ok(AnomalyWish::default()) };
        Ok(AnomalyWish {
            kinds: kinds.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            machines: ids("machineIds", machine_ids.as_deref())?,
            from: from.map(|date| date.0),
            to: to.map(|date| date.0),
        })
    }
}

/// A page of anomalies, the newest first.
pub(crate) struct AnomalyConnection {
    pub(crate) anomalies: Vec<Anomaly>,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
}

/// A page of anomalies, the newest first.
#[Object]
impl AnomalyConnection {
    /// The anomalies, each with its place.
    async fn edges(&self) -> Vec<AnomalyEdge> {
        let edge = |anomaly: &Anomaly| AnomalyEdge { cursor: anomaly.cursor(), node: anomaly.clone() };
        self.anomalies.iter().map(edge).collect()
    }

    /// The anomalies.
    async fn nodes(&self) -> &[Anomaly] {
        &self.anomalies
    }

    /// Where this page lies in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.anomalies.first().map(Anomaly::cursor),
            end_cursor: self.anomalies.last().map(Anomaly::cursor),
        }
    }
}

/// An anomaly and its place in the list.
#[derive(SimpleObject)]
pub(crate) struct AnomalyEdge {
    /// Its place, for `after`.
    cursor: String,
    /// The anomaly.
    node: Anomaly,
}

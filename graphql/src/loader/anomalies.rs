//! What anomalies point to.

use super::{LogFileGroup, SessionGroup, Shared};
use crate::error::ApiResult;
use crate::model::{Anomaly, LogFile, Session};
use atelier_application::ports::sessions::StoredAnomaly;
use atelier_application::query::Reader;
use atelier_domain::ids::{LogFileId, SessionId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Anomalies out of one list.
pub(crate) struct AnomalyGroup {
    reader: Reader,
    session_ids: BTreeSet<SessionId>,
    file_ids: BTreeSet<LogFileId>,
    sessions: Shared<(), Arc<HashMap<SessionId, Session>>>,
    files: Shared<(), Arc<HashMap<LogFileId, LogFile>>>,
}

impl AnomalyGroup {
    /// These anomalies as nodes that share a group.
    pub(crate) fn nodes(reader: &Reader, anomalies: Vec<StoredAnomaly>) -> Vec<Anomaly> {
        let group = Arc::new(Self {
            reader: reader.clone(),
            session_ids: anomalies.iter().filter_map(|anomaly| anomaly.session).collect(),
            file_ids: anomalies.iter().filter_map(|anomaly| anomaly.file).collect(),
            sessions: Shared::default(),
            files: Shared::default(),
        });
        anomalies.into_iter().map(|anomaly| Anomaly::listed(anomaly, Arc::clone(&group))).collect()
    }

    /// The sessions of all.
    pub(crate) async fn sessions(&self) -> ApiResult<Arc<HashMap<SessionId, Session>>> {
        let load = async || {
            let ids: Vec<_> = self.session_ids.iter().copied().collect();
            let found = self.reader.sessions_by_id(&ids).await?;
            let nodes = SessionGroup::nodes(&self.reader, found, None);
            Ok(Arc::new(nodes.into_iter().map(|session| (session.summary().id, session)).collect()))
        };
        self.sessions.get((), load).await
    }

    /// The files of all.
    pub(crate) async fn files(&self) -> ApiResult<Arc<HashMap<LogFileId, LogFile>>> {
        let load = async || {
            let ids: Vec<_> = self.file_ids.iter().copied().collect();
            let found = self.reader.log_files_by_id(&ids).await?;
            Ok(Arc::new(LogFileGroup::nodes(&self.reader, found).into_iter().map(|file| (file.id(), file)).collect()))
        };
        self.files.get((), load).await
    }
}

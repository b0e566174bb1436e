//! What log files have.

use super::{MachineGroup, SessionGroup, Shared};
use crate::error::ApiResult;
use crate::model::{LogFile, Machine, RejectedLine, Session};
use atelier_application::ports::log_files::{FileVersion, StoredLogFile};
use atelier_application::query::Reader;
use atelier_domain::ids::{LogFileId, MachineId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

type RejectsByFile = Arc<HashMap<LogFileId, Arc<[RejectedLine]>>>;

/// Log files out of one list, or of the lists of several siblings.
pub(crate) struct LogFileGroup {
    reader: Reader,
    files: Vec<Arc<StoredLogFile>>,
    machines: Shared<(), Arc<HashMap<MachineId, Machine>>>,
    rejects: Shared<u32, RejectsByFile>,
    sessions: Shared<(), Arc<HashMap<LogFileId, Vec<Session>>>>,
    versions: Shared<(), Arc<HashMap<LogFileId, Vec<FileVersion>>>>,
}

impl LogFileGroup {
    /// These files as nodes that share a group.
    pub(crate) fn nodes(reader: &Reader, files: impl IntoIterator<Item = StoredLogFile>) -> Vec<LogFile> {
        let files: Vec<_> = files.into_iter().map(Arc::new).collect();
        let group = Arc::new(Self {
            reader: reader.clone(),
            files: files.clone(),
            machines: Shared::default(),
            rejects: Shared::default(),
            sessions: Shared::default(),
            versions: Shared::default(),
        });
        files.into_iter().map(|file| LogFile::new(file, Arc::clone(&group))).collect()
    }

    /// What subjects may read.
    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    fn ids(&self) -> Vec<LogFileId> {
        self.files.iter().map(|file| file.id).collect()
    }

    /// The machines of all.
    pub(crate) async fn machines(&self) -> ApiResult<Arc<HashMap<MachineId, Machine>>> {
        let load = async || {
            let ids: BTreeSet<_> = self.files.iter().map(|file| file.machine).collect();
            let found = self.reader.machines_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
            let nodes = MachineGroup::nodes(&self.reader, found.into_iter().map(Arc::new));
            Ok(Arc::new(nodes.into_iter().map(|machine| (machine.id(), machine)).collect()))
        };
        self.machines.get((), load).await
    }

    /// The first rejected lines of each.
    pub(crate) async fn rejects(&self, limit: u32) -> ApiResult<RejectsByFile> {
        let load = async || {
            let found = self.reader.rejects(&self.ids(), limit).await?;
            Ok(Arc::new(
                found.into_iter().map(|(file, lines)| (file, lines.into_iter().map(RejectedLine).collect())).collect(),
            ))
        };
        self.rejects.get(limit, load).await
    }

    /// The versions of each.
    pub(crate) async fn versions(&self) -> ApiResult<Arc<HashMap<LogFileId, Vec<FileVersion>>>> {
        self.versions.get((), async || Ok(Arc::new(self.reader.versions(&self.ids()).await?))).await
    }

    /// The sessions that each holds a line of.
    pub(crate) async fn sessions(&self) -> ApiResult<Arc<HashMap<LogFileId, Vec<Session>>>> {
        let load = async || {
            let by_file = self.reader.sessions_by_file(&self.ids()).await?;
            Ok(Arc::new(SessionGroup::by_owner(&self.reader, by_file).await?))
        };
        self.sessions.get((), load).await
    }
}

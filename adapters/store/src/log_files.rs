//! Log files, for those who read about them.

use crate::Store;
use crate::ingest::contents;
use crate::rows::{Fields, FromRow, columns};
use crate::statement::{Values, by_bytes};
use crate::versions;
use async_trait::async_trait;
use atelier_application::ports::log_files::{
    Contents, FileVersion, LogFileFilter, LogFileReader, StoredLogFile, StoredReject,
};
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::{LogFileId, MachineId, SessionId, VersionId};
use atelier_domain::log_file::{LineCounts, LogFileState};
use std::collections::HashMap;

impl FromRow for StoredLogFile {
    const TABLE: &'static str = "fichier_log";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "centre_usinage_id",
        "chemin",
        "etat",
        "taille",
        "octets_lus",
        "lignes",
        "evenements",
        "lignes_ignorees",
        "lignes_rejetees",
        "vu_le",
        "lu_le",
        "complet_le",
        "supprime_le",
        "erreur",
    ];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: LogFileId(row.number()?),
            machine: MachineId(row.number()?),
            path: row.text()?.to_owned(),
            state: row.one_of(|text| LogFileState::ALL.into_iter().find(|state| state.as_str() == text))?,
            size: row.size()?,
            consumed: row.size()?,
            counts: LineCounts {
                lines: row.count()?,
                events: row.count()?,
                ignored: row.count()?,
                rejected: row.count()?,
            },
            first_seen: row.instant()?,
            last_read: row.instant()?,
            completed: row.instant_option()?,
            removed_from_server: row.instant_option()?,
            error: row.text_option()?.map(str::to_owned),
        })
    }
}

impl FromRow for StoredReject {
    const TABLE: &'static str = "ligne_rejetee";
    const COLUMNS: &'static [&'static str] = &["numero", "position", "motif", "texte"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            number: row.count()?,
            offset: row.size()?,
            reason: row.text()?.to_owned(),
            text: row.text()?.to_owned(),
        })
    }
}

#[async_trait]
impl LogFileReader for Store {
    async fn log_files(&self, filter: &LogFileFilter, window: &Window<LogFileId>) -> StoreResult<Slice<StoredLogFile>> {
        let mut values = Values::new(self.backend());
        let mut conditions = Vec::new();
        if let Some(machines) = &filter.machines {
            conditions.push(values.one_of_numbers("t.centre_usinage_id", machines.iter().map(|machine| machine.0)));
        }
        if let Some(states) = &filter.states {
            conditions.push(values.one_of_texts("t.etat", states.iter().map(|state| state.as_str())));
        }
        if let Some(with) = filter.with_rejects {
            conditions.push(format!("t.lignes_rejetees {} 0", if with { ">" } else { "=" }));
        }
        self.page_by_id(conditions, values, window, |id| id.0, false).await
    }

    async fn log_files_by_id(&self, ids: &[LogFileId]) -> StoreResult<Vec<StoredLogFile>> {
        let mut values = Values::new(self.backend());
        let condition = values.one_of_numbers("t.id", ids.iter().map(|id| id.0));
        let sql = format!("SELECT {} FROM fichier_log t WHERE {condition}", columns::<StoredLogFile>("t"));
        self.list(sql, values.into_list()).await
    }

    async fn log_files_by_session(
        &self,
        sessions: &[SessionId],
    ) -> StoreResult<HashMap<SessionId, Vec<StoredLogFile>>> {
        let sql = format!(
            "SELECT l.session_id, {} FROM session_fichier l JOIN fichier_log t ON t.id = l.fichier_id WHERE {} \
             ORDER BY t.date_nom DESC NULLS LAST, {}",
            columns::<StoredLogFile>("t"),
            self.is_in("l.session_id", 1),
            by_bytes(self.backend(), "t.chemin")
        );
        let rows = self.rows(sql, vec![self.numbers(sessions.iter().map(|session| session.0))]).await?;
        let mut files: HashMap<_, Vec<_>> = HashMap::with_capacity(sessions.len());
        for row in &rows {
            let session = SessionId(Fields::of(row, "session_fichier", &["session_id"], 0).number()?);
            files.entry(session).or_default().push(StoredLogFile::from_row(&mut Fields::new::<StoredLogFile>(row, 1))?);
        }
        Ok(files)
    }

    async fn sessions_by_file(&self, files: &[LogFileId]) -> StoreResult<HashMap<LogFileId, Vec<SessionId>>> {
        let sql = format!(
            "SELECT l.fichier_id, l.session_id FROM session_fichier l JOIN session_production s ON s.id = l.session_id \
             WHERE {} ORDER BY s.date_production, s.id",
            self.is_in("l.fichier_id", 1)
        );
        let rows = self.rows(sql, vec![self.numbers(files.iter().map(|file| file.0))]).await?;
        let mut sessions: HashMap<_, Vec<_>> = HashMap::with_capacity(files.len());
        for row in &rows {
            let mut fields = Fields::of(row, "session_fichier", &["fichier_id", "session_id"], 0);
            sessions.entry(LogFileId(fields.number()?)).or_default().push(SessionId(fields.number()?));
        }
        Ok(sessions)
    }

    async fn rejects(&self, files: &[LogFileId], limit: u32) -> StoreResult<HashMap<LogFileId, Vec<StoredReject>>> {
        let sql = format!(
            "SELECT t.fichier_id, {} FROM \
             (SELECT r.*, row_number() OVER (PARTITION BY r.fichier_id ORDER BY r.numero) AS rang FROM ligne_rejetee r WHERE {}) t \
             WHERE t.rang <= {limit} ORDER BY t.fichier_id, t.numero",
            columns::<StoredReject>("t"),
            self.is_in("r.fichier_id", 1)
        );
        let rows = self.rows(sql, vec![self.numbers(files.iter().map(|file| file.0))]).await?;
        let mut rejects: HashMap<_, Vec<_>> = HashMap::with_capacity(files.len());
        for row in &rows {
            let file = LogFileId(Fields::of(row, "ligne_rejetee", &["fichier_id"], 0).number()?);
            rejects.entry(file).or_default().push(StoredReject::from_row(&mut Fields::new::<StoredReject>(row, 1))?);
        }
        Ok(rejects)
    }

    async fn version_files(&self, versions: &[VersionId]) -> StoreResult<HashMap<VersionId, StoredLogFile>> {
        let sql = format!(
            "SELECT v.id, {} FROM version_log v JOIN fichier_log t ON t.id = v.fichier_id WHERE {}",
            columns::<StoredLogFile>("t"),
            self.is_in("v.id", 1)
        );
        let rows = self.rows(sql, vec![self.numbers(versions.iter().map(|version| version.0))]).await?;
        rows.iter()
            .map(|row| {
                let version = VersionId(Fields::of(row, "version_log", &["id"], 0).number()?);
                Ok((version, StoredLogFile::from_row(&mut Fields::new::<StoredLogFile>(row, 1))?))
            })
            .collect()
    }

    async fn versions(&self, files: &[LogFileId]) -> StoreResult<HashMap<LogFileId, Vec<FileVersion>>> {
        versions::of_files(self, files).await
    }

    fn contents(&self, versions: &[VersionId]) -> Contents {
        contents(self.clone(), versions)
    }
}

//! Lines that facts were read from.

use super::LogFileGroup;
use crate::error::ApiResult;
use crate::model::{LogFile, LogLine};
use async_graphql::Lookahead;
use atelier_application::ports::log_files::StoredLogFile;
use atelier_application::ports::sessions::StoredSource;
use atelier_application::query::Reader;
use atelier_domain::ids::{LogFileId, VersionId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What of `source` is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LineDetail {
    wanted: bool,
    text: bool,
    file: bool,
}

impl LineDetail {
    /// What of the `source` of these facts is asked for.
    pub(crate) fn of(facts: &[Lookahead<'_>]) -> Self {
        let asks = |field: &str| facts.iter().any(|fact| fact.field("source").field(field).exists());
        let wanted = facts.iter().any(|fact| fact.field("source").exists());
        Self { wanted, text: asks("text"), file: asks("logFile") }
    }
}

/// The lines of one level.
#[derive(Default)]
pub(crate) struct Lines {
    detail: LineDetail,
    texts: HashMap<StoredSource, Arc<str>>,
    files: HashMap<VersionId, LogFile>,
}

impl Lines {
    /// Those of `sources`: at most one statement for their texts, and one for their files.
    pub(crate) async fn load(
        reader: &Reader,
        detail: LineDetail,
        sources: impl IntoIterator<Item = StoredSource>,
    ) -> ApiResult<Self> {
        if !(detail.text || detail.file) {
            return Ok(Self { detail, ..Self::default() });
        }
        let sources: BTreeSet<StoredSource> = sources.into_iter().collect();
        if sources.is_empty() {
            return Ok(Self { detail, ..Self::default() });
        }
        let (texts, files) = futures_util::try_join!(
            async {
                if !detail.text {
                    return Ok(HashMap::new());
                }
                let found = reader.line_texts(sources.iter().copied()).await?;
                ApiResult::Ok(found.into_iter().map(|(source, text)| (source, Arc::from(text))).collect())
            },
            async {
                if !detail.file {
                    return Ok(HashMap::new());
                }
                let versions: BTreeSet<_> = sources.iter().map(|source| source.version).collect();
                let found = reader.version_files(&versions.into_iter().collect::<Vec<_>>()).await?;
                Ok(nodes(reader, &found))
            }
        )?;
        Ok(Self { detail, texts, files })
    }

    /// The line of a fact, where it was asked for; nothing when what was asked of it is not stored.
    pub(crate) fn of(&self, source: StoredSource) -> Option<LogLine> {
        let text = self.texts.get(&source).cloned();
        let file = self.files.get(&source.version).cloned();
        let found = self.detail.wanted && text.is_some() == self.detail.text && file.is_some() == self.detail.file;
        found.then_some(LogLine { number: source.line, text, file })
    }
}

/// The nodes of files; versions of one file share its node.
fn nodes(reader: &Reader, found: &HashMap<VersionId, StoredLogFile>) -> HashMap<VersionId, LogFile> {
    let distinct: HashMap<LogFileId, &StoredLogFile> = found.values().map(|file| (file.id, file)).collect();
    let nodes = LogFileGroup::nodes(reader, distinct.into_values().cloned());
    let nodes: HashMap<LogFileId, LogFile> = nodes.into_iter().map(|file| (file.id(), file)).collect();
    found.iter().filter_map(|(version, file)| Some((*version, nodes.get(&file.id)?.clone()))).collect()
}

//! Lines that facts were read from.

use super::Reader;
use crate::error::AppError;
use crate::ports::log_files::StoredLogFile;
use crate::ports::sessions::StoredSource;
use atelier_domain::ids::VersionId;
use futures_util::TryStreamExt as _;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Reader {
    /// The file of each of these contents; one that is not there is missing.
    pub async fn version_files(&self, versions: &[VersionId]) -> Result<HashMap<VersionId, StoredLogFile>, AppError> {
        Ok(self.ports.log_files.version_files(versions).await?)
    }

    /// The whole text of each line, decoded and trimmed, from the stored bytes. Each content is read once, and one that is
    /// not there, or has no such line, leaves its lines out.
    pub async fn line_texts(
        &self,
        sources: impl IntoIterator<Item = StoredSource>,
    ) -> Result<HashMap<StoredSource, String>, AppError> {
        let mut wanted: BTreeMap<VersionId, BTreeSet<u32>> = BTreeMap::new();
        for StoredSource { version, line } in sources {
            wanted.entry(version).or_default().insert(line);
        }
        let mut found = HashMap::new();
        if wanted.is_empty() {
            return Ok(found);
        }
        let versions: Vec<VersionId> = wanted.keys().copied().collect();
        let mut contents = self.ports.log_files.contents(&versions);
        while let Some((version, content)) = contents.try_next().await? {
            if let Some(numbers) = wanted.get(&version) {
                let texts = self.ports.format.texts(&content, numbers);
                found.extend(texts.into_iter().map(|(line, text)| (StoredSource { version, line }, text)));
            }
        }
        Ok(found)
    }
}

//! Logs in a folder of this computer, or of one mounted here.

mod content;
mod removal;
mod walk;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use atelier_application::ports::log_source::{Content, Listing, LogSource, RemoteFile, Removal, SourceError};

use crate::rules::check_path;

/// Machine logs in a folder. Links are not followed out of it.
#[derive(Debug, Clone)]
pub struct FolderSource {
    root: PathBuf,
}

impl FolderSource {
    /// A source of the logs below `root`.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The root with its own links resolved.
    async fn real_root(&self) -> Result<PathBuf, SourceError> {
        let error = |why: String| {
            SourceError::Permanent(format!(
                "The folder {} cannot be listed ({why}): check ATELIER_LOG_DIR and the rights of the account Atelier runs under.",
                self.root.display()
            ))
        };
        let real = tokio::fs::canonicalize(&self.root).await.map_err(|cause| error(cause.to_string()))?;
        let metadata = tokio::fs::metadata(&real).await.map_err(|cause| error(cause.to_string()))?;
        if metadata.is_dir() { Ok(real) } else { Err(error("it is not a folder".to_owned())) }
    }
}

#[async_trait]
impl LogSource for FolderSource {
    async fn list(&self) -> Result<Listing, SourceError> {
        walk::list(&self.real_root().await?).await
    }

    async fn fetch(&self, path: &str, offset: u64) -> Result<Content, SourceError> {
        check_path(path)?;
        content::fetch(&self.real_root().await?, path, offset).await
    }

    async fn remove(&self, file: &RemoteFile) -> Result<Removal, SourceError> {
        check_path(&file.path)?;
        removal::remove(&self.real_root().await?, file).await
    }
}

/// Whether `path`, links resolved, lies below `root`.
async fn lies_within(root: &Path, path: &Path) -> std::io::Result<bool> {
    Ok(tokio::fs::canonicalize(path).await?.starts_with(root))
}

//! Deleting a file of the folder.

use std::io::ErrorKind;
use std::path::Path;

use atelier_application::ports::log_source::{RemoteFile, Removal, SourceError};
use tokio::fs;

use super::lies_within;
use super::walk::modified;

/// Deletes `file` below `root`, if it still has its size and date.
pub(super) async fn remove(root: &Path, file: &RemoteFile) -> Result<Removal, SourceError> {
    match try_remove(root, file).await {
        Ok(outcome) => outcome,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Removal::Gone),
        Err(error) => Err(explain(&file.path, &error)),
    }
}

async fn try_remove(root: &Path, file: &RemoteFile) -> std::io::Result<Result<Removal, SourceError>> {
    let path = root.join(&file.path);
    // Of the entry itself, not of what a link points to: no listing shows a link.
    let metadata = fs::symlink_metadata(&path).await?;
    if metadata.is_symlink() || !lies_within(root, &path).await? {
        return Ok(Err(SourceError::Permanent(format!(
            "The file '{}' is a link, or lies behind one that leads out of the log folder, and is not deleted.",
            file.path
        ))));
    }
    if !metadata.is_file() || metadata.len() != file.size || modified(&metadata) != file.modified {
        return Ok(Ok(Removal::Changed));
    }
    fs::remove_file(&path).await?;
    Ok(Ok(Removal::Removed))
}

fn explain(path: &str, error: &std::io::Error) -> SourceError {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => SourceError::Permanent(format!(
            "The file '{path}' may not be deleted ({error}): give the account Atelier runs under the right to write in its \
             folder, or set ATELIER_FTP_CLEANUP=keep."
        )),
        _ => SourceError::Transient(format!(
            "The file '{path}' could not be deleted ({error}): check the disk or the network folder."
        )),
    }
}

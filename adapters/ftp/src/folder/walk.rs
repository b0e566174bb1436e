//! The tree below the root.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use atelier_application::ports::log_source::{Listing, RemoteFile, SourceError};
use chrono::{DateTime, Utc};
use tokio::fs::{self, DirEntry};

use super::lies_within;
use crate::rules::{MAX_DEPTH, MAX_ENTRIES, failure, is_log, is_safe, join, settle, too_deep, too_many};

struct Folder {
    path: String,
    real: PathBuf,
    depth: usize,
}

/// Everything below `root` that is a log by its name.
pub(super) async fn list(root: &Path) -> Result<Listing, SourceError> {
    let mut listing = Listing::default();
    let mut waiting = vec![Folder { path: String::new(), real: root.to_owned(), depth: 0 }];
    let mut names = 0;
    while let Some(folder) = waiting.pop() {
        if folder.depth > MAX_DEPTH {
            listing.failures.push(too_deep(&folder.path));
            continue;
        }
        let mut entries = match fs::read_dir(&folder.real).await {
            Ok(entries) => entries,
            Err(error) if folder.path.is_empty() => {
                return Err(SourceError::Permanent(format!(
                    "The folder {} cannot be listed ({error}): check ATELIER_LOG_DIR and the rights of the account Atelier runs under.",
                    root.display()
                )));
            }
            Err(error) => {
                listing
                    .failures
                    .push(failure(&folder.path, format!("The folder cannot be listed ({error}): check its rights.")));
                continue;
            }
        };
        loop {
            match entries.next_entry().await {
                Ok(Some(entry)) => {
                    names += 1;
                    if names > MAX_ENTRIES {
                        listing.failures.push(too_many(&folder.path));
                        return Ok(settle(listing));
                    }
                    sort(root, &folder, &entry, &mut listing, &mut waiting).await;
                }
                Ok(None) => break,
                Err(error) => {
                    listing
                        .failures
                        .push(failure(&folder.path, format!("The folder could not be listed to its end ({error}).")));
                    break;
                }
            }
        }
    }
    Ok(settle(listing))
}

async fn sort(root: &Path, folder: &Folder, entry: &DirEntry, listing: &mut Listing, waiting: &mut Vec<Folder>) {
    let name = entry.file_name();
    let lossy = name.to_string_lossy();
    let path = join(&folder.path, &lossy);
    // Of the entry itself, not of what a link points to.
    let metadata = match entry.metadata().await {
        Ok(metadata) => metadata,
        Err(error) => {
            listing.failures.push(failure(&path, format!("It cannot be looked at ({error}): check its rights.")));
            return;
        }
    };
    let wanted = metadata.is_dir() || metadata.is_symlink() || is_log(&lossy);
    if wanted && name.to_str().is_none_or(|name| !is_safe(name)) {
        listing.failures.push(failure(&path, "The name is not UTF-8 or holds control characters: rename it."));
    } else if metadata.is_symlink() {
        link(root, &path, &entry.path(), listing).await;
    } else if metadata.is_dir() {
        waiting.push(Folder { path, real: entry.path(), depth: folder.depth + 1 });
    } else if metadata.is_file() && wanted {
        listing.files.push(RemoteFile { path, size: metadata.len(), modified: modified(&metadata) });
    }
}

/// A link within the root shows what is listed in its own place already; one that leaves it is not followed, and said if it
/// hides logs.
async fn link(root: &Path, path: &str, real: &Path, listing: &mut Listing) {
    match lies_within(root, real).await {
        Ok(false) => {
            let is_folder = fs::metadata(real).await.is_ok_and(|target| target.is_dir());
            if is_folder || is_log(path) {
                let reason =
                    "It is a link that leads out of the log folder and was not followed: mount or copy it instead.";
                listing.failures.push(failure(path, reason));
            }
        }
        Err(error) if is_log(path) => {
            listing.failures.push(failure(path, format!("It is a link that leads nowhere ({error}).")));
        }
        Ok(true) | Err(_) => {}
    }
}

pub(super) fn modified(metadata: &Metadata) -> Option<DateTime<Utc>> {
    metadata.modified().ok().map(DateTime::from)
}

//! A folder that keeps what is removed from the database, as files that `zstd -d` reads.
//!
//! ```text
//! raw/<path of the log file>.<content>.zst    the exact bytes of a content
//! details/<machine>/<day>.jsonl.zst           the rows of a session's details, one JSON object a line
//! ```
//!
//! A file is written under another name and takes its own when it is whole and on the disk. One of the same name is
//! replaced.

mod names;

use async_trait::async_trait;
use atelier_application::ports::archive::{Archive, ArchiveError, ArchiveFile, Archived};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tokio::task::spawn_blocking;
use zstd::stream::write::Encoder;

/// Archives are written once and seldom read: somewhat slower, and smaller, than zstd's own default.
const LEVEL: i32 = 9;

/// A folder.
#[derive(Debug, Clone)]
pub struct FolderArchive {
    root: PathBuf,
}

impl FolderArchive {
    /// The folder has to be there: one that a mount has yet to bring must not be made beside it.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }
}

fn failed(root: &Path, cause: &io::Error) -> ArchiveError {
    let remedy = match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "create it",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on its disk",
        _ => "give the user of atelier the right to write there",
    };
    ArchiveError(format!("The archive folder {} cannot be written to ({cause}): {remedy}.", root.display()))
}

/// Does something that may wait for a disk.
async fn blocking<T: Send + 'static>(
    root: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ArchiveError> {
    let done = spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)));
    done.map_err(|cause| failed(root, &cause))
}

#[async_trait]
impl Archive for FolderArchive {
    async fn check(&self) -> Result<(), ArchiveError> {
        let root = self.root.clone();
        blocking(&self.root, move || tempfile::tempfile_in(root).map(drop)).await
    }

    async fn begin(&self, what: &Archived) -> Result<Box<dyn ArchiveFile>, ArchiveError> {
        let (root, name) = (self.root.clone(), names::of(what));
        let open = blocking(&self.root, move || Open::create(root, &name)).await?;
        Ok(Box::new(Writing { root: self.root.clone(), open: Some(open) }))
    }
}

/// A file that is being written.
struct Open {
    encoder: Encoder<'static, File>,
    root: PathBuf,
    /// Where it is written …
    partial: PathBuf,
    /// … and where it will be.
    target: PathBuf,
}

impl Open {
    fn create(root: PathBuf, name: &Path) -> io::Result<Self> {
        let target = root.join(name);
        let folder = target.parent().unwrap_or(&root);
        create_below(&root, folder)?;
        let partial = target.with_extension("partial");
        let mut encoder = Encoder::new(File::create(&partial)?, LEVEL)?;
        encoder.include_checksum(true)?;
        Ok(Self { encoder, root, partial, target })
    }

    fn finish(self) -> io::Result<()> {
        self.encoder.finish()?.sync_all()?;
        fs::rename(&self.partial, &self.target)?;
        match self.target.parent() {
            Some(folder) => sync_folder(folder),
            None => sync_folder(&self.root),
        }
    }
}

/// Makes the folders between `root`, which has to be there, and `folder`, and makes them last.
fn create_below(root: &Path, folder: &Path) -> io::Result<()> {
    if folder == root || folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(root);
    create_below(root, parent)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(parent),
    }
}

/// Makes the names in a folder last.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file on its way; nothing once a write failed.
struct Writing {
    root: PathBuf,
    open: Option<Open>,
}

impl Writing {
    fn take(&mut self) -> Result<Open, ArchiveError> {
        self.open.take().ok_or_else(|| failed(&self.root, &io::Error::other("an earlier write failed")))
    }
}

#[async_trait]
impl ArchiveFile for Writing {
    async fn add(&mut self, bytes: Vec<u8>) -> Result<(), ArchiveError> {
        let mut open = self.take()?;
        let written = blocking(&self.root, move || {
            let outcome = open.encoder.write_all(&bytes);
            if outcome.is_err() {
                let _ = fs::remove_file(&open.partial);
            }
            outcome.map(|()| open)
        });
        self.open = Some(written.await?);
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), ArchiveError> {
        let open = self.take()?;
        blocking(&self.root, move || {
            let partial = open.partial.clone();
            let outcome = open.finish();
            if outcome.is_err() {
                let _ = fs::remove_file(partial);
            }
            outcome
        })
        .await
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(open) = self.open.take() {
            let _ = fs::remove_file(&open.partial);
        }
    }
}

#[cfg(test)]
mod tests;

//! A source whose files a test moves about.

use async_trait::async_trait;
use atelier_application::ports::log_source::{
    Content, Listing, ListingFailure, LogSource, RemoteFile, Removal, SourceError,
};
use atelier_domain::time::Instant;
use futures_util::StreamExt as _;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// A source whose files are in memory.
#[derive(Default)]
pub(crate) struct Shelf {
    files: Mutex<BTreeMap<String, (Vec<u8>, Instant)>>,
    time: Mutex<i64>,
    /// Paths whose transfer breaks after so many bytes, and whether that is said to be the file's own fault.
    broken: Mutex<HashMap<String, (usize, bool)>>,
    /// Whether the server does not answer at all.
    away: AtomicBool,
    /// What some paths hold as soon as they were fetched.
    next: Mutex<HashMap<String, Vec<u8>>>,
    /// What becomes of the wish to delete something.
    pub(crate) deleting: Mutex<Deleting>,
    /// Whether a folder hides from listings.
    pub(crate) hiding: AtomicBool,
}

/// How a shelf takes the wish to delete something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Deleting {
    /// It does.
    #[default]
    Does,
    /// It does, and never answers.
    Hangs,
    /// It does not, for lack of a right.
    Refuses,
}

/// Bytes that a transfer brings at a time.
const CHUNK: usize = 4096;

impl Shelf {
    pub(crate) fn content(&self, path: &str) -> Option<Vec<u8>> {
        self.files.lock().unwrap().get(path).map(|(content, _)| content.clone())
    }

    pub(crate) fn put(&self, path: &str, content: Vec<u8>) {
        // Each change shows another date, as on a server with a fine clock.
        let mut time = self.time.lock().unwrap();
        *time += 5000;
        self.files.lock().unwrap().insert(path.to_owned(), (content, Instant(*time)));
    }

    /// The same with a date of one's own.
    pub(crate) fn put_at(&self, path: &str, content: Vec<u8>, at: Instant) {
        self.files.lock().unwrap().insert(path.to_owned(), (content, at));
    }

    /// Other bytes under the same date.
    pub(crate) fn falsify(&self, path: &str, content: Vec<u8>) {
        self.files.lock().unwrap().get_mut(path).unwrap().0 = content;
    }

    /// As soon as `path` is fetched it holds this.
    pub(crate) fn change_after_fetch(&self, path: &str, content: Vec<u8>) {
        self.next.lock().unwrap().insert(path.to_owned(), content);
    }

    pub(crate) fn remove(&self, path: &str) {
        self.files.lock().unwrap().remove(path);
    }

    /// From now on a transfer of `path` breaks after `bytes`; with `None` it no longer does.
    pub(crate) fn break_after(&self, path: &str, bytes: Option<usize>) {
        let mut broken = self.broken.lock().unwrap();
        match bytes {
            Some(bytes) => broken.insert(path.to_owned(), (bytes, false)),
            None => broken.remove(path),
        };
    }

    /// The same, said so that a run goes on however many files break.
    pub(crate) fn spoil_after(&self, path: &str, bytes: usize) {
        self.broken.lock().unwrap().insert(path.to_owned(), (bytes, true));
    }

    /// From now on every transfer comes to its end.
    pub(crate) fn mend(&self) {
        self.broken.lock().unwrap().clear();
    }

    /// Whether the server is gone from now on.
    pub(crate) fn go_away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    fn answers(&self) -> Result<(), SourceError> {
        let gone = "There is no connection to the FTP server: check the network and the server.";
        if self.away.load(Ordering::Relaxed) { Err(SourceError::Transient(gone.to_owned())) } else { Ok(()) }
    }

    pub(crate) fn all(&self) -> Vec<(String, Vec<u8>)> {
        self.files.lock().unwrap().iter().map(|(path, (content, _))| (path.clone(), content.clone())).collect()
    }
}

#[async_trait]
impl LogSource for Shelf {
    async fn list(&self) -> Result<Listing, SourceError> {
        self.answers()?;
        let files = self.files.lock().unwrap();
        let file = |(path, (content, at)): (&String, &(Vec<u8>, Instant))| RemoteFile {
            path: path.clone(),
            size: content.len() as u64,
            modified: Some(at.to_utc()),
        };
        let failure = ListingFailure { path: "DEM12 (PVC)/hidden".to_owned(), reason: "Closed.".to_owned() };
        let failures = if self.hiding.load(Ordering::Relaxed) { vec![failure] } else { Vec::new() };
        Ok(Listing { files: files.iter().map(file).collect(), failures })
    }

    async fn fetch(&self, path: &str, offset: u64) -> Result<Content, SourceError> {
        self.answers()?;
        let content = self.content(path).ok_or_else(|| SourceError::NotFound("gone".to_owned()))?;
        if let Some(next) = self.next.lock().unwrap().remove(path) {
            self.put(path, next);
        }
        let rest = content.get(offset as usize..).unwrap_or_default();
        let broken = self.broken.lock().unwrap().get(path).copied();
        let sent = &rest[..broken.map_or(rest.len(), |(bytes, _)| bytes.min(rest.len()))];
        let mut chunks: Vec<_> = sent.chunks(CHUNK).map(|chunk| Ok(chunk.to_vec().into())).collect();
        if let Some((_, of_the_file)) = broken {
            let lost = "The FTP server closed the connection in the middle of the file.".to_owned();
            chunks.push(Err(if of_the_file { SourceError::Permanent(lost) } else { SourceError::Transient(lost) }));
        }
        Ok(futures_util::stream::iter(chunks).boxed())
    }

    async fn remove(&self, file: &RemoteFile) -> Result<Removal, SourceError> {
        let deleting = *self.deleting.lock().unwrap();
        if deleting == Deleting::Refuses {
            return Err(SourceError::Permanent("The server refuses: give the user the right to delete.".to_owned()));
        }
        {
            let mut files = self.files.lock().unwrap();
            let Some((content, at)) = files.get(&file.path) else { return Ok(Removal::Gone) };
            if content.len() as u64 != file.size || Some(at.to_utc()) != file.modified {
                return Ok(Removal::Changed);
            }
            files.remove(&file.path);
        }
        if deleting == Deleting::Hangs { std::future::pending().await } else { Ok(Removal::Removed) }
    }
}

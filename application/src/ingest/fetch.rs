//! What a visit fetches: only what differs from what is stored.

use super::Ingest;
use super::body::{Body, Gathered};
use crate::ports::ingest_store::KnownFile;
use crate::ports::log_source::{RemoteFile, SourceError};
use crate::ports::store_error::StoreError;
use atelier_domain::log_file::{LogFileState, date_in_name, day_is_over};
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use futures_util::StreamExt as _;

/// Where a file has grown, so much of what is stored already is fetched again: other bytes there mean another content.
const OVERLAP: u64 = 4096;

/// Two changes within this time may show the same date and size.
const CLOCK_GRAIN: Millis = Millis(1000);

/// A quarantined file is tried so often.
const QUARANTINE_TRY: Millis = Millis(3_600_000);

/// How often one file is tried in a run.
const TRIES: u32 = 2;

/// A file as a visit found it.
#[derive(Debug)]
pub(super) struct Visited {
    /// What the listing said.
    pub(super) remote: RemoteFile,
    /// When it was read.
    pub(super) read_at: Instant,
    /// Its content.
    pub(super) body: Body,
    /// How many bytes were fetched.
    pub(super) fetched: u64,
}

/// Why a visit failed.
#[derive(Debug)]
pub(super) enum VisitError {
    Source(SourceError),
    Store(StoreError),
}

impl From<SourceError> for VisitError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<StoreError> for VisitError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Whether a file could not be read so often that it is left alone for now.
pub(super) fn rests(known: &KnownFile, now: Instant) -> bool {
    known.state == LogFileState::Quarantined && known.tried_at.is_some_and(|tried| now - tried < QUARANTINE_TRY)
}

/// Whether the listing shows anything that the store does not know. Dates are compared in milliseconds: a folder's have
/// nanoseconds, and the store keeps none of them.
pub(super) fn looks_changed(known: &KnownFile, remote: &RemoteFile) -> bool {
    let hasty = remote.modified.is_some_and(|modified| {
        let since = known.read_at - Instant::from(modified);
        since <= CLOCK_GRAIN && since >= Millis(-CLOCK_GRAIN.0)
    });
    known.present.is_none()
        || known.failures > 0
        || known.size != remote.size
        || known.modified.map(Instant::from) != remote.modified.map(Instant::from)
        || hasty
}

impl Ingest {
    /// Reads a file that looks changed.
    pub(super) async fn visit(&self, known: Option<&KnownFile>, remote: RemoteFile) -> Result<Visited, VisitError> {
        let mut tries = 1;
        loop {
            match self.try_visit(known, &remote).await {
                Err(VisitError::Source(error)) if error.is_transient() && tries < TRIES => {
                    tracing::debug!(path = %remote.path, %error, "trying the file again");
                    tries += 1;
                }
                Err(error) => return Err(error),
                Ok((read_at, body, fetched)) => return Ok(Visited { remote, read_at, body, fetched }),
            }
        }
    }

    async fn try_visit(
        &self,
        known: Option<&KnownFile>,
        remote: &RemoteFile,
    ) -> Result<(Instant, Body, u64), VisitError> {
        let read_at = self.clock.now();
        let mut fetched = 0;
        // Growth is told by the last bytes alone; once the day is over the file is read whole, and an edit before them is seen.
        let last_visit = known.is_some_and(|known| known.state == LogFileState::Growing)
            && day_is_over(self.zone, date_in_name(&remote.path), read_at);
        if let Some((version, size)) = known.and_then(|known| Some((known.present?, known.size)))
            && !last_visit
            && remote.size > size
        {
            let offset = size.saturating_sub(OVERLAP);
            let overlap = (size - offset) as usize;
            let stored = self.store.read_content(version, offset, overlap).await?;
            // Of one whose bytes were removed nothing can be compared.
            if stored.len() == overlap {
                let (same, rest, count) = self.read(&remote.path, offset, &stored).await?;
                fetched = count;
                if same {
                    return Ok((read_at, Body { stored: Some((version, size)), rest }, fetched));
                }
            }
        }
        let (_, rest, count) = self.read(&remote.path, 0, &[]).await?;
        fetched += count;
        Ok((read_at, Body { stored: None, rest }, fetched))
    }

    /// Reads a file from `offset` on. Whether it has these bytes there, what follows them, and how much was read in all.
    async fn read(&self, path: &str, offset: u64, expected: &[u8]) -> Result<(bool, Gathered, u64), SourceError> {
        let mut stream = self.source.fetch(path, offset).await?;
        let mut gathered = Gathered::Memory(Vec::new());
        let mut read = 0;
        let mut expected = expected;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            read += chunk.len() as u64;
            let (begin, rest) = chunk.split_at(expected.len().min(chunk.len()));
            let (here, later) = expected.split_at(begin.len());
            if begin != here {
                return Ok((false, gathered, read));
            }
            expected = later;
            let added = gathered.add(rest, self.room.content, self.scratch.as_ref()).await;
            added.map_err(|error| SourceError::Permanent(error.to_string()))?;
        }
        Ok((expected.is_empty(), gathered, read))
    }
}

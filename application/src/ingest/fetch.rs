//! What a visit fetches: only what differs from what is stored.

use super::Ingest;
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
    /// Its whole content, if anything of it was fetched.
    pub(super) content: Option<Vec<u8>>,
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
                Ok((read_at, content, fetched)) => {
                    return Ok(Visited { remote, read_at, content: Some(content), fetched });
                }
            }
        }
    }

    async fn try_visit(
        &self,
        known: Option<&KnownFile>,
        remote: &RemoteFile,
    ) -> Result<(Instant, Vec<u8>, u64), VisitError> {
        let read_at = self.clock.now();
        let mut fetched = 0;
        // Growth is told by the last bytes alone; once the day is over the file is read whole, and an edit before them is seen.
        let last_visit = known.is_some_and(|known| known.state == LogFileState::Growing)
            && day_is_over(self.zone, date_in_name(&remote.path), read_at);
        if let Some((version, size)) = known.and_then(|known| Some((known.present?, known.size)))
            && !last_visit
            && remote.size > size
        {
            let mut content = self.store.content(version).await?;
            content.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            let offset = size.saturating_sub(OVERLAP);
            let tail = self.read(&remote.path, offset, remote.size - offset).await?;
            fetched = tail.len() as u64;
            let overlap = (size - offset) as usize;
            let stored = content.get(offset as usize..).unwrap_or_default();
            if let Some((same, new)) = tail.split_at_checked(overlap)
                && same == stored
            {
                content.extend_from_slice(new);
                return Ok((read_at, content, fetched));
            }
        }
        let content = self.read(&remote.path, 0, remote.size).await?;
        fetched += content.len() as u64;
        Ok((read_at, content, fetched))
    }

    async fn read(&self, path: &str, offset: u64, expected: u64) -> Result<Vec<u8>, SourceError> {
        let mut stream = self.source.fetch(path, offset).await?;
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).min(1 << 24));
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk?);
        }
        Ok(bytes)
    }
}

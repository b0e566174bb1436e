//! Deleting finished files from the server, once they are stored whole and read back equal.

mod tally;

use super::fetch::looks_changed;
use super::{Ingest, Progress};
use crate::digest::Digest;
use crate::ports::ingest_store::{KnownFile, Presence};
use crate::ports::log_source::{Listing, RemoteFile, Removal, SourceError};
use crate::ports::store_error::StoreError;
use atelier_domain::ids::{LogFileId, MachineId, VersionId};
use atelier_domain::log_file::{LogFileState, date_in_name};
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use chrono::NaiveDate;
use futures_util::StreamExt as _;
use std::collections::{BTreeMap, HashMap, HashSet};
use tally::{Fate, Tally};

/// What becomes of finished files on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cleanup {
    /// They stay.
    #[default]
    Keep,
    /// They are deleted so many days after they were finished and last read.
    DeleteAfter {
        /// 0: at once.
        days: u32,
    },
}

/// What a listing says of files that are not to be there any more.
pub(super) struct Present {
    paths: HashSet<String>,
    /// Whether nothing hides from it.
    whole: bool,
}

impl Present {
    pub(super) fn of(listing: &Listing) -> Self {
        let paths = listing.files.iter().map(|file| file.path.clone()).collect();
        Self { paths, whole: listing.failures.is_empty() }
    }
}

/// A file that may be deleted if it reads back as it is stored.
struct Due {
    since: Instant,
    id: LogFileId,
    version: VersionId,
    /// Of a version whose bytes were removed because they are old, their digest.
    digest: Option<String>,
    file: RemoteFile,
}

impl Ingest {
    /// Brings what is noted of files in line with a listing: one that is listed is there, and one that was about to be
    /// deleted when a run ended and is not listed was deleted.
    pub(super) async fn note_listing<'a>(
        &self,
        known: impl Iterator<Item = &'a KnownFile>,
        present: &Present,
    ) -> Result<(), StoreError> {
        let (mut there, mut gone) = (Vec::new(), Vec::new());
        for file in known.filter(|file| file.removal_intended_at.or(file.removed_at).is_some()) {
            if present.paths.contains(&file.path) {
                there.push(file.id);
            } else if present.whole && file.removal_intended_at.is_some() {
                gone.push(file.id);
            }
        }
        for (files, presence) in [(there, Presence::There), (gone, Presence::Gone)] {
            if !files.is_empty() {
                self.store.note_presence(&files, presence).await?;
            }
        }
        Ok(())
    }

    /// Deletes what may be deleted of these files, the oldest first, as much as a run may. What fails or differs stays,
    /// and is told.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn clean(
        &self,
        files: &BTreeMap<MachineId, Vec<RemoteFile>>,
        progress: &dyn Progress,
    ) -> Result<(), StoreError> {
        let Cleanup::DeleteAfter { days } = self.cleanup else { return Ok(()) };
        let due = self.due(files, days).await?;
        let mut tally = Tally::new(progress);
        for due in due {
            if progress.cancelled() || tally.is_over(due.file.size) {
                break;
            }
            if tally.is_closed(&due.file) {
                continue;
            }
            let fate = self.delete(&due).await?;
            tally.note(&due.file, fate);
        }
        tally.tell();
        Ok(())
    }

    async fn due(&self, files: &BTreeMap<MachineId, Vec<RemoteFile>>, days: u32) -> Result<Vec<Due>, StoreError> {
        let now = self.clock.now();
        let mut due = Vec::new();
        for (machine, listed) in files {
            let known = self.store.known_files(*machine).await?;
            let known: HashMap<&str, &KnownFile> = known.iter().map(|file| (file.path.as_str(), file)).collect();
            due.extend(listed.iter().filter_map(|file| {
                let known = *known.get(file.path.as_str())?;
                let since = self.due_since(known, file, days, now)?;
                Some(Due {
                    since,
                    id: known.id,
                    version: known.present?,
                    digest: known.digest.clone(),
                    file: file.clone(),
                })
            }));
        }
        due.sort_by(|a, b| (a.since, &a.file.path).cmp(&(b.since, &b.file.path)));
        Ok(due)
    }

    /// Since when a file is finished and stored whole as it is listed, if that is long enough.
    fn due_since(&self, known: &KnownFile, file: &RemoteFile, days: u32, now: Instant) -> Option<Instant> {
        let stored = known.state == LogFileState::Complete
            && !looks_changed(known, file)
            && known.stored == known.size
            && self.is_past(file, now)?;
        let since = known.completed_at?.max(known.read_at);
        let old = now - since >= Millis(i64::from(days) * 86_400_000);
        (stored && old).then_some(since)
    }

    /// Whether a file belongs to a day before today, by the calendar and as a production day: by the date in its name, else
    /// by that of the server.
    fn is_past(&self, file: &RemoteFile, now: Instant) -> Option<bool> {
        let of = |at: Instant| self.zone.local(at).date();
        let date: NaiveDate = match date_in_name(&file.path) {
            Some(date) => date,
            None => of(file.modified?.into()),
        };
        Some(date < of(now) && ProductionDay(date) < self.zone.day_of(now))
    }

    async fn delete(&self, due: &Due) -> Result<Fate, StoreError> {
        match self.reads_back(due).await? {
            Ok(true) => {}
            Ok(false) => {
                self.store.note_presence(&[due.id], Presence::Doubtful).await?;
                return Ok(Fate::Differs);
            }
            Err(SourceError::NotFound(_)) => return Ok(Fate::Vanished),
            Err(error) => return Ok(Fate::Unread(error)),
        }
        self.store.note_presence(&[due.id], Presence::Leaving(self.clock.now())).await?;
        match self.source.remove(&due.file).await {
            Ok(Removal::Removed | Removal::Gone) => {
                self.store.note_presence(&[due.id], Presence::Gone).await?;
                Ok(Fate::Deleted)
            }
            Ok(Removal::Changed) => {
                self.store.note_presence(&[due.id], Presence::There).await?;
                Ok(Fate::Changed)
            }
            // It may be deleted all the same: the next listing tells.
            Err(error) => Ok(Fate::Refused(error)),
        }
    }

    /// Whether the source gives exactly the bytes that are stored, or were.
    async fn reads_back(&self, due: &Due) -> Result<Result<bool, SourceError>, StoreError> {
        let mut pieces = match self.source.fetch(&due.file.path, 0).await {
            Ok(pieces) => pieces,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(stored) = &due.digest {
            let (mut digest, mut length) = (Digest::default(), 0);
            while let Some(piece) = pieces.next().await {
                match piece {
                    Ok(piece) => {
                        length += piece.len() as u64;
                        digest.add(&piece);
                    }
                    Err(error) => return Ok(Err(error)),
                }
            }
            return Ok(Ok(length == due.file.size && digest.hex() == *stored));
        }
        // What is stored comes in blocks of its own.
        let (mut block, mut at) = (Vec::new(), 0);
        while let Some(piece) = pieces.next().await {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => return Ok(Err(error)),
            };
            let mut piece = piece.as_ref();
            while !piece.is_empty() {
                if block.is_empty() {
                    block = self.store.read_content(due.version, at, self.room.block).await?;
                    at += block.len() as u64;
                }
                let length = piece.len().min(block.len());
                let (here, later) = piece.split_at(length);
                if length == 0 || block.get(..length) != Some(here) {
                    return Ok(Ok(false));
                }
                block.drain(..length);
                piece = later;
            }
        }
        Ok(Ok(block.is_empty() && self.store.read_content(due.version, at, 1).await?.is_empty()))
    }
}

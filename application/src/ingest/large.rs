//! Files that do not fit into memory: stored and read block by block.

use super::Ingest;
use super::commit::{Effect, Prepared, Relation, Stored, Told};
use super::reach::Reaching;
use crate::ports::ingest_store::{IngestUnit, Reach, StoredVersion};
use crate::ports::log_format::LogItem;
use crate::ports::store_error::StoreResult;
use atelier_domain::ids::{LogFileId, VersionId};
use atelier_domain::log_file::{LineCounts, RejectedLine};
use atelier_domain::time::ProductionDay;
use std::collections::BTreeSet;

/// So many rejected lines are stored at once.
const REJECTS: usize = 10_000;

impl Ingest {
    /// Whether a file, or the version that its content is a part of, is too large to be held in memory.
    pub(super) fn is_large(&self, file: &Prepared, versions: &[StoredVersion]) -> bool {
        let whole = match file.relation {
            Relation::Within(version) => {
                versions.iter().find(|known| known.id == version).map_or(0, |known| known.length)
            }
            Relation::Extends(..) | Relation::New => file.size,
        };
        whole > self.room.content as u64
    }

    /// Stores such a file.
    pub(super) async fn store_large(
        &self,
        unit: &mut dyn IngestUnit,
        mut file: Prepared,
        versions: &mut Vec<StoredVersion>,
        effect: &mut Effect,
    ) -> StoreResult<()> {
        // Its counts are known in the end only; until then nobody else sees this.
        let id = unit.save_file(&file.record(LineCounts::default(), 0)).await?;
        let (version, known_length) = match file.relation {
            Relation::Extends(version, length) => (version, length),
            Relation::Within(version) => (version, file.size),
            Relation::New => (unit.add_version(id, &[], &Reach::default()).await?, 0),
        };
        let stored = match file.relation {
            Relation::Within(_) => {
                let known = versions.iter().find(|known| known.id == version);
                Stored {
                    file: id,
                    version,
                    length: known.map_or(file.size, |known| known.length),
                    reach: known.map(|known| known.reach.clone()).unwrap_or_default(),
                    touched: BTreeSet::new(),
                    ended_half: false,
                }
            }
            Relation::Extends(..) | Relation::New => {
                let (reach, touched) = self.append(unit, &mut file, version, known_length).await?;
                let ended_half = match known_length.checked_sub(1) {
                    Some(last) => unit.read_content(version, last, 1).await? != b"\n",
                    None => false,
                };
                Stored { file: id, version, length: file.size, reach, touched, ended_half }
            }
        };
        let removed = versions.iter().any(|known| known.id == version && known.removed);
        let (counts, consumed, told) = self.read_present(unit, &mut file, id, (!removed).then_some(version)).await?;
        unit.save_file(&file.record(counts, consumed)).await?;
        self.note_stored(unit, &file, stored, told, versions, effect).await
    }

    /// Adds what a file has beyond `known` bytes to a version. Gives the version's reach, and the days that the new lines
    /// touch; a half line that is not taken yet counts too.
    async fn append(
        &self,
        unit: &mut dyn IngestUnit,
        file: &mut Prepared,
        version: VersionId,
        known: u64,
    ) -> StoreResult<(Reach, BTreeSet<ProductionDay>)> {
        let mut reader = self.format.reader(self.zone, file.name_date);
        let mut reaching = Reaching::new(self.zone);
        let mut at = 0;
        while at < known {
            let length = self.room.block.min(usize::try_from(known - at).unwrap_or(usize::MAX));
            let block = unit.read_content(version, at, length).await?;
            if block.is_empty() {
                break;
            }
            at += block.len() as u64;
            reader.feed(&block, &mut |item| see(&mut reaching, item, u32::MAX));
        }
        let known_lines = reader.whole_lines().0.lines;
        while at < file.size {
            let block = file.body.read(unit, at, self.room.block).await?;
            if block.is_empty() {
                break;
            }
            reader.feed(&block, &mut |item| see(&mut reaching, item, known_lines));
            unit.append(version, at, &block, &Reach::default()).await?;
            at += block.len() as u64;
        }
        reader.finish(&mut |item| see(&mut reaching, item, known_lines));
        let (reach, touched) = reaching.finish();
        unit.append(version, at, &[], &reach).await?;
        Ok((reach, touched))
    }

    /// Reads the present content, which a version holds or begins with, and stores its rejected lines. Without a version it
    /// is read from what was fetched.
    async fn read_present(
        &self,
        unit: &mut dyn IngestUnit,
        file: &mut Prepared,
        id: LogFileId,
        version: Option<VersionId>,
    ) -> StoreResult<(LineCounts, u64, Told)> {
        let mut reader = self.format.reader(self.zone, file.name_date);
        let mut told = Told::default();
        let mut rejects: Vec<RejectedLine> = Vec::new();
        // The rejected lines up to this number are stored.
        let mut saved = 0;
        let mut at = 0;
        while at < file.size {
            let length = self.room.block.min(usize::try_from(file.size - at).unwrap_or(usize::MAX));
            let block = match version {
                Some(version) => unit.read_content(version, at, length).await?,
                None => file.body.read(unit, at, length).await?,
            };
            if block.is_empty() {
                break;
            }
            at += block.len() as u64;
            reader.feed(&block, &mut |item| tell(&mut told, &mut rejects, item));
            if rejects.len() >= REJECTS {
                let last = rejects.last().map_or(saved, |reject| reject.number);
                unit.save_rejects(id, saved + 1..=last, &std::mem::take(&mut rejects)).await?;
                saved = last;
            }
        }
        let (mut counts, mut consumed) = reader.whole_lines();
        if file.finished() {
            let (all, end, _) = reader.finish(&mut |item| tell(&mut told, &mut rejects, item));
            (counts, consumed) = (all, end);
        }
        unit.save_rejects(id, saved + 1..=u32::MAX, &rejects).await?;
        Ok((counts, consumed, told))
    }
}

fn see(reaching: &mut Reaching, item: LogItem<'_>, known: u32) {
    match item {
        LogItem::Event(line) => reaching.see(&line, known),
        LogItem::Reject(reject) => reaching.see_reject(&reject, known),
    }
}

fn tell(told: &mut Told, rejects: &mut Vec<RejectedLine>, item: LogItem<'_>) {
    match item {
        LogItem::Event(line) => {
            told.first_line.get_or_insert(line.at);
        }
        LogItem::Reject(reject) => {
            told.see_reject(&reject);
            rejects.push(reject);
        }
    }
}

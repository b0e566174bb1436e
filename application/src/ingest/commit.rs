//! One step of progress: files, contents, sessions, all or nothing.

use super::Ingest;
use super::body::Body;
use super::derive::Basis;
use super::fetch::Visited;
use super::frozen::{self, Frozen, Late};
use super::reach::Reaching;
use crate::ports::ingest_store::{FileRecord, IngestUnit, KnownFile, Reach, SessionWritten, StoredVersion};
use crate::ports::log_format::ParsedLog;
use crate::ports::store_error::StoreResult;
use crate::ports::sync_runs::SyncRun;
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{LogFileId, MachineId, VersionId};
use atelier_domain::log_file::{LineCounts, LogFileState, RejectReason, RejectedLine, date_in_name, day_is_over};
use atelier_domain::time::{Instant, ProductionDay};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeSet, HashMap};

/// Something about a file that the store does not know yet.
#[derive(Debug)]
pub(super) enum Item {
    /// It was read.
    Visited(Visited, Option<KnownFile>),
    /// Nothing new came, and its day is over.
    Settled(KnownFile),
}

impl Item {
    /// How many bytes the file has.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Visited(visited, _) => visited.body.length(),
            Self::Settled(known) => known.size,
        }
    }
}

/// What a file's content is to those stored of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// It equals, or begins, a stored one.
    Within(VersionId),
    /// A stored one, of this length, begins it.
    Extends(VersionId, u64),
    /// Neither.
    New,
}

/// A file ready to be stored.
pub(super) struct Prepared {
    pub(super) path: String,
    pub(super) name_date: Option<NaiveDate>,
    modified: Option<DateTime<Utc>>,
    pub(super) read_at: Instant,
    state: LogFileState,
    was_finished: Option<bool>,
    pub(super) relation: Relation,
    /// The present content.
    pub(super) body: Body,
    /// Its length.
    pub(super) size: u64,
    /// What the change looks like, if it is no growth.
    anomaly: Option<AnomalyKind>,
}

impl Prepared {
    pub(super) fn finished(&self) -> bool {
        self.state == LogFileState::Complete
    }

    pub(super) fn record(&self, counts: LineCounts, consumed: u64) -> FileRecord {
        FileRecord {
            path: self.path.clone(),
            name_date: self.name_date,
            state: self.state,
            present: match self.relation {
                Relation::Within(version) | Relation::Extends(version, _) => Some(version),
                Relation::New => None,
            },
            size: self.size,
            consumed,
            modified: self.modified,
            read_at: self.read_at,
            counts,
        }
    }
}

/// What is told of a file besides its counts: whether a line was rejected, and when it begins.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told {
    pub(super) first_reject: Option<(u32, RejectReason)>,
    pub(super) rejects: u32,
    pub(super) first_line: Option<Instant>,
}

impl Told {
    pub(super) fn see_reject(&mut self, reject: &RejectedLine) {
        self.first_reject.get_or_insert((reject.number, reject.reason));
        self.rejects += 1;
    }
}

/// A version as it is stored now, and what is new in it.
pub(super) struct Stored {
    pub(super) file: LogFileId,
    pub(super) version: VersionId,
    pub(super) length: u64,
    pub(super) reach: Reach,
    pub(super) touched: BTreeSet<ProductionDay>,
    /// Whether what was stored of it before ended within a line, and has grown.
    pub(super) ended_half: bool,
}

/// The contents that a step has in memory, and what they say.
pub(crate) type Fresh<'a> = HashMap<VersionId, (&'a [u8], &'a ParsedLog<'a>)>;

/// What a step's contents do to the days of their machine.
#[derive(Default)]
pub(super) struct Effect {
    /// Days to derive again.
    pub(super) affected: BTreeSet<ProductionDay>,
    /// Days that stay as they are.
    frozen: Frozen,
    late: Vec<Late>,
    /// Whether there are new lines.
    arrived: bool,
}

/// What a step did.
#[derive(Default)]
pub(super) struct Committed {
    pub(super) written: Vec<SessionWritten>,
    /// Files with lines of days that stay as they are.
    pub(super) late: Vec<Late>,
}

impl Committed {
    /// Counts in a run the sessions that were written.
    pub(super) fn count_in(&self, run: &mut SyncRun) {
        let created = self.written.iter().filter(|session| session.created).count() as u32;
        run.sessions_created += created;
        run.sessions_updated += self.written.len() as u32 - created;
    }
}

impl Ingest {
    /// Stores `items` of a machine and derives what follows, also for its open sessions of `ended` days.
    pub(super) async fn commit(
        &self,
        machine: MachineId,
        items: Vec<Item>,
        ended: &[ProductionDay],
    ) -> StoreResult<Committed> {
        self.commit_knowing(machine, items, ended, None).await
    }

    /// The same when it is known that up to an instant nothing more came.
    pub(super) async fn commit_knowing(
        &self,
        machine: MachineId,
        items: Vec<Item>,
        ended: &[ProductionDay],
        known_until: Option<Instant>,
    ) -> StoreResult<Committed> {
        let now = self.clock.now();
        let (mut prepared, mut contents, mut large) = (Vec::new(), Vec::new(), Vec::new());
        let mut unit = self.store.begin(machine).await?;
        let mut versions = unit.versions().await?;
        let is_removed = |version: VersionId, versions: &[StoredVersion]| {
            versions.iter().any(|known| known.id == version && known.removed)
        };
        for item in items {
            if let Item::Settled(known) = &item
                && known.present.is_some_and(|version| is_removed(version, &versions))
            {
                // There is nothing to read it from; it was finished before.
                continue;
            }
            let mut file = self.prepare(item, &versions, unit.as_mut(), now).await?;
            if self.is_large(&file, &versions) {
                large.push(file);
                continue;
            }
            let body = std::mem::replace(&mut file.body, Body::of_stored(None));
            contents.push(match file.relation {
                Relation::Within(version) if !is_removed(version, &versions) => unit.content(version).await?,
                Relation::Within(_) | Relation::Extends(..) | Relation::New => body.into_memory(unit.as_mut()).await?,
            });
            prepared.push(file);
        }
        let parsed: Vec<ParsedLog<'_>> = prepared
            .iter()
            .zip(&contents)
            .map(|(file, content)| self.format.parse(content, self.zone, file.name_date, file.finished()))
            .collect();
        let mut effect = Effect {
            affected: ended.iter().copied().collect(),
            frozen: Frozen::of(&versions),
            late: Vec::new(),
            arrived: false,
        };
        let mut fresh = Fresh::new();
        for ((file, content), log) in prepared.iter().zip(&contents).zip(&parsed) {
            let version = self.store_file(unit.as_mut(), file, content, log, &mut versions, &mut effect).await?;
            fresh.insert(version, (content, log));
        }
        for file in large {
            self.store_large(unit.as_mut(), file, &mut versions, &mut effect).await?;
        }
        let Effect { affected, frozen, late, arrived } = effect;
        if arrived {
            unit.note_arrival(now).await?;
        }
        let basis = Basis { versions: &versions, frozen: &frozen, fresh: &fresh, now, known_until };
        let written = Box::pin(self.derive(unit.as_mut(), basis, affected)).await?;
        unit.commit().await?;
        Ok(Committed { written, late })
    }

    /// Finds out what a file's content is to those stored of it.
    pub(super) async fn prepare(
        &self,
        item: Item,
        versions: &[StoredVersion],
        unit: &mut dyn IngestUnit,
        now: Instant,
    ) -> StoreResult<Prepared> {
        let (path, modified, read_at, mut body, known) = match item {
            Item::Visited(visited, known) => {
                (visited.remote.path, visited.remote.modified, visited.read_at, visited.body, known)
            }
            Item::Settled(known) => {
                let body = Body::of_stored(known.present.map(|version| (version, known.size)));
                (known.path.clone(), known.modified, known.read_at, body, Some(known))
            }
        };
        let name_date = date_in_name(&path);
        let size = body.length();
        let before = known.as_ref().filter(|known| known.present.is_some());
        let mut relation = Relation::New;
        let mut anomaly = None;
        let mut grew = false;
        let mut recognised = false;
        for version in versions.iter().filter(|version| before.is_some_and(|known| known.id == version.file)) {
            let common = if version.removed {
                frozen::common(&mut body, unit, version, self.room.block).await?
            } else {
                body.common(unit, (version.id, version.length), self.room.block).await?
            };
            if let Some(known) = before.filter(|known| known.present == Some(version.id)) {
                anomaly = change(known.size, size, common);
                grew = anomaly.is_none() && size > known.size;
            }
            // Nothing can be added to one whose bytes were removed, and none of its beginnings be known.
            if common == size
                && !matches!(relation, Relation::Within(_))
                && (!version.removed || size == version.length)
            {
                relation = Relation::Within(version.id);
                recognised = version.removed;
            } else if common == version.length && relation == Relation::New && !version.removed {
                relation = Relation::Extends(version.id, version.length);
            }
        }
        let was_complete = known.as_ref().is_some_and(|known| known.state == LogFileState::Complete);
        let state = if !day_is_over(self.zone, name_date, now) || (was_complete && grew && !recognised) {
            LogFileState::Growing
        } else {
            LogFileState::Complete
        };
        let was_finished = before.map(|known| known.state == LogFileState::Complete);
        Ok(Prepared { path, name_date, modified, read_at, state, was_finished, relation, body, size, anomaly })
    }

    /// Stores a file whose version's bytes are `content`, which say `log`.
    async fn store_file(
        &self,
        unit: &mut dyn IngestUnit,
        file: &Prepared,
        content: &[u8],
        log: &ParsedLog<'_>,
        versions: &mut Vec<StoredVersion>,
        effect: &mut Effect,
    ) -> StoreResult<VersionId> {
        // A half line that is not taken yet may be taken one day, or be the proof against another: it counts for the reach.
        let with_half;
        let all = if file.finished() || content.ends_with(b"\n") {
            log
        } else {
            with_half = self.format.parse(content, self.zone, file.name_date, true);
            &with_half
        };
        let (known_lines, ended_half) = match file.relation {
            Relation::Within(_) => (u32::MAX, false),
            Relation::New => (0, false),
            Relation::Extends(_, length) => {
                let before = content.get(..length as usize).unwrap_or(content);
                let lines = before.split(|byte| *byte == b'\n').count() - 1;
                (u32::try_from(lines).unwrap_or(u32::MAX), before.last().is_some_and(|last| *last != b'\n'))
            }
        };
        let mut reaching = Reaching::new(self.zone);
        all.lines.iter().for_each(|line| reaching.see(line, known_lines));
        all.rejects.iter().for_each(|reject| reaching.see_reject(reject, known_lines));
        let (reach, touched) = reaching.finish();
        let begun;
        // The counts are those of the present content, which may be but the beginning of the version.
        let present = if file.size < content.len() as u64 {
            let present = content.get(..file.size as usize).unwrap_or_default();
            begun = self.format.parse(present, self.zone, file.name_date, file.finished());
            &begun
        } else {
            log
        };
        let id = unit.save_file(&file.record(present.counts, present.consumed)).await?;
        unit.save_rejects(id, 0..=u32::MAX, &present.rejects).await?;
        let version = match file.relation {
            Relation::Within(version) => version,
            Relation::Extends(version, length) => {
                unit.append(version, length, content.get(length as usize..).unwrap_or_default(), &reach).await?;
                version
            }
            Relation::New => unit.add_version(id, content, &reach).await?,
        };
        let mut told = Told { first_line: present.lines.first().map(|line| line.at), ..Told::default() };
        present.rejects.iter().for_each(|reject| told.see_reject(reject));
        let stored = Stored { file: id, version, length: content.len() as u64, reach, touched, ended_half };
        self.note_stored(unit, file, stored, told, versions, effect).await?;
        Ok(version)
    }

    /// Notes what was stored of a file: in `versions`, in the days that have to be derived, and in its anomalies.
    pub(super) async fn note_stored(
        &self,
        unit: &mut dyn IngestUnit,
        file: &Prepared,
        stored: Stored,
        told: Told,
        versions: &mut Vec<StoredVersion>,
        effect: &mut Effect,
    ) -> StoreResult<()> {
        let id = stored.file;
        let late = effect.frozen.among(&stored.touched);
        if !late.is_empty() {
            unit.keep_late(stored.version).await?;
            effect.late.push(Late { path: file.path.clone(), days: late });
        }
        effect.arrived |= !stored.touched.is_empty();
        effect.affected.extend(stored.touched);
        let before = versions.iter().find(|known| known.id == stored.version);
        let now_stored = StoredVersion {
            id: stored.version,
            file: id,
            path: file.path.clone(),
            name_date: file.name_date,
            finished: file.finished(),
            length: stored.length,
            reach: stored.reach,
            excluded: before.is_some_and(|before| before.excluded),
            removed: before.is_some_and(|before| before.removed),
            frozen: before.and_then(|before| before.frozen),
            digest: before.and_then(|before| before.digest.clone()),
        };
        match versions.iter_mut().find(|known| known.id == stored.version) {
            Some(known) => {
                // A half line that was taken is taken back, and what it has become may be no event, or one of another day.
                if stored.ended_half {
                    effect.affected.extend(known.reach.all_days());
                }
                *known = now_stored;
            }
            None => versions.push(now_stored),
        }
        for version in versions.iter_mut().filter(|version| version.file == id) {
            version.finished = file.finished();
            if file.was_finished.is_some_and(|before| before != file.finished()) {
                effect.affected.extend(version.reach.all_days());
            }
        }
        self.store_anomalies(unit, id, file, told).await
    }

    async fn store_anomalies(
        &self,
        unit: &mut dyn IngestUnit,
        id: LogFileId,
        file: &Prepared,
        told: Told,
    ) -> StoreResult<()> {
        if let Some(kind) = file.anomaly {
            let message = match kind {
                AnomalyKind::FileTruncated => "The file became shorter; what was read of it is kept.",
                _ => "The file's bytes changed where it had been read; both contents are kept.",
            };
            unit.save_file_anomaly(id, kind, file.read_at, None, message).await?;
        }
        match told.first_reject {
            Some((line, reason)) => {
                let message = format!("{} line(s) could not be read; the first: {reason}.", told.rejects);
                // When what a file holds happened: its first event, else the start of the day in its name, else when it was
                // read.
                let start = file.name_date.map(|date| self.zone.start_of(ProductionDay(date)));
                let at = told.first_line.or(start).unwrap_or(file.read_at);
                unit.save_file_anomaly(id, AnomalyKind::RejectedLines, at, Some(line), &message).await
            }
            None if file.was_finished.is_some() => unit.drop_file_anomaly(id, AnomalyKind::RejectedLines).await,
            None => Ok(()),
        }
    }
}

/// What a file's new content is to the one before it, if it did not simply grow: their lengths, and how much of their
/// beginnings is the same.
fn change(before: u64, now: u64, common: u64) -> Option<AnomalyKind> {
    if common >= before {
        None
    } else if common >= now {
        Some(AnomalyKind::FileTruncated)
    } else {
        Some(AnomalyKind::FileRewritten)
    }
}

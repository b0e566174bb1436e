//! One step of progress: files, contents, sessions, all or nothing.

use super::Ingest;
use super::fetch::Visited;
use super::reach::reach;
use crate::ports::ingest_store::{FileRecord, IngestUnit, KnownFile, SessionWritten, StoredVersion};
use crate::ports::log_format::ParsedLog;
use crate::ports::store_error::StoreResult;
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{MachineId, VersionId};
use atelier_domain::log_file::{LogFileState, date_in_name, day_is_over};
use atelier_domain::time::{Instant, PlantZone, ProductionDay};
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
    /// How much memory it holds.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Visited(visited, _) => visited.content.as_ref().map_or(0, Vec::len),
            Self::Settled(known) => known.size as usize,
        }
    }
}

/// What a file's content is to those stored of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// It equals, or begins, a stored one.
    Within(VersionId),
    /// A stored one, of this length, begins it.
    Extends(VersionId, u64),
    /// Neither.
    New,
}

/// A file ready to be stored.
struct Prepared {
    path: String,
    name_date: Option<NaiveDate>,
    modified: Option<DateTime<Utc>>,
    read_at: Instant,
    state: LogFileState,
    was_finished: Option<bool>,
    relation: Relation,
    /// The length of the present content, which `content` holds or begins with.
    size: u64,
    /// The bytes of the version.
    content: Vec<u8>,
    /// What the change looks like, if it is no growth.
    anomaly: Option<AnomalyKind>,
}

impl Prepared {
    fn finished(&self) -> bool {
        self.state == LogFileState::Complete
    }

    /// Whether what was stored of the version ended within a line, and has grown.
    fn ended_half(&self) -> bool {
        match self.relation {
            Relation::Extends(_, length) => length
                .checked_sub(1)
                .and_then(|last| self.content.get(last as usize))
                .is_some_and(|last| *last != b'\n'),
            Relation::Within(_) | Relation::New => false,
        }
    }

    /// How many whole lines of the version were stored before.
    fn known_lines(&self) -> u32 {
        match self.relation {
            Relation::Within(_) => u32::MAX,
            Relation::New => 0,
            Relation::Extends(_, length) => {
                let before = self.content.get(..length as usize).unwrap_or(&self.content);
                u32::try_from(before.split(|byte| *byte == b'\n').count() - 1).unwrap_or(u32::MAX)
            }
        }
    }
}

/// The contents that a step has in memory, and what they say.
pub(super) type Fresh<'a> = HashMap<VersionId, (&'a [u8], &'a ParsedLog<'a>)>;

impl Ingest {
    /// Stores `items` of a machine and derives what follows, also for its open sessions of `ended` days.
    pub(super) async fn commit(
        &self,
        machine: MachineId,
        items: Vec<Item>,
        ended: &[ProductionDay],
    ) -> StoreResult<Vec<SessionWritten>> {
        let now = self.clock.now();
        let mut prepared = Vec::with_capacity(items.len());
        let mut unit = self.store.begin(machine).await?;
        let mut versions = unit.versions().await?;
        for item in items {
            prepared.push(self.prepare(item, &versions, unit.as_mut(), now).await?);
        }
        let parsed: Vec<ParsedLog<'_>> = prepared
            .iter()
            .map(|file| self.format.parse(&file.content, self.zone, file.name_date, file.finished()))
            .collect();
        let mut affected: BTreeSet<ProductionDay> = ended.iter().copied().collect();
        let mut fresh = Fresh::new();
        for (file, log) in prepared.iter().zip(&parsed) {
            let version = self.store_file(unit.as_mut(), file, log, &mut versions, &mut affected).await?;
            fresh.insert(version, (&file.content, log));
        }
        let written = self.derive(unit.as_mut(), &versions, &fresh, affected, now).await?;
        unit.commit().await?;
        Ok(written)
    }

    async fn prepare(
        &self,
        item: Item,
        versions: &[StoredVersion],
        unit: &mut dyn IngestUnit,
        now: Instant,
    ) -> StoreResult<Prepared> {
        let (path, modified, read_at, content, known) = match item {
            Item::Visited(visited, known) => (
                visited.remote.path,
                visited.remote.modified,
                visited.read_at,
                visited.content.unwrap_or_default(),
                known,
            ),
            Item::Settled(known) => {
                let mut content = match known.present {
                    Some(version) => unit.content(version).await?,
                    None => Vec::new(),
                };
                content.truncate(known.size as usize);
                (known.path.clone(), known.modified, known.read_at, content, Some(known))
            }
        };
        let name_date = date_in_name(&path);
        let size = content.len() as u64;
        let before = known.as_ref().filter(|known| known.present.is_some());
        let mut relation = Relation::New;
        let mut anomaly = None;
        let mut grew = false;
        let mut version_bytes = None;
        for version in versions.iter().filter(|version| before.is_some_and(|known| known.id == version.file)) {
            let stored = unit.content(version.id).await?;
            if let Some(known) = before.filter(|known| known.present == Some(version.id)) {
                let present = stored.get(..known.size as usize).unwrap_or(&stored);
                anomaly = change(present, &content);
                grew = anomaly.is_none() && content.len() > present.len();
            }
            if stored.starts_with(&content) && !matches!(relation, Relation::Within(_)) {
                relation = Relation::Within(version.id);
                version_bytes = Some(stored);
            } else if content.starts_with(&stored) && relation == Relation::New {
                relation = Relation::Extends(version.id, stored.len() as u64);
            }
        }
        let content = version_bytes.unwrap_or(content);
        let was_complete = known.as_ref().is_some_and(|known| known.state == LogFileState::Complete);
        let state = if !day_is_over(self.zone, name_date, now) || (was_complete && grew) {
            LogFileState::Growing
        } else {
            LogFileState::Complete
        };
        let was_finished = before.map(|known| known.state == LogFileState::Complete);
        Ok(Prepared { path, name_date, modified, read_at, state, was_finished, relation, size, content, anomaly })
    }

    async fn store_file(
        &self,
        unit: &mut dyn IngestUnit,
        file: &Prepared,
        log: &ParsedLog<'_>,
        versions: &mut Vec<StoredVersion>,
        affected: &mut BTreeSet<ProductionDay>,
    ) -> StoreResult<VersionId> {
        // A half line that is not taken yet may be taken one day, or be the proof against another: it counts for the reach.
        let with_half;
        let all = if file.finished() || file.content.ends_with(b"\n") {
            log
        } else {
            with_half = self.format.parse(&file.content, self.zone, file.name_date, true);
            &with_half
        };
        let (reach, touched) = reach(self.zone, &all.lines, file.known_lines());
        affected.extend(touched);
        let begun;
        // The counts are those of the present content, which may be but the beginning of the version.
        let present = if file.size < file.content.len() as u64 {
            begun = self.format.parse(
                file.content.get(..file.size as usize).unwrap_or_default(),
                self.zone,
                file.name_date,
                file.finished(),
            );
            &begun
        } else {
            log
        };
        let record = FileRecord {
            path: file.path.clone(),
            name_date: file.name_date,
            state: file.state,
            present: match file.relation {
                Relation::Within(version) | Relation::Extends(version, _) => Some(version),
                Relation::New => None,
            },
            size: file.size,
            consumed: present.consumed,
            modified: file.modified,
            read_at: file.read_at,
            counts: present.counts,
            rejects: present.rejects.clone(),
        };
        let id = unit.save_file(&record).await?;
        let version = match file.relation {
            Relation::Within(version) => version,
            Relation::Extends(version, length) => {
                let grown = file.content.get(length as usize..).unwrap_or_default();
                unit.append(version, length, grown, &reach).await?;
                version
            }
            Relation::New => unit.add_version(id, &file.content, &reach).await?,
        };
        let stored = StoredVersion {
            id: version,
            file: id,
            path: file.path.clone(),
            name_date: file.name_date,
            finished: file.finished(),
            length: file.content.len() as u64,
            reach,
        };
        match versions.iter_mut().find(|known| known.id == version) {
            Some(known) => {
                // A half line that was taken is taken back, and what it has become may be no event, or one of another day.
                if file.ended_half() {
                    affected.extend(days(known.reach.days));
                }
                *known = stored;
            }
            None => versions.push(stored),
        }
        for version in versions.iter_mut().filter(|version| version.file == id) {
            version.finished = file.finished();
            if file.was_finished.is_some_and(|before| before != file.finished()) {
                affected.extend(days(version.reach.days));
            }
        }
        self.store_anomalies(unit, id, file, present).await?;
        Ok(version)
    }

    async fn store_anomalies(
        &self,
        unit: &mut dyn IngestUnit,
        id: atelier_domain::ids::LogFileId,
        file: &Prepared,
        present: &ParsedLog<'_>,
    ) -> StoreResult<()> {
        if let Some(kind) = file.anomaly {
            let message = match kind {
                AnomalyKind::FileTruncated => "The file became shorter; what was read of it is kept.",
                _ => "The file's bytes changed where it had been read; both contents are kept.",
            };
            unit.save_file_anomaly(id, kind, file.read_at, None, message).await?;
        }
        match present.rejects.first() {
            Some(first) => {
                let count = present.rejects.len();
                let message = format!("{count} line(s) could not be read; the first: {}.", first.reason);
                let at = file_instant(self.zone, file, present);
                unit.save_file_anomaly(id, AnomalyKind::RejectedLines, at, Some(first.number), &message).await
            }
            None if file.was_finished.is_some() => unit.drop_file_anomaly(id, AnomalyKind::RejectedLines).await,
            None => Ok(()),
        }
    }
}

/// What a file's new content is to the one before it, if it did not simply grow.
fn change(before: &[u8], now: &[u8]) -> Option<AnomalyKind> {
    if now.starts_with(before) {
        None
    } else if before.starts_with(now) {
        Some(AnomalyKind::FileTruncated)
    } else {
        Some(AnomalyKind::FileRewritten)
    }
}

/// When what a file holds happened: its first event, else the start of the day in its name, else when it was read.
fn file_instant(zone: PlantZone, file: &Prepared, log: &ParsedLog<'_>) -> Instant {
    let first = log.lines.first().map(|line| line.at);
    first.or_else(|| file.name_date.map(|date| zone.start_of(ProductionDay(date)))).unwrap_or(file.read_at)
}

fn days(reach: Option<(ProductionDay, ProductionDay)>) -> impl Iterator<Item = ProductionDay> {
    let (from, to) = reach.unzip();
    std::iter::successors(from, |day| Some(day.next())).take_while(move |day| to.is_some_and(|to| *day <= to))
}

//! Derives the sessions that a step's lines touch, and follows their effect as far as it goes.

use super::Ingest;
use super::commit::Fresh;
use super::reach::close;
use crate::ports::ingest_store::{IngestUnit, SessionWritten, StoredVersion};
use crate::ports::log_format::ParsedLog;
use crate::ports::store_error::StoreResult;
use atelier_domain::ids::LogFileId;
use atelier_domain::session::{Derived, Session, SessionStatus, fold};
use atelier_domain::stream::Version;
use atelier_domain::time::{Instant, ProductionDay};
use chrono::Days;
use std::collections::{BTreeSet, HashSet};
use std::ops::RangeInclusive;

/// Affected days with at most so many others between them are derived in one go.
const GAP: Days = Days::new(3);

type Stretch = RangeInclusive<ProductionDay>;

impl Ingest {
    /// Derives the `affected` days again, and those after them that the changed state of the stream reaches.
    pub(super) async fn derive(
        &self,
        unit: &mut dyn IngestUnit,
        versions: &[StoredVersion],
        fresh: &Fresh<'_>,
        mut affected: BTreeSet<ProductionDay>,
        now: Instant,
    ) -> StoreResult<Vec<SessionWritten>> {
        let straddles: Vec<_> = versions.iter().flat_map(|version| version.reach.straddles.iter().copied()).collect();
        let unfinished: HashSet<LogFileId> =
            versions.iter().filter(|version| !version.finished).map(|version| version.file).collect();
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut sessions: Vec<Session> = Vec::new();
        while let Some(stretch) = next_stretch(&mut affected, &straddles) {
            let carry = unit.carry_before(*stretch.start()).await?;
            let after = stretch.end().next();
            let fed = unit.carry_before(after).await?;
            let next = unit.next_day(*stretch.end()).await?;
            let goes_on = next.is_some()
                || !affected.is_empty()
                || versions.iter().any(|version| version.reach.days.is_some_and(|(_, last)| last > *stretch.end()));
            let status = |day: &atelier_domain::session::Day| {
                let over = now >= self.zone.day(day.day()).end();
                let finished = !day.files().iter().any(|file| unfinished.contains(file));
                if over && finished { SessionStatus::Complete } else { SessionStatus::Open }
            };
            let derived = self.fold_stretch(unit, versions, fresh, &stretch, carry.clone(), goes_on, status).await?;
            unit.save_carries(stretch.clone(), &derived.carries).await?;
            let left = derived.carries.values().next_back().unwrap_or(&carry);
            if *left != fed
                && let Some(next) = next
            {
                affected.insert(next);
            }
            stretches.push(stretch);
            sessions.extend(derived.sessions);
        }
        if stretches.is_empty() {
            return Ok(Vec::new());
        }
        unit.save_sessions(&stretches, sessions, now).await
    }

    #[expect(clippy::too_many_arguments, reason = "what a stretch depends on, each once")]
    async fn fold_stretch(
        &self,
        unit: &mut dyn IngestUnit,
        versions: &[StoredVersion],
        fresh: &Fresh<'_>,
        stretch: &Stretch,
        carry: atelier_domain::session::Carry,
        goes_on: bool,
        status: impl Fn(&atelier_domain::session::Day) -> SessionStatus,
    ) -> StoreResult<Derived> {
        let (from, to) = (stretch.start().previous(), stretch.end().next());
        let near =
            |version: &&StoredVersion| version.reach.days.is_some_and(|(first, last)| first <= to && from <= last);
        let mut contents = Vec::new();
        for version in versions.iter().filter(near).filter(|version| !fresh.contains_key(&version.id)) {
            contents.push((version, unit.content(version.id).await?));
        }
        let read: Vec<(&StoredVersion, &[u8], ParsedLog<'_>)> = contents
            .iter()
            .map(|(version, bytes)| {
                let log = self.format.parse(bytes, self.zone, version.name_date, version.finished);
                (*version, bytes.as_slice(), log)
            })
            .collect();
        let known = read.iter().map(|(version, bytes, log)| as_version(version, bytes, log));
        let new = versions.iter().filter(near).filter_map(|version| {
            let (bytes, log) = fresh.get(&version.id)?;
            Some(as_version(version, bytes, log))
        });
        let all: Vec<Version<'_>> = known.chain(new).collect();
        Ok(fold(self.zone, stretch.clone(), carry, &all, goes_on, status))
    }
}

fn as_version<'a>(stored: &'a StoredVersion, bytes: &'a [u8], log: &'a ParsedLog<'_>) -> Version<'a> {
    Version {
        id: stored.id,
        file: stored.file,
        name_date: stored.name_date,
        path: &stored.path,
        bytes,
        lines: &log.lines,
        half_line: log.half_line.as_deref(),
        rejects: &log.rejects,
    }
}

/// Takes the first closed stretch of days from `affected`.
fn next_stretch(
    affected: &mut BTreeSet<ProductionDay>,
    straddles: &[(ProductionDay, ProductionDay)],
) -> Option<Stretch> {
    let first = affected.pop_first()?;
    let mut stretch = close(first..=first, straddles);
    while let Some(next) = affected.first().copied() {
        let reachable = stretch.end().0.checked_add_days(GAP).is_none_or(|reach| next.0 <= reach);
        if !reachable {
            break;
        }
        affected.pop_first();
        stretch = close(*stretch.start()..=next.max(*stretch.end()), straddles);
    }
    Some(stretch)
}

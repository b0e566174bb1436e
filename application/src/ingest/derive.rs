//! Derives the sessions that a step's lines touch, and follows their effect as far as it goes.

use super::Ingest;
use super::commit::Fresh;
use super::flow::{Course, Next, Reading};
use super::frozen::Frozen;
use super::learning::{Learning, assess_whole};
use super::reach::close;
use crate::ports::ingest_store::{Begun, IngestUnit, SessionWritten, StoredVersion};
use crate::ports::log_format::ParsedLog;
use crate::ports::store_error::StoreResult;
use atelier_domain::ids::LogFileId;
use atelier_domain::interval::Interval;
use atelier_domain::session::{
    Assessment, Carry, Cycles, Day, Derived, Details, Inputs, Keep, Session, SessionStatus, SpreadBuilder, Walk,
    Walked, assessment_anomaly, fold, session_anomalies,
};
use atelier_domain::stream::{Placed, Version};
use atelier_domain::time::{Instant, PlantZone, ProductionDay};
use chrono::Days;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Affected days with at most so many others between them are derived in one go.
const GAP: Days = Days::new(3);

type Stretch = RangeInclusive<ProductionDay>;

/// What tells whether a session is complete.
struct Completeness {
    zone: PlantZone,
    unfinished: HashSet<LogFileId>,
    now: Instant,
}

impl Completeness {
    fn of(&self, day: &Day) -> SessionStatus {
        let over = self.now >= self.zone.day(day.day()).end();
        let finished = !day.files().iter().any(|file| self.unfinished.contains(file));
        if over && finished { SessionStatus::Complete } else { SessionStatus::Open }
    }
}

/// What a stretch depends on beside its lines.
struct Known<'a> {
    inputs: &'a Inputs,
    goes_on: bool,
    completeness: &'a Completeness,
}

/// Sessions in memory that are still to be written.
#[derive(Default)]
struct Waiting {
    stretches: Vec<Stretch>,
    sessions: Vec<(Session, Details, Assessment)>,
}

impl Waiting {
    async fn write(self, unit: &mut dyn IngestUnit, now: Instant) -> StoreResult<Vec<SessionWritten>> {
        if self.stretches.is_empty() {
            return Ok(Vec::new());
        }
        let (mut sessions, mut all) = (Vec::new(), Vec::new());
        for (session, details, assessment) in self.sessions {
            all.push((session.day, details));
            sessions.push(Begun { session: Arc::new(session), assessment: Some(assessment) });
        }
        unit.begin_sessions(&self.stretches, sessions, now).await?;
        unit.add_details(all).await?;
        unit.end_sessions(BTreeMap::new()).await
    }
}

/// What days are derived from.
pub(crate) struct Basis<'a> {
    pub(crate) versions: &'a [StoredVersion],
    /// Days that stay as they are.
    pub(crate) frozen: &'a Frozen,
    /// Contents that are in memory already.
    pub(crate) fresh: &'a Fresh<'a>,
    pub(crate) now: Instant,
    /// Up to here it is known that nothing more came, should the store not know yet.
    pub(crate) known_until: Option<Instant>,
}

impl Ingest {
    /// Derives the `affected` days again, and those after them that the changed state of the stream, or what they learned,
    /// reaches.
    pub(crate) async fn derive(
        &self,
        unit: &mut dyn IngestUnit,
        basis: Basis<'_>,
        mut affected: BTreeSet<ProductionDay>,
    ) -> StoreResult<Vec<SessionWritten>> {
        let Basis { versions, frozen, fresh, now, known_until } = basis;
        let mut inputs = unit.inputs().await?;
        if let Some(watched) = &mut inputs.watched {
            watched.until = watched.until.max(known_until.unwrap_or(watched.until));
        }
        let mut learning = Learning::default();
        let counted = counted(versions);
        let versions = counted.as_ref();
        let straddles: Vec<_> = versions.iter().flat_map(|version| version.reach.straddles.iter().copied()).collect();
        let unfinished = versions.iter().filter(|version| !version.finished).map(|version| version.file).collect();
        let completeness = Completeness { zone: self.zone, unfinished, now };
        let mut waiting = Waiting::default();
        let mut written = Vec::new();
        affected.retain(|day| !frozen.holds(*day));
        // What is left of a stretch between frozen days.
        let mut parts_left: VecDeque<Stretch> = VecDeque::new();
        loop {
            let Some(stretch) = parts_left.pop_front() else {
                let Some(stretch) = next_stretch(&mut affected, &straddles) else { break };
                parts_left.extend(frozen.cut(&stretch));
                continue;
            };
            let carry = unit.carry_before(*stretch.start()).await?;
            let fed = unit.carry_before(stretch.end().next()).await?;
            let next = unit.next_day(*stretch.end()).await?;
            let goes_on = next.is_some()
                || !affected.is_empty()
                || !parts_left.is_empty()
                || versions.iter().any(|version| version.reach.days.is_some_and(|(_, last)| last > *stretch.end()));
            let near = near(versions, &stretch);
            learning.look_back(unit, &stretch).await?;
            let known = Known { inputs: &inputs, goes_on, completeness: &completeness };
            let left = if near.iter().map(|version| version.length).sum::<u64>() > self.room.contents as u64 {
                // What it writes may point to what is still waiting.
                written.extend(std::mem::take(&mut waiting).write(unit, now).await?);
                let parts = parts(&stretch, &straddles);
                let (left, more) = self.derive_flowing(unit, near, &parts, carry, &known, &mut learning).await?;
                written.extend(more);
                left
            } else {
                let derived = self.fold_stretch(unit, near, fresh, &stretch, &carry, &known).await?;
                unit.save_carries(stretch.clone(), &derived.carries).await?;
                waiting.stretches.push(stretch.clone());
                waiting.sessions.extend(derived.sessions.into_iter().map(|(session, mut details)| {
                    let assessment = assess_whole(&mut learning, self.zone, &inputs, &session, &mut details);
                    (session, details, assessment)
                }));
                derived.carries.into_values().next_back().unwrap_or(carry)
            };
            let reached = learning.reached(unit, &stretch).await?;
            affected.extend(reached.into_iter().filter(|day| !frozen.holds(*day)));
            if left != fed {
                // Days without lines take the state over and hand it on as it is.
                let reached = unit.idle_days(*stretch.end(), next).await?.into_iter().chain(next);
                let elsewhere =
                    |day: &ProductionDay| frozen.holds(*day) || parts_left.iter().any(|part| part.contains(day));
                affected.extend(reached.filter(|day| !elsewhere(day)));
            }
        }
        written.extend(waiting.write(unit, now).await?);
        Ok(written)
    }

    async fn fold_stretch(
        &self,
        unit: &mut dyn IngestUnit,
        near: Vec<&StoredVersion>,
        fresh: &Fresh<'_>,
        stretch: &Stretch,
        carry: &Carry,
        known: &Known<'_>,
    ) -> StoreResult<Derived> {
        let mut contents = Vec::new();
        for version in near.iter().filter(|version| !fresh.contains_key(&version.id)) {
            contents.push((*version, unit.content(version.id).await?));
        }
        let read: Vec<(&StoredVersion, &[u8], ParsedLog<'_>)> = contents
            .iter()
            .map(|(version, bytes)| {
                let log = self.format.parse(bytes, self.zone, version.name_date, version.finished);
                (*version, bytes.as_slice(), log)
            })
            .collect();
        let stored = read.iter().map(|(version, bytes, log)| as_version(version, bytes, log));
        let new = near.iter().filter_map(|version| {
            let (bytes, log) = fresh.get(&version.id)?;
            Some(as_version(version, bytes, log))
        });
        let all: Vec<Version<'_>> = stored.chain(new).collect();
        let Known { inputs, goes_on, completeness } = known;
        Ok(fold(self.zone, stretch.clone(), carry.clone(), &all, inputs, *goes_on, |day| completeness.of(day)))
    }

    /// Derives a stretch, given in parts, out of the stored bytes, walking twice along it: its lines are never in memory
    /// together. Gives the state after it.
    async fn derive_flowing(
        &self,
        unit: &mut dyn IngestUnit,
        near: Vec<&StoredVersion>,
        parts: &[Stretch],
        mut carry: Carry,
        known: &Known<'_>,
        learning: &mut Learning,
    ) -> StoreResult<(Carry, Vec<SessionWritten>)> {
        let Known { inputs, goes_on, completeness } = known;
        let reading = Reading { format: self.format.as_ref(), zone: self.zone, block: self.room.block };
        let course = Course::survey(reading, unit, near).await?;
        let (mut ahead, mut behind) = (course.stream(), course.stream());
        let mut written = Vec::new();
        for part in parts {
            let from = self.zone.start_of(*part.start());
            let until = self.zone.day(*part.end()).end();
            let mut walk = Walk::new(self.zone, Keep::Figures, carry.clone(), inputs);
            let more = loop {
                match ahead.next(unit, until).await? {
                    Next::Line(placed, line, source) if within(placed, from, until) => walk.step(placed, &line, source),
                    Next::Line(..) => {}
                    Next::Later => break true,
                    Next::End => break false,
                }
            };
            let Walked { sessions, carries, last } =
                walk.finish(part.clone(), more || *goes_on, |day| completeness.of(day));
            unit.save_carries(part.clone(), &carries).await?;

            let sessions: Vec<Arc<Session>> = sessions.into_iter().map(|(session, _)| Arc::new(session)).collect();
            let mut cycles: BTreeMap<_, _> =
                sessions.iter().map(|session| (session.day, Cycles::new(session))).collect();
            let mut spreads: BTreeMap<ProductionDay, SpreadBuilder> = BTreeMap::new();
            let begun = sessions.iter().map(|session| Begun { session: Arc::clone(session), assessment: None });
            unit.begin_sessions(std::slice::from_ref(part), begun.collect(), completeness.now).await?;
            let mut walk = Walk::new(self.zone, Keep::Details, carry, inputs);
            let mut lines = 0;
            while let Next::Line(placed, line, source) = behind.next(unit, until).await? {
                if !within(placed, from, until) {
                    continue;
                }
                walk.step(placed, &line, source);
                lines += 1;
                if lines % self.room.lines == 0 {
                    unit.add_details(with_cycles(walk.take(), &mut cycles, &mut spreads)).await?;
                }
            }
            unit.add_details(with_cycles(walk.rest(), &mut cycles, &mut spreads)).await?;
            let mut assessments = BTreeMap::new();
            for session in &sessions {
                let spread = spreads.remove(&session.day).unwrap_or_default().build();
                let assessment = learning.assess(session, self.zone, inputs, spread);
                let mut anomalies = session_anomalies(session).chain(assessment_anomaly(session, &assessment.trs));
                assessments.insert(session.day, assessment);
                loop {
                    let anomalies: Vec<_> = anomalies.by_ref().take(self.room.lines).collect();
                    if anomalies.is_empty() {
                        break;
                    }
                    unit.add_details(vec![(session.day, Details { anomalies, ..Details::default() })]).await?;
                }
            }
            written.extend(unit.end_sessions(assessments).await?);
            ahead.forget();
            behind.forget();
            carry = last;
        }
        Ok((carry, written))
    }
}

/// Whether a line whose effective time lies before `until` belongs to the days from `from` on. Beside frozen days its own time
/// may lie elsewhere.
fn within(placed: Placed, from: Instant, until: Instant) -> bool {
    placed.effective >= from && Interval::new(from, until).contains(placed.at)
}

/// The versions with lines on a stretch or beside it, rejected ones too.
fn near<'v>(versions: &'v [StoredVersion], stretch: &Stretch) -> Vec<&'v StoredVersion> {
    let (from, to) = (stretch.start().previous(), stretch.end().next());
    let near = |version: &&StoredVersion| {
        let reach = &version.reach;
        reach.days.is_some_and(|(first, last)| first <= to && from <= last)
            || reach.rejected.iter().any(|day| stretch.contains(day))
    };
    versions.iter().filter(|version| !version.removed).filter(near).collect()
}

fn with_cycles(
    mut details: Vec<(ProductionDay, Details)>,
    cycles: &mut BTreeMap<ProductionDay, Cycles>,
    spreads: &mut BTreeMap<ProductionDay, SpreadBuilder>,
) -> Vec<(ProductionDay, Details)> {
    for (day, details) in &mut details {
        if let Some(cycles) = cycles.get_mut(day) {
            cycles.set(&mut details.pieces);
            spreads.entry(*day).or_default().add(&details.pieces);
        }
    }
    details
}

/// A stretch in closed parts, each as short as it can be.
fn parts(stretch: &Stretch, straddles: &[(ProductionDay, ProductionDay)]) -> Vec<Stretch> {
    let mut parts = Vec::new();
    let mut day = *stretch.start();
    while day <= *stretch.end() {
        let part = close(day..=day, straddles);
        let end = (*part.end()).min(*stretch.end());
        parts.push(day..=end);
        if end.next() == end {
            break;
        }
        day = end.next();
    }
    parts
}

/// The contents that count: those that nobody set aside.
fn counted(versions: &[StoredVersion]) -> Cow<'_, [StoredVersion]> {
    if versions.iter().all(|version| !version.excluded) {
        return Cow::Borrowed(versions);
    }
    Cow::Owned(versions.iter().filter(|version| !version.excluded).cloned().collect())
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

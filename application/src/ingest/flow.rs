//! The lines of versions that do not fit into memory, as one stream out of the stored bytes.

use crate::ports::ingest_store::{IngestUnit, StoredVersion};
use crate::ports::log_format::{LogFormat, LogItem, LogReader};
use crate::ports::store_error::StoreResult;
use atelier_domain::event::{Line, Source};
use atelier_domain::stream::{Confluence, Flow, Placed, Survey, begins, begins_reject};
use atelier_domain::time::{Instant, PlantZone};
use std::cmp::Ordering;

/// How stored bytes are read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) format: &'a dyn LogFormat,
    pub(super) zone: PlantZone,
    pub(super) block: usize,
}

/// Versions and their order.
pub(super) struct Course<'a> {
    reading: Reading<'a>,
    versions: Vec<&'a StoredVersion>,
    surveys: Vec<Survey>,
    /// Whether the last line of each is a half line that is not taken.
    dropped: Vec<bool>,
    ranked: Vec<usize>,
}

impl<'a> Course<'a> {
    /// Reads all versions once, to learn how they lie to each other.
    pub(super) async fn survey(
        reading: Reading<'a>,
        unit: &mut dyn IngestUnit,
        versions: Vec<&'a StoredVersion>,
    ) -> StoreResult<Self> {
        let mut surveys = Vec::with_capacity(versions.len());
        let mut halves: Vec<Option<String>> = Vec::with_capacity(versions.len());
        for version in &versions {
            let mut survey = Survey::default();
            let half = read_all(reading, unit, version, |item, _| {
                if let LogItem::Event(line) = item {
                    survey.see(&line);
                }
            });
            halves.push(half.await?);
            surveys.push(survey);
        }
        let dropped = dropped(reading, unit, &versions, &halves).await?;
        for (index, version) in versions.iter().enumerate().filter(|(index, _)| dropped.get(*index) == Some(&true)) {
            let mut survey = Survey::default();
            read_all(reading, unit, version, |item, is_half| {
                if let (LogItem::Event(line), false) = (item, is_half) {
                    survey.see(&line);
                }
            })
            .await?;
            if let Some(known) = surveys.get_mut(index) {
                // A half line that is not taken still tells which lines may be shared, and where the version stands.
                survey.first = known.first.filter(|_| survey.lines > 0);
                survey.span = known.span.filter(|_| survey.lines > 0);
                *known = survey;
            }
        }
        let ranked = rank(reading, unit, &versions, &surveys).await?;
        Ok(Self { reading, versions, surveys, dropped, ranked })
    }

    /// The stream, from its beginning.
    pub(super) fn stream(&self) -> Stream<'_> {
        let branch = |version: &&'a StoredVersion| Branch {
            reader: Some(self.reading.format.reader(self.reading.zone, version.name_date)),
            at: 0,
        };
        Stream {
            course: self,
            confluence: Confluence::new(&self.ranked, &self.surveys),
            branches: self.versions.iter().map(branch).collect(),
        }
    }
}

/// What comes next out of a stream.
pub(super) enum Next {
    Line(Placed, Line<'static>, Source),
    /// There is more, but later.
    Later,
    End,
}

struct Branch {
    /// Nothing once the version was read to its end.
    reader: Option<Box<dyn LogReader>>,
    at: u64,
}

/// Lines on their way.
pub(super) struct Stream<'c> {
    course: &'c Course<'c>,
    confluence: Confluence,
    branches: Vec<Branch>,
}

impl Stream<'_> {
    /// The next line whose effective time lies before `until`.
    pub(super) async fn next(&mut self, unit: &mut dyn IngestUnit, until: Instant) -> StoreResult<Next> {
        loop {
            match self.confluence.next(until) {
                Flow::Later => return Ok(Next::Later),
                Flow::End => return Ok(Next::End),
                Flow::Wants(version) => {
                    let lines = self.read(unit, version).await?;
                    self.confluence.feed(version, lines);
                }
                Flow::Line(placed, line) => {
                    let Some(version) = self.course.versions.get(placed.version) else { continue };
                    let source = Source { file: version.file, version: version.id, line: line.number };
                    return Ok(Next::Line(placed, line, source));
                }
            }
        }
    }

    /// Lets go of what was remembered of the lines so far: no later one can be the same as any of them.
    pub(super) fn forget(&mut self) {
        self.confluence.forget();
    }

    /// The next lines of a version; none at its end.
    async fn read(&mut self, unit: &mut dyn IngestUnit, index: usize) -> StoreResult<Vec<Line<'static>>> {
        let mut lines = Vec::new();
        let (Some(branch), Some(version)) = (self.branches.get_mut(index), self.course.versions.get(index)) else {
            return Ok(lines);
        };
        while let Some(mut reader) = branch.reader.take() {
            let block = unit.read_content(version.id, branch.at, self.course.reading.block).await?;
            if block.is_empty() {
                if version.finished && self.course.dropped.get(index) != Some(&true) {
                    reader.finish(&mut |item| keep(&mut lines, item));
                }
                break;
            }
            branch.at += block.len() as u64;
            reader.feed(&block, &mut |item| keep(&mut lines, item));
            branch.reader = Some(reader);
            if !lines.is_empty() {
                break;
            }
        }
        Ok(lines)
    }
}

/// Reads a version to its end, and hands out its lines and whether each is a half line; gives that line's text, if it has
/// one that is an event.
async fn read_all(
    reading: Reading<'_>,
    unit: &mut dyn IngestUnit,
    version: &StoredVersion,
    mut sink: impl FnMut(LogItem<'_>, bool) + Send,
) -> StoreResult<Option<String>> {
    let mut reader = reading.format.reader(reading.zone, version.name_date);
    let mut at = 0;
    loop {
        let block = unit.read_content(version.id, at, reading.block).await?;
        if block.is_empty() {
            break;
        }
        at += block.len() as u64;
        reader.feed(&block, &mut |item| sink(item, false));
    }
    if !version.finished {
        return Ok(None);
    }
    let (_, _, half) = reader.finish(&mut |item| sink(item, true));
    Ok(half)
}

/// For each version, whether its half line begins a line of another one, and so is none.
async fn dropped(
    reading: Reading<'_>,
    unit: &mut dyn IngestUnit,
    versions: &[&StoredVersion],
    halves: &[Option<String>],
) -> StoreResult<Vec<bool>> {
    let mut dropped = vec![false; versions.len()];
    if halves.iter().all(Option::is_none) {
        return Ok(dropped);
    }
    for (index, version) in versions.iter().enumerate() {
        let others = || halves.iter().enumerate().filter(move |(other, _)| *other != index);
        if others().all(|(_, half)| half.is_none()) {
            continue;
        }
        let mut found = vec![false; versions.len()];
        let check = |item: LogItem<'_>, is_half: bool| {
            for (other, half) in others() {
                let Some(half) = half else { continue };
                let proof = match &item {
                    LogItem::Event(line) => begins(half, &line.text, is_half),
                    LogItem::Reject(reject) => begins_reject(half, &reject.text),
                };
                if let (true, Some(found)) = (proof, found.get_mut(other)) {
                    *found = true;
                }
            }
        };
        read_all(reading, unit, version, check).await?;
        dropped.iter_mut().zip(found).for_each(|(dropped, found)| *dropped |= found);
    }
    Ok(dropped)
}

/// The places of the versions, in the order in which lines of the same instant flow.
async fn rank(
    reading: Reading<'_>,
    unit: &mut dyn IngestUnit,
    versions: &[&StoredVersion],
    surveys: &[Survey],
) -> StoreResult<Vec<usize>> {
    let key = |index: usize| {
        let (version, survey) = (versions.get(index)?, surveys.get(index)?);
        Some((version.name_date.or(survey.first_date), survey.first, version.path.as_str()))
    };
    let mut ranked: Vec<usize> = (0..versions.len()).collect();
    ranked.sort_by_key(|index| key(*index));
    // Of contents that are alike in all that, the bytes decide; there are few of them.
    for sorted in 1..ranked.len() {
        let mut place = sorted;
        while let (Some(before), Some(here)) = (place.checked_sub(1), ranked.get(place).copied()) {
            let Some(other) = ranked.get(before).copied().filter(|other| key(*other) == key(here)) else { break };
            let (Some(one), Some(two)) = (versions.get(other), versions.get(here)) else { break };
            if compare(reading, unit, one, two).await? != Ordering::Greater {
                break;
            }
            ranked.swap(before, place);
            place = before;
        }
    }
    Ok(ranked)
}

async fn compare(
    reading: Reading<'_>,
    unit: &mut dyn IngestUnit,
    one: &StoredVersion,
    other: &StoredVersion,
) -> StoreResult<Ordering> {
    let mut at = 0;
    loop {
        let here = unit.read_content(one.id, at, reading.block).await?;
        let there = unit.read_content(other.id, at, reading.block).await?;
        if here != there || here.is_empty() {
            return Ok(here.cmp(&there));
        }
        at += here.len() as u64;
    }
}

fn keep(lines: &mut Vec<Line<'static>>, item: LogItem<'_>) {
    if let LogItem::Event(line) = item {
        lines.push(line.into_owned());
    }
}

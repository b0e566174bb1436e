//! One production day while its lines come in.

use super::{
    Job, JobKey, LoggedWait, OpenStop, Piece, Session, SessionStatus, StopPeriod, WaitPeriod, stop_set, wait_set,
};
use crate::anomaly::{AnomalyKind, SessionAnomaly};
use crate::event::{Event, JobProfile, Line, Source};
use crate::ids::LogFileId;
use crate::interval::{Interval, IntervalSet};
use crate::kpi::observed::ObservedProduction;
use crate::time::{Instant, ProductionDay};
use std::collections::{BTreeMap, BTreeSet};

/// The lines of one production day, gathered.
#[derive(Debug, Clone)]
pub struct Day {
    date: ProductionDay,
    bounds: Interval,
    /// All files that hold a line of it.
    pub(super) files: BTreeSet<LogFileId>,
    events: u32,
    other_events: BTreeMap<String, u32>,
    first_event: Option<Instant>,
    last_event: Option<Instant>,
    first_start: Option<Instant>,
    last_stop: Option<Instant>,
    pieces: Vec<Piece>,
    jobs: Vec<Job>,
    anomalies: Vec<SessionAnomaly>,
}

impl Day {
    pub(super) fn new(day: ProductionDay, bounds: Interval) -> Self {
        Self {
            date: day,
            bounds,
            files: BTreeSet::new(),
            events: 0,
            other_events: BTreeMap::new(),
            first_event: None,
            last_event: None,
            first_start: None,
            last_stop: None,
            pieces: Vec::new(),
            jobs: Vec::new(),
            anomalies: Vec::new(),
        }
    }

    /// Which day.
    pub fn day(&self) -> ProductionDay {
        self.date
    }

    /// All files that hold a line of it.
    pub fn files(&self) -> &BTreeSet<LogFileId> {
        &self.files
    }

    /// Counts a line of any kind; `before` is the instant of the line before it in the stream.
    pub(super) fn see(&mut self, line: &Line<'_>, source: Source, before: Option<Instant>) {
        self.events += 1;
        self.first_event = Some(self.first_event.map_or(line.at, |first| first.min(line.at)));
        self.last_event = Some(self.last_event.map_or(line.at, |last| last.max(line.at)));
        match &line.event {
            Event::Start => self.first_start = Some(self.first_start.map_or(line.at, |first| first.min(line.at))),
            Event::Stop => self.last_stop = Some(self.last_stop.map_or(line.at, |last| last.max(line.at))),
            Event::Other { name } => match self.other_events.get_mut(name.as_ref()) {
                Some(count) => *count += 1,
                None => drop(self.other_events.insert(name.clone().into_owned(), 1)),
            },
            _ => {}
        }
        if let Some(before) = before.filter(|before| line.at < *before) {
            let seconds = (before - line.at).seconds();
            self.anomaly(
                AnomalyKind::ClockWentBack,
                line.at,
                source,
                format!("The clock went back by {seconds} s from the line before."),
            );
        }
    }

    pub(super) fn piece(
        &mut self,
        at: Instant,
        details: Option<&str>,
        job: Option<JobKey>,
        stopped: bool,
        source: Source,
    ) {
        let number = self.pieces.len() as u32 + 1;
        if stopped {
            self.anomaly(
                AnomalyKind::PieceWhileStopped,
                at,
                source,
                format!("Piece {number} was finished while the machine was stopped."),
            );
        }
        if let Some(job) = job.filter(|job| job.day == self.date)
            && let Some(job) = self.jobs.get_mut(job.number as usize - 1)
        {
            job.pieces += 1;
        }
        self.pieces.push(Piece { number, at, details: details.map(str::to_owned), job, cycle: None, source });
    }

    /// Adds a bar and gives its number.
    pub(super) fn job(&mut self, profile: &JobProfile<'_>, at: Instant, source: Source) -> u32 {
        let number = self.jobs.len() as u32 + 1;
        self.jobs.push(Job {
            number,
            reference: profile.reference.clone().into_owned(),
            length_mm: profile.length_mm,
            colour: profile.colour.as_deref().map(str::to_owned),
            started_at: at,
            pieces: 0,
            source,
        });
        number
    }

    fn anomaly(&mut self, kind: AnomalyKind, at: Instant, source: Source, message: String) {
        self.anomalies.push(SessionAnomaly { kind, at, source: Some(source), message });
    }

    /// The session, or nothing when no line of it stayed. `stops` are those of the stream, `ongoing` the one that no start
    /// has ended.
    pub(super) fn finish(
        mut self,
        status: SessionStatus,
        stops: impl Iterator<Item = (Interval, OpenStop)>,
        waits: &[LoggedWait],
        ongoing: Option<OpenStop>,
    ) -> Option<Session> {
        let (first_event, last_event) = (self.first_event?, self.last_event?);
        let window = Interval::new(first_event, last_event);
        let ongoing = ongoing.filter(|_| status == SessionStatus::Open);
        let stops = clip_stops(stops, window, ongoing);
        let mut waits: Vec<WaitPeriod> = waits
            .iter()
            .filter_map(|wait| Some(WaitPeriod { interval: wait.interval.clip(self.bounds)?, source: wait.source }))
            .collect();
        waits.sort_by_key(|wait| wait.interval.start());
        let (stop_set, wait_set) = (stop_set(&stops), wait_set(&waits));
        for wait in &waits {
            if !stop_set.clip(wait.interval).is_empty() {
                let message = "A wait overlaps a stop; the stop counts.".to_owned();
                self.anomaly(AnomalyKind::WaitOverlapsStop, wait.interval.start(), wait.source, message);
            }
        }
        if self.pieces.is_empty() && status == SessionStatus::Complete {
            let message = "No piece was finished on this day.".to_owned();
            self.anomalies.push(SessionAnomaly { kind: AnomalyKind::NoPieces, at: first_event, source: None, message });
        }
        self.anomalies.sort_by_key(|anomaly| (anomaly.at, anomaly.kind, anomaly.source));
        set_cycles(&mut self.pieces, &stop_set.union(&wait_set));
        let first_piece = self.pieces.iter().map(|piece| piece.at).min();
        let last_piece = self.pieces.iter().map(|piece| piece.at).max();
        let span = first_piece.zip(last_piece).map(|(first, last)| Interval::new(first, last));
        Some(Session {
            day: self.date,
            status,
            events: self.events,
            other_events: self.other_events,
            first_event,
            last_event,
            first_piece,
            last_piece,
            first_start: self.first_start,
            last_stop: self.last_stop,
            observed: ObservedProduction::new(self.pieces.len() as u32, span, &stop_set, &wait_set),
            pieces: self.pieces,
            jobs: self.jobs,
            waits,
            stops,
            anomalies: self.anomalies,
            files: self.files,
        })
    }
}

fn clip_stops(
    stops: impl Iterator<Item = (Interval, OpenStop)>,
    window: Interval,
    ongoing: Option<OpenStop>,
) -> Vec<StopPeriod> {
    let mut clipped: Vec<StopPeriod> = stops
        .filter(|(_, stop)| Some(*stop) != ongoing)
        .filter_map(|(interval, stop)| {
            let inside = interval.clip(window)?;
            Some(StopPeriod {
                start: inside.start(),
                end: Some(inside.end()),
                length: inside.length(),
                since: stop.since,
                source: stop.source,
            })
        })
        .collect();
    if let Some(stop) = ongoing {
        let start = stop.since.max(window.start());
        let length = (window.end() - start).at_least_zero();
        clipped.push(StopPeriod { start, end: None, length, since: stop.since, source: stop.source });
    }
    clipped.sort_by_key(|stop| stop.start);
    clipped
}

fn set_cycles(pieces: &mut [Piece], lost: &IntervalSet) {
    let mut before: Option<Instant> = None;
    for piece in pieces {
        piece.cycle = before.map(|before| {
            let gap = Interval::new(before, piece.at);
            gap.length() - lost.clip(gap).length()
        });
        before = Some(piece.at);
    }
}

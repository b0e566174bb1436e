//! One production day while its lines come in.

use super::{
    Details, Inputs, Job, JobKey, Keep, LoadedJob, OpenStop, Piece, Qualification, Session, SessionStatus, StopPeriod,
    WaitPeriod, stop_set, wait_set,
};
use crate::anomaly::{AnomalyKind, SessionAnomaly};
use crate::event::{Event, JobProfile, Line, Source};
use crate::ids::LogFileId;
use crate::interval::{Interval, IntervalSet};
use crate::kpi::observed::ObservedProduction;
use crate::kpi::tally::{Given, Tally};
use crate::time::{Instant, PlantZone, ProductionDay};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The lines of one production day, gathered.
#[derive(Debug, Clone)]
pub struct Day {
    date: ProductionDay,
    pub(super) bounds: Interval,
    /// All files that hold a line of it.
    pub(super) files: BTreeSet<LogFileId>,
    events: u32,
    other_events: BTreeMap<String, u32>,
    first_event: Option<Instant>,
    last_event: Option<Instant>,
    first_start: Option<Instant>,
    last_stop: Option<Instant>,
    first_piece: Option<Instant>,
    last_piece: Option<Instant>,
    /// How many there were so far, handed out or not.
    piece_count: u32,
    job_count: u32,
    tally: Tally,
    /// A day on which nothing came is a session all the same.
    pub(super) expected: bool,
    keep: Keep,
    /// Those that are kept and were not handed out.
    details: Details,
}

impl Day {
    pub(super) fn new(day: ProductionDay, bounds: Interval, keep: Keep) -> Self {
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
            first_piece: None,
            last_piece: None,
            piece_count: 0,
            job_count: 0,
            tally: Tally::default(),
            expected: false,
            keep,
            details: Details::default(),
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
        if let Some(before) = before.filter(|before| line.at < *before && self.keep != Keep::Figures) {
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
        given: Given,
        stopped: bool,
        source: Source,
    ) {
        self.piece_count += 1;
        let number = self.piece_count;
        self.first_piece = Some(self.first_piece.map_or(at, |first| first.min(at)));
        self.last_piece = Some(self.last_piece.map_or(at, |last| last.max(at)));
        if self.keep != Keep::Details {
            self.tally.add(at, given);
        }
        if self.keep == Keep::Figures {
            return;
        }
        if stopped {
            self.anomaly(
                AnomalyKind::PieceWhileStopped,
                at,
                source,
                format!("Piece {number} was finished while the machine was stopped."),
            );
        }
        if let Some(job) = job.filter(|job| job.day == self.date)
            && let Some(job) = self.details.jobs.iter_mut().rev().find(|known| known.number == job.number)
        {
            job.pieces += 1;
        }
        let details = details.map(str::to_owned);
        self.details.pieces.push(Piece { number, at, details, job, cycle: None, source });
    }

    /// Adds a bar and gives its number.
    pub(super) fn job(&mut self, profile: &JobProfile<'_>, at: Instant, source: Source) -> u32 {
        self.job_count += 1;
        if self.keep == Keep::Figures {
            return self.job_count;
        }
        self.details.jobs.push(Job {
            number: self.job_count,
            reference: profile.reference.clone().into_owned(),
            length_mm: profile.length_mm,
            colour: profile.colour.as_deref().map(str::to_owned),
            started_at: at,
            pieces: 0,
            source,
        });
        self.job_count
    }

    /// Takes what was gathered, but for the bar that more pieces may still come from.
    pub(super) fn take(&mut self, on_machine: Option<&LoadedJob>) -> Details {
        let mut taken = std::mem::take(&mut self.details);
        if let Some(LoadedJob { key: job, .. }) = on_machine.filter(|job| job.key.day == self.date)
            && let Some(index) = taken.jobs.iter().position(|known| known.number == job.number)
        {
            self.details.jobs.push(taken.jobs.remove(index));
        }
        taken
    }

    fn anomaly(&mut self, kind: AnomalyKind, at: Instant, source: Source, message: String) {
        self.details.anomalies.push(SessionAnomaly { kind, at, source: Some(source), message });
    }

    /// The session without its details, or nothing when no line of it stayed and none was expected. `stops` are those of the
    /// stream, `ongoing` the one that no start has ended, `waits` those of the day, clipped, by start.
    pub(super) fn finish(
        self,
        (zone, inputs): (PlantZone, &Inputs),
        status: SessionStatus,
        stops: impl Iterator<Item = (Interval, OpenStop)>,
        waits: Vec<WaitPeriod>,
        ongoing: Option<OpenStop>,
    ) -> Option<(Session, Details)> {
        if self.first_event.is_none() && !self.expected {
            return None;
        }
        let window = self.window(zone, inputs, status);
        let ongoing = ongoing.filter(|_| status == SessionStatus::Open);
        let stops: Vec<_> = stops.collect();
        let begun = stops.iter().map(|(_, stop)| stop.since).collect();
        let stops = clip_stops(stops, window, ongoing, |stop| inputs.reason_of(stop, self.bounds, &begun));
        let (stop_set, wait_set) = (stop_set(&stops), wait_set(&waits));
        let span = self.first_piece.zip(self.last_piece).map(|(first, last)| Interval::new(first, last));
        let session = Session {
            day: self.date,
            status,
            events: self.events,
            other_events: self.other_events,
            first_event: self.first_event,
            last_event: self.last_event,
            first_piece: self.first_piece,
            last_piece: self.last_piece,
            first_start: self.first_start,
            last_stop: self.last_stop,
            observed: ObservedProduction::new(self.piece_count, span, &stop_set, &wait_set),
            job_count: self.job_count,
            waits,
            stops,
            files: self.files,
            window,
            tally: self.tally,
        };
        Some((session, self.details))
    }

    /// From the earlier of opening and first event to the later of closing and last event; while the session is open, up to its
    /// last event.
    fn window(&self, zone: PlantZone, inputs: &Inputs, status: SessionStatus) -> Interval {
        let cut = match self.last_event {
            Some(last) if status == SessionStatus::Open => Interval::new(self.bounds.start(), last),
            _ => self.bounds,
        };
        let opening =
            inputs.calendars.hours(zone, self.date).map_or_else(IntervalSet::default, |hours| hours.opening.clip(cut));
        let (opening, closing) =
            (opening.parts().first().map(|part| part.start()), opening.parts().last().map(|part| part.end()));
        let start = [opening, self.first_event].into_iter().flatten().min();
        let end = [closing, self.last_event].into_iter().flatten().max();
        let start = start.unwrap_or(self.bounds.start());
        Interval::new(start, end.unwrap_or(start))
    }
}

fn clip_stops(
    stops: Vec<(Interval, OpenStop)>,
    window: Interval,
    ongoing: Option<OpenStop>,
    reason_of: impl Fn(Interval) -> Option<Arc<Qualification>>,
) -> Vec<StopPeriod> {
    let mut clipped: Vec<StopPeriod> = stops
        .into_iter()
        .filter(|(_, stop)| Some(*stop) != ongoing)
        .filter_map(|(interval, stop)| {
            let inside = interval.clip(window)?;
            Some(StopPeriod {
                start: inside.start(),
                end: Some(inside.end()),
                length: inside.length(),
                since: stop.since,
                source: stop.source,
                qualification: reason_of(interval),
            })
        })
        .collect();
    if let Some(stop) = ongoing {
        let start = stop.since.max(window.start());
        let length = (window.end() - start).at_least_zero();
        clipped.push(StopPeriod {
            start,
            end: None,
            length,
            since: stop.since,
            source: stop.source,
            qualification: reason_of(Interval::new(stop.since, Instant(i64::MAX))),
        });
    }
    clipped.sort_by_key(|stop| stop.start);
    clipped
}

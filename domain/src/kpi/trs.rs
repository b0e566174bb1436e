//! The TRS after NF E 60-182 (the OEE of ISO 22400-2) and the times it is made of.
//!
//! All of it adds up: the figures of several sessions are the sum of theirs, and every rate is a ratio of sums.

use super::reference_cycle::CycleSource;
use crate::units::Millis;
use std::collections::BTreeMap;

/// Whether scrap was declared, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QualitySource {
    /// People declared how many pieces were scrap.
    Declared,
    /// Nobody declared any: all pieces are taken for good.
    Assumed,
}

impl QualitySource {
    /// All of them, the surest first.
    pub const ALL: [Self; 2] = [Self::Declared, Self::Assumed];

    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declared => "DECLARED",
            Self::Assumed => "ASSUMED",
        }
    }
}

/// Where opening time comes from, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CalendarSource {
    /// A calendar says it.
    Configured,
    /// There is no calendar: it is the time from the first event to the last.
    Observed,
}

impl CalendarSource {
    /// All of them, the surest first.
    pub const ALL: [Self; 2] = [Self::Configured, Self::Observed];

    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configured => "CONFIGURED",
            Self::Observed => "OBSERVED",
        }
    }
}

/// Time lost to one cause, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lost {
    /// How long altogether.
    pub time: Millis,
    /// How often.
    pub occurrences: u32,
}

impl Lost {
    /// Adds another loss of the same cause.
    pub fn add(&mut self, other: Self) {
        self.time += other.time;
        self.occurrences = self.occurrences.saturating_add(other.occurrences);
    }
}

/// The times of the TRS over the production day of a session, or their sums over several sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Trs {
    /// Of how many sessions.
    pub sessions: u32,
    /// How many of them have no net time, for want of a reference cycle time of a piece.
    pub net_missing: u32,
    /// How many of them have no useful time, for want of one of a piece or of scrap.
    pub useful_missing: u32,
    /// TT, total time: the production day.
    pub total: Millis,
    /// TO, opening time: the calendar's opening hours; without a calendar from the first event to the last.
    pub opening: Millis,
    /// TR, required time: opening time less planned stops.
    pub required: Millis,
    /// TF, operating time: required time less unplanned stops and waits in it.
    pub operating: Millis,
    /// TN, net time, of the sessions that have it: the reference cycle times of the pieces finished in required time.
    pub net: Millis,
    /// TN − TU in milliseconds, of the sessions that have both: the reference cycle times of scrap.
    pub scrap_time: f64,
    /// Planned stops in opening time: how many.
    pub planned_stops: u32,
    /// Unplanned stops in required time.
    pub stops: Lost,
    /// The part of these that has a reason, by its code.
    pub reasons: BTreeMap<String, Lost>,
    /// Waits in required time and outside stops.
    pub waits: Lost,
    /// Operating time beyond net time, session by session.
    pub slow: Millis,
    /// Scrap's part of operating time in milliseconds, session by session: all of `scrap_time` unless that is longer.
    pub scrap_loss: f64,
    /// Pieces declared as scrap.
    pub scrap_pieces: u32,
    /// The least sure source of a reference cycle time.
    pub cycle_source: CycleSource,
    /// The least sure source of quality.
    pub quality_source: QualitySource,
    /// The least sure source of opening time.
    pub calendar_source: CalendarSource,
}

impl Default for Trs {
    /// Of no session at all.
    fn default() -> Self {
        Self {
            sessions: 0,
            net_missing: 0,
            useful_missing: 0,
            total: Millis::ZERO,
            opening: Millis::ZERO,
            required: Millis::ZERO,
            operating: Millis::ZERO,
            net: Millis::ZERO,
            scrap_time: 0.0,
            planned_stops: 0,
            stops: Lost::default(),
            reasons: BTreeMap::new(),
            waits: Lost::default(),
            slow: Millis::ZERO,
            scrap_loss: 0.0,
            scrap_pieces: 0,
            cycle_source: CycleSource::Profile,
            quality_source: QualitySource::Declared,
            calendar_source: CalendarSource::Configured,
        }
    }
}

impl Trs {
    /// Adds the figures of other sessions.
    pub fn add(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.net_missing += other.net_missing;
        self.useful_missing += other.useful_missing;
        self.total += other.total;
        self.opening += other.opening;
        self.required += other.required;
        self.operating += other.operating;
        self.net += other.net;
        self.scrap_time += other.scrap_time;
        self.planned_stops = self.planned_stops.saturating_add(other.planned_stops);
        self.stops.add(other.stops);
        for (code, lost) in &other.reasons {
            self.reasons.entry(code.clone()).or_default().add(*lost);
        }
        self.waits.add(other.waits);
        self.slow += other.slow;
        self.scrap_loss += other.scrap_loss;
        self.scrap_pieces = self.scrap_pieces.saturating_add(other.scrap_pieces);
        self.cycle_source = self.cycle_source.max(other.cycle_source);
        self.quality_source = self.quality_source.max(other.quality_source);
        self.calendar_source = self.calendar_source.max(other.calendar_source);
    }

    /// TN in milliseconds; nothing when a session lacks it.
    pub fn net_time(&self) -> Option<f64> {
        (self.net_missing == 0).then_some(self.net.0 as f64)
    }

    /// TU, useful time, in milliseconds: net time less that of scrap; nothing when a session lacks it.
    pub fn useful_time(&self) -> Option<f64> {
        (self.useful_missing == 0).then(|| (self.net.0 as f64 - self.scrap_time).max(0.0))
    }

    /// DO, availability: TF / TR; nothing when TR is 0.
    pub fn availability(&self) -> Option<f64> {
        self.operating.ratio(self.required)
    }

    /// TP, performance: TN / TF; nothing when TF is 0 or TN is not known. It exceeds 1 when the reference cycle is too long.
    pub fn performance(&self) -> Option<f64> {
        ratio(self.net_time()?, self.operating)
    }

    /// TQ, quality: TU / TN, 1 where no scrap was declared; nothing when TN is 0 or either is not known.
    pub fn quality(&self) -> Option<f64> {
        if self.scrap_pieces == 0 && self.sessions > 0 {
            return Some(1.0);
        }
        let (net, useful) = (self.net_time()?, self.useful_time()?);
        (net > 0.0).then(|| useful / net)
    }

    /// TRS: TU / TR, which is DO × TP × TQ where all of these exist; nothing when TR is 0 or TU is not known.
    pub fn trs(&self) -> Option<f64> {
        ratio(self.useful_time()?, self.required)
    }

    /// TRG: TU / TO; nothing when TO is 0 or TU is not known.
    pub fn trg(&self) -> Option<f64> {
        ratio(self.useful_time()?, self.opening)
    }

    /// TRE: TU / TT; nothing when TT is 0 or TU is not known.
    pub fn tre(&self) -> Option<f64> {
        ratio(self.useful_time()?, self.total)
    }

    /// MTBF in milliseconds: TF over the number of unplanned stops in required time; nothing without one.
    pub fn mtbf(&self) -> Option<f64> {
        mean(self.operating, self.stops.occurrences)
    }

    /// MTTR in milliseconds: the mean length of unplanned stops in required time; nothing without one.
    pub fn mttr(&self) -> Option<f64> {
        mean(self.stops.time, self.stops.occurrences)
    }

    /// Why there is no TRS; nothing when there is one.
    pub fn missing(&self) -> Option<String> {
        match (self.useful_missing, self.sessions) {
            (0, 0) => Some("no session".to_owned()),
            (0, _) if self.required == Millis::ZERO => Some("no required time".to_owned()),
            (0, _) => None,
            (_, 0 | 1) => Some("no reference cycle time".to_owned()),
            (missing, sessions) => Some(format!("no reference cycle time in {missing} of {sessions} sessions")),
        }
    }
}

fn ratio(part: f64, whole: Millis) -> Option<f64> {
    (whole != Millis::ZERO).then(|| part / whole.0 as f64)
}

fn mean(sum: Millis, count: u32) -> Option<f64> {
    (count > 0).then(|| sum.0 as f64 / f64::from(count))
}

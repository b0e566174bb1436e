//! What a machine reports, whatever format it came in.

use crate::ids::{LogFileId, VersionId};
use crate::time::Instant;
use crate::units::Millis;
use std::borrow::Cow;

/// One fact that a machine reported. Texts borrow from what was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    /// A piece is finished (`StukUitgevoerd`).
    PieceFinished {
        /// Free text; never empty.
        details: Option<Cow<'a, str>>,
    },
    /// The machine waits from this instant on (`MachineWait`).
    Wait {
        /// From 0 to 24 hours.
        duration: Millis,
    },
    /// The operator stops the machine (`MachineStop`).
    Stop,
    /// The operator starts the machine (`MachineStart`).
    Start,
    /// A new profile bar is loaded (`JobProfiel`). Boxed, for it is rare and large, and a day's lines lie side by side in
    /// memory.
    JobLoaded(Box<JobProfile<'a>>),
    /// Anything else: kept and counted under its own name.
    Other {
        /// As the machine wrote it; never empty.
        name: Cow<'a, str>,
    },
}

/// A profile bar.
#[derive(Debug, Clone, PartialEq)]
pub struct JobProfile<'a> {
    /// Its reference; never empty.
    pub reference: Cow<'a, str>,
    /// Its length in mm, where the log gives a readable one.
    pub length_mm: Option<f64>,
    /// Its colour, such as `7016 G ALU`.
    pub colour: Option<Cow<'a, str>>,
}

/// An event and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// When it happened.
    pub at: Instant,
    /// The later instant that the same local time may mean (the repeated hour); else `at`.
    pub latest: Instant,
    /// Its number in its file, from 1.
    pub number: u32,
    /// The whole line, decoded and trimmed: what makes two lines the same.
    pub text: Cow<'a, str>,
    /// What it says.
    pub event: Event<'a>,
}

impl Line<'_> {
    /// The same with its own texts.
    pub fn into_owned(self) -> Line<'static> {
        let Self { at, latest, number, text, event } = self;
        Line { at, latest, number, text: own(text), event: event.into_owned() }
    }
}

impl Event<'_> {
    /// The same with its own texts.
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::PieceFinished { details } => Event::PieceFinished { details: details.map(own) },
            Self::Wait { duration } => Event::Wait { duration },
            Self::Stop => Event::Stop,
            Self::Start => Event::Start,
            Self::JobLoaded(job) => {
                let JobProfile { reference, length_mm, colour } = *job;
                Event::JobLoaded(Box::new(JobProfile { reference: own(reference), length_mm, colour: colour.map(own) }))
            }
            Self::Other { name } => Event::Other { name: own(name) },
        }
    }
}

fn own(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

/// Where a fact was read: every number leads back to its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source {
    /// The log file.
    pub file: LogFileId,
    /// Which of the file's contents.
    pub version: VersionId,
    /// The line's number in it, from 1.
    pub line: u32,
}

//! The forms in which lines are printed.

use atelier_domain::event::{Event, Line};
use atelier_domain::log_file::RejectedLine;
use serde::Serialize;
use std::io::{self, Write};

/// An event as it is printed; its fields in this order.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Printed<'a> {
    line: u32,
    at: String,
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<f64>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    job: Option<Job<'a>>,
}

/// A piece's details: there in any case, if only as null.
#[derive(Serialize)]
struct Details<'a>(Option<&'a str>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Job<'a> {
    reference: &'a str,
    length_mm: Option<f64>,
    colour: Option<&'a str>,
}

impl<'a> Printed<'a> {
    /// Of this line.
    pub(super) fn of(line: &'a Line<'_>) -> Self {
        let printed = Self { line: line.number, at: rfc3339(line), ..Self::default() };
        match &line.event {
            Event::PieceFinished { details } => {
                Self { event: "StukUitgevoerd", details: Some(Details(details.as_deref())), ..printed }
            }
            Event::Wait { duration } => {
                Self { event: "MachineWait", duration_seconds: Some(duration.seconds()), ..printed }
            }
            Event::Stop => Self { event: "MachineStop", ..printed },
            Event::Start => Self { event: "MachineStart", ..printed },
            Event::JobLoaded(job) => {
                let job = Job { reference: &job.reference, length_mm: job.length_mm, colour: job.colour.as_deref() };
                Self { event: "JobProfiel", job: Some(job), ..printed }
            }
            Event::Other { name } => Self { event: name, ..printed },
        }
    }

    /// As a line for people.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        write!(out, "{:>7}  {}  {}", self.line, self.at, self.event)?;
        if let Some(Details(Some(details))) = self.details {
            write!(out, "  {details}")?;
        }
        if let Some(seconds) = self.duration_seconds {
            write!(out, "  {seconds} s")?;
        }
        if let Some(job) = &self.job {
            write!(out, "  {}", job.reference)?;
            job.length_mm.map_or(Ok(()), |length| write!(out, "  {length} mm"))?;
            job.colour.map_or(Ok(()), |colour| write!(out, "  {colour}"))?;
        }
        writeln!(out)
    }
}

/// A rejected line as it is printed.
#[derive(Serialize)]
pub(super) struct Rejected<'a> {
    line: u32,
    #[serde(rename = "rejected")]
    reason: &'a str,
    offset: u64,
    text: &'a str,
}

impl<'a> Rejected<'a> {
    /// Of this line.
    pub(super) fn of(reject: &'a RejectedLine) -> Self {
        Self { line: reject.number, reason: reject.reason.as_str(), offset: reject.offset, text: &reject.text }
    }
}

/// What is told at the end.
#[derive(Serialize)]
pub(super) struct Counts {
    /// All lines.
    pub(super) lines: u32,
    /// Lines that say something.
    pub(super) events: u32,
    /// Noise.
    pub(super) ignored: u32,
    /// Lines that cannot be read.
    pub(super) rejected: u32,
    /// Bytes of the file.
    pub(super) bytes: u64,
    /// Bytes that its lines span; less when the last one may still be being written.
    pub(super) consumed: u64,
}

/// The last line.
#[derive(Serialize)]
pub(super) struct Last {
    /// It is told apart from the others by this name.
    pub(super) summary: Counts,
}

/// Writes a value as a line.
pub(super) fn json_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

fn rfc3339(line: &Line<'_>) -> String {
    line.at.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

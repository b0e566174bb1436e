//! How a log's bytes become events.

use atelier_domain::event::Line;
use atelier_domain::log_file::{LineCounts, RejectedLine};
use atelier_domain::time::PlantZone;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// What a content says. Reading never fails: what cannot be read is among the rejects.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParsedLog<'a> {
    /// The events, in the content's order.
    pub lines: Vec<Line<'a>>,
    /// The lines that cannot be read, in the content's order.
    pub rejects: Vec<RejectedLine>,
    /// How many lines of each kind were taken.
    pub counts: LineCounts,
    /// How many bytes the taken lines span: up to the last line break, or to the end of a finished file.
    pub consumed: u64,
    /// Set when the last of `lines` has no line break: its text, trimmed, less a UTF-8 character that is cut in two.
    pub half_line: Option<String>,
}

/// A line of a log that is read piece by piece. Noise is only counted.
#[derive(Debug, Clone, PartialEq)]
pub enum LogItem<'a> {
    /// A line that says something.
    Event(Line<'a>),
    /// A line that cannot be read.
    Reject(RejectedLine),
}

/// Reads a content piece by piece, in pieces of any size, and keeps no more of it than the line that is not over.
pub trait LogReader: Send {
    /// Reads the next bytes, and hands out the lines that end in them.
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(LogItem<'_>));

    /// How many lines of each kind ended so far, and how many bytes they span.
    fn whole_lines(&self) -> (LineCounts, u64);

    /// Ends the content: hands out what stands after the last line break, if anything does. Gives the counts and bytes with
    /// it, and the half line, as [`ParsedLog`] has it.
    fn finish(self: Box<Self>, sink: &mut dyn FnMut(LogItem<'_>)) -> (LineCounts, u64, Option<String>);
}

/// A log grammar.
pub trait LogFormat: Send + Sync {
    /// Reads a content that does not fit into memory. `name_date` is the date in its file's name.
    fn reader(&self, zone: PlantZone, name_date: Option<NaiveDate>) -> Box<dyn LogReader>;

    /// Reads a whole content. `name_date` is the date in its file's name. A last line without its line break is taken
    /// only from a `finished` file; else it may still be being written.
    fn parse<'a>(
        &self,
        content: &'a [u8],
        zone: PlantZone,
        name_date: Option<NaiveDate>,
        finished: bool,
    ) -> ParsedLog<'a>;

    /// The texts of some lines of a content, by number from 1, ascending: decoded and trimmed, as in [`Line::text`] and
    /// whatever they say. The last line needs no line break; one past the end is left out.
    fn texts(&self, content: &[u8], numbers: &BTreeSet<u32>) -> Vec<(u32, String)>;
}

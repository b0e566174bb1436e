//! The log grammar: bytes to events and located rejects.
//!
//! Reading is total: any bytes give a result, and one bad line never costs a good one. A content that is in memory goes
//! through [`MachineLog`], one of any size through [`Reader`]; both take the same way for a line, so what they say is
//! the same. `DESIGN.md` says why this is written by hand.
//!
//! ```text
//! YYYYMMDD HH:MM:SS|@EventType: Details
//! ```
//!
//! | module | what it knows |
//! |---|---|
//! | `scan` | where lines begin and end, and what each is: event, reject or noise |
//! | `text` | bytes to text: NULs, BOM, encoding, trimming |
//! | `stamp` | local date and time to an instant |
//! | `event`, `wait`, `job` | name and details to an event |
//! | `lines` | the texts of single lines, by number |

mod event;
mod item;
mod job;
mod lines;
mod number;
mod reader;
mod scan;
mod stamp;
mod text;
mod wait;

pub use item::{Item, Summary};
pub use reader::Reader;
pub use scan::MAX_LINE_BYTES;

use atelier_application::ports::log_format::{LogFormat, LogReader, ParsedLog};
use atelier_domain::time::PlantZone;
use chrono::NaiveDate;
use scan::Scanner;
use std::collections::BTreeSet;

/// The most lines to make room for at first.
const ROOM: usize = 1 << 16;
/// The least bytes of a typical line, for that guess.
const SHORT_LINE_BYTES: usize = 32;

/// The log grammar, for contents that are in memory: lines borrow from them.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineLog;

impl LogFormat for MachineLog {
    fn reader(&self, zone: PlantZone, name_date: Option<NaiveDate>) -> Box<dyn LogReader> {
        Box::new(Reader::new(zone, name_date))
    }

    fn parse<'a>(
        &self,
        content: &'a [u8],
        zone: PlantZone,
        name_date: Option<NaiveDate>,
        finished: bool,
    ) -> ParsedLog<'a> {
        let mut lines = Vec::with_capacity(ROOM.min(content.len() / SHORT_LINE_BYTES));
        let mut rejects = Vec::new();
        let mut sink = |item: Item<'a>| match item {
            Item::Event(line) => lines.push(line),
            Item::Reject(reject) => rejects.push(reject),
            Item::Noise { .. } => {}
        };
        let mut scanner = Scanner::new(zone, name_date);
        let whole = memchr::memrchr(b'\n', content).map_or(0, |last| last + 1);
        let (whole, half) = content.split_at(whole);
        scanner.whole_lines(whole, &mut sink);
        let half_line = if finished { scanner.last_line(half, half.len() as u64, &mut sink) } else { None };
        ParsedLog { lines, rejects, counts: scanner.counts(), consumed: scanner.offset(), half_line }
    }

    fn texts(&self, content: &[u8], numbers: &BTreeSet<u32>) -> Vec<(u32, String)> {
        lines::texts(content, numbers)
    }
}

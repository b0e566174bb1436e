//! Logs of any size, piece by piece.

use crate::item::{Item, Summary};
use crate::scan::{MAX_LINE_BYTES, Scanner};
use atelier_application::ports::log_format::{LogItem, LogReader};
use atelier_domain::log_file::LineCounts;
use atelier_domain::time::PlantZone;
use chrono::NaiveDate;

/// Reads a log in chunks, of any sizes, and hands out each line as soon as its end is seen.
///
/// Between two chunks it holds at most [`MAX_LINE_BYTES`] of the line that is not over. Lines that lie in one chunk
/// borrow from it.
#[derive(Debug)]
pub struct Reader {
    scanner: Scanner,
    /// The first bytes of the line that is not over.
    begun: Vec<u8>,
    /// How many bytes it has so far.
    length: u64,
}

impl Reader {
    /// A reader at the beginning of a log. `name_date` is the date in its file's name.
    pub fn new(zone: PlantZone, name_date: Option<NaiveDate>) -> Self {
        Self { scanner: Scanner::new(zone, name_date), begun: Vec::new(), length: 0 }
    }

    /// Reads the next bytes of the log.
    pub fn feed(&mut self, chunk: &[u8], sink: &mut impl FnMut(Item<'_>)) {
        let mut chunk = chunk;
        if self.length > 0 {
            let Some(end) = memchr::memchr(b'\n', chunk) else {
                return self.keep(chunk);
            };
            let (end, rest) = chunk.split_at(end);
            self.keep(end);
            self.scanner.line(&self.begun, self.length, sink);
            self.begun.clear();
            self.length = 0;
            chunk = rest.get(1..).unwrap_or_default();
        }
        let whole = memchr::memrchr(b'\n', chunk).map_or(0, |last| last + 1);
        let (whole, begun) = chunk.split_at(whole);
        self.scanner.whole_lines(whole, sink);
        self.keep(begun);
    }

    /// Ends the log. A last line without its line break is taken only from a `finished` one.
    pub fn finish(mut self, finished: bool, sink: &mut impl FnMut(Item<'_>)) -> Summary {
        let half_line = if finished { self.scanner.last_line(&self.begun, self.length, sink) } else { None };
        Summary { counts: self.scanner.counts(), consumed: self.scanner.offset(), half_line }
    }

    /// How many bytes it has room for.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.begun.capacity()
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_LINE_BYTES - self.begun.len().min(MAX_LINE_BYTES);
        self.begun.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.length = self.length.saturating_add(bytes.len() as u64);
    }
}

/// As the port has it: without noise.
fn told(item: Item<'_>, sink: &mut dyn FnMut(LogItem<'_>)) {
    match item {
        Item::Event(line) => sink(LogItem::Event(line)),
        Item::Reject(reject) => sink(LogItem::Reject(reject)),
        Item::Noise { .. } => {}
    }
}

impl LogReader for Reader {
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(LogItem<'_>)) {
        self.feed(bytes, &mut |item: Item<'_>| told(item, sink));
    }

    fn whole_lines(&self) -> (LineCounts, u64) {
        (self.scanner.counts(), self.scanner.offset())
    }

    fn finish(self: Box<Self>, sink: &mut dyn FnMut(LogItem<'_>)) -> (LineCounts, u64, Option<String>) {
        let summary = Self::finish(*self, true, &mut |item: Item<'_>| told(item, sink));
        (summary.counts, summary.consumed, summary.half_line)
    }
}

//! What a reader hands out.

use atelier_domain::event::Line;
use atelier_domain::log_file::{LineCounts, RejectedLine};

/// One line of a log, in the log's order.
#[derive(Debug, Clone, PartialEq)]
pub enum Item<'a> {
    /// A line that says something.
    Event(Line<'a>),
    /// A line with `|@` that cannot be read.
    Reject(RejectedLine),
    /// A line without `|@`.
    Noise {
        /// Its number in its file, from 1.
        number: u32,
    },
}

impl Item<'_> {
    /// The same with its own texts.
    pub fn into_owned(self) -> Item<'static> {
        match self {
            Item::Event(line) => Item::Event(line.into_owned()),
            Item::Reject(reject) => Item::Reject(reject),
            Item::Noise { number } => Item::Noise { number },
        }
    }
}

/// What is known of a log when its end is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// How many lines of each kind were taken.
    pub counts: LineCounts,
    /// How many bytes the taken lines span: up to the last line break, or to the end of a finished file.
    pub consumed: u64,
    /// Set when the last event has no line break: its text, trimmed, less a UTF-8 character that is cut in two.
    pub half_line: Option<String>,
}

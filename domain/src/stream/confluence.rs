//! The order of [`merge`](super::merge) for versions that do not fit into memory: their lines flow in piece by piece and flow
//! out as one stream.

use super::Placed;
use crate::event::Line;
use crate::log_file::parse_date;
use crate::time::Instant;
use chrono::NaiveDate;
use std::cmp::Reverse;
use std::collections::hash_map::{Entry, RandomState};
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::hash::BuildHasher;

/// What has to be known of a version before its lines flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// How many lines it has.
    pub lines: u32,
    /// When the first of them happened.
    pub first: Option<Instant>,
    /// The date that this line shows.
    pub first_date: Option<NaiveDate>,
    /// Their earliest instant, and the latest that one of them may mean.
    pub span: Option<(Instant, Instant)>,
}

impl Survey {
    /// Takes the next line of the version.
    pub fn see(&mut self, line: &Line<'_>) {
        if self.lines == 0 {
            self.first = Some(line.at);
            self.first_date = line.text.as_bytes().get(..8).and_then(parse_date);
        }
        self.lines += 1;
        let latest = line.latest.max(line.at);
        self.span = Some(self.span.map_or((line.at, latest), |(from, to)| (from.min(line.at), to.max(latest))));
    }
}

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Flow {
    /// The stream's next line; `Placed::version` is the version's place in what [`Confluence::new`] was given.
    Line(Placed, Line<'static>),
    /// First the next lines of this version are needed, or the word that it has no more.
    Wants(usize),
    /// The next line comes at or after the instant that was named.
    Later,
    /// There are no more lines.
    End,
}

/// The lines of several versions on their way into one stream.
#[derive(Debug)]
pub struct Confluence {
    /// By rank.
    branches: Vec<Branch>,
    /// The branch of each version.
    ranks: Vec<usize>,
    /// The effective time of each branch's next line, or one that is not later.
    heads: BinaryHeap<Reverse<(Instant, usize)>>,
    shared: Shared,
}

#[derive(Debug)]
struct Branch {
    version: usize,
    crowded: bool,
    queue: VecDeque<Line<'static>>,
    effective: Instant,
    taken: usize,
}

impl Confluence {
    /// Of these versions, given in the order of their ranks by their places; a version without a line has no part in it.
    pub fn new(ranked: &[usize], surveys: &[Survey]) -> Self {
        let spans = surveys.iter().map(|survey| survey.span).collect::<Vec<_>>();
        let crowded = super::overlapping_spans(&spans);
        let mut confluence = Self {
            branches: Vec::with_capacity(ranked.len()),
            ranks: vec![usize::MAX; surveys.len()],
            heads: BinaryHeap::new(),
            shared: Shared::default(),
        };
        for version in ranked {
            let Some(first) = surveys.get(*version).and_then(|survey| survey.first) else { continue };
            let branch = confluence.branches.len();
            if let Some(rank) = confluence.ranks.get_mut(*version) {
                *rank = branch;
            }
            confluence.heads.push(Reverse((first, branch)));
            confluence.branches.push(Branch {
                version: *version,
                crowded: crowded.get(*version) == Some(&true),
                queue: VecDeque::new(),
                effective: Instant(i64::MIN),
                taken: 0,
            });
        }
        confluence
    }

    /// The next line before `until`, by effective time.
    pub fn next(&mut self, until: Instant) -> Flow {
        let Some(Reverse((effective, index))) = self.heads.peek().copied() else { return Flow::End };
        if effective >= until {
            return Flow::Later;
        }
        self.heads.pop();
        let Some(branch) = self.branches.get_mut(index) else { return Flow::End };
        let Some(line) = branch.queue.pop_front() else { return Flow::Wants(branch.version) };
        branch.effective = effective;
        let mut placed = Placed { effective, version: branch.version, line: branch.taken, at: line.at, kept: true };
        branch.taken += 1;
        let head = branch.queue.front().map_or(effective, |next| effective.max(next.at));
        self.heads.push(Reverse((head, index)));
        if branch.crowded
            && let Some(first) = self.shared.place(index, &line)
        {
            (placed.kept, placed.at) = (false, first);
        }
        Flow::Line(placed, line)
    }

    /// Gives the next lines of a version that was [wanted](Flow::Wants); without any it has no more.
    pub fn feed(&mut self, version: usize, lines: Vec<Line<'static>>) {
        let index = self.ranks.get(version).copied().unwrap_or(usize::MAX);
        let Some(branch) = self.branches.get_mut(index) else { return };
        branch.queue.extend(lines);
        if let Some(next) = branch.queue.front() {
            self.heads.push(Reverse((branch.effective.max(next.at), index)));
        }
    }

    /// Forgets the lines that flowed out, where no later one can be the same as any of them.
    pub fn forget(&mut self) {
        self.shared.seen.clear();
        self.shared.occurrences.clear();
    }
}

/// Which lines were met in versions whose lines lie at the same time. Texts are kept as 128 bits of keyed hashes: two that
/// differ are taken for the same about as often as a key of a cipher is guessed.
#[derive(Debug, Default)]
struct Shared {
    hashers: (RandomState, RandomState),
    occurrences: HashMap<(usize, u64, u64), u32>,
    seen: HashMap<(u64, u64, u32), Instant>,
}

impl Shared {
    /// When the same line of another version happened, if one flowed out before: the n-th of a version is the n-th of
    /// every other.
    fn place(&mut self, branch: usize, line: &Line<'_>) -> Option<Instant> {
        let text = line.text.as_ref();
        let (one, two) = (self.hashers.0.hash_one(text), self.hashers.1.hash_one(text));
        let nth = self.occurrences.entry((branch, one, two)).or_insert(0);
        *nth += 1;
        match self.seen.entry((one, two, *nth)) {
            Entry::Vacant(free) => {
                free.insert(line.at);
                None
            }
            Entry::Occupied(first) => Some(*first.get()),
        }
    }
}

//! Which orders the pieces of sessions are for: what their details, or else the reference of their bar, names.
//!
//! Nothing is guessed: a name is what the plant's pattern finds, and it means an order when an order bears it. It is read from
//! what is stored of sessions, again whenever a session changed, or the pattern.

#[cfg(all(test, feature = "mocks"))]
mod tests;

use crate::ports::order_links::{OrderLinkStore, OrderName, SessionAt};
use crate::ports::store_error::StoreResult;
use regex::{Captures, Regex, RegexBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// So many sessions are looked for at once.
const SESSIONS: u32 = 100;
/// So many pieces are read at once.
const PIECES: u32 = 5_000;
/// A compiled pattern takes at most so many bytes.
const PATTERN_SIZE: usize = 1 << 20;

/// How texts of a log name orders: a regular expression. Its group `number`, else its first group that is not `extension`, else,
/// without any, all of it is the number; its group `extension`, if there is one, the extension.
#[derive(Debug, Clone)]
pub struct OrderPattern {
    pattern: Regex,
    /// The group that is the number.
    number: usize,
}

impl PartialEq for OrderPattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl OrderPattern {
    /// From its text.
    ///
    /// # Errors
    /// What to write instead.
    pub fn new(text: &str) -> Result<Self, String> {
        let pattern = RegexBuilder::new(text).size_limit(PATTERN_SIZE).build();
        let pattern = pattern.map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("it is no regular expression ({reason}); write one such as `CDE (?<number>\\d{{5}})`")
        })?;
        if pattern.is_match("") {
            return Err("it finds something in every text; write one such as `CDE (?<number>\\d{5})`".to_owned());
        }
        let groups: Vec<Option<&str>> = pattern.capture_names().collect();
        let named = groups.iter().position(|group| *group == Some("number"));
        let first = (1..groups.len()).find(|group| groups.get(*group).copied().flatten() != Some("extension"));
        let number = named.or(first).unwrap_or(0);
        Ok(Self { pattern, number })
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        self.pattern.as_str()
    }

    /// The orders that a text names.
    pub fn names(&self, text: &str) -> BTreeSet<OrderName> {
        self.pattern.captures_iter(text).filter_map(|found| name(&found, self.number)).collect()
    }
}

fn name(found: &Captures<'_>, number: usize) -> Option<OrderName> {
    let number = found.get(number)?;
    let extension = found.name("extension").map(|extension| extension.as_str().trim().to_owned());
    Some(OrderName {
        number: number.as_str().trim().parse().ok()?,
        extension: extension.filter(|extension| !extension.is_empty()),
    })
}

impl fmt::Debug for OrderLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderLinks").field("pattern", &self.pattern).finish_non_exhaustive()
    }
}

/// Reading what sessions name.
#[derive(Clone)]
pub struct OrderLinks {
    /// Where it is kept.
    pub store: Arc<dyn OrderLinkStore>,
    /// How orders are named; without it none is.
    pub pattern: Option<OrderPattern>,
}

impl OrderLinks {
    /// Reads all sessions that changed since they were read. Gives how many; stops early when `cancelled`.
    pub async fn catch_up(&self, cancelled: impl Fn() -> bool) -> StoreResult<u32> {
        let Some(pattern) = &self.pattern else {
            self.store.forget_names("").await?;
            return Ok(0);
        };
        let mut read = 0;
        loop {
            let sessions = self.store.unread_sessions(pattern.as_str(), SESSIONS).await?;
            if sessions.is_empty() {
                // Of those whose details were removed nobody can tell any more what another pattern would find.
                self.store.forget_names(pattern.as_str()).await?;
                return Ok(read);
            }
            for at in sessions {
                if cancelled() {
                    return Ok(read);
                }
                let names = self.names_of(pattern, at).await?;
                self.store.save_names(at, pattern.as_str(), &names).await?;
                read += 1;
            }
        }
    }

    async fn names_of(&self, pattern: &OrderPattern, at: SessionAt) -> StoreResult<BTreeMap<OrderName, u64>> {
        let mut names: BTreeMap<OrderName, u64> = BTreeMap::new();
        for reference in self.store.bar_references(at.session).await? {
            for name in pattern.names(&reference) {
                names.entry(name).or_default();
            }
        }
        let mut after = 0;
        loop {
            let pieces = self.store.piece_texts(at.session, after, PIECES).await?;
            let Some(last) = pieces.last() else { return Ok(names) };
            after = last.number;
            for piece in &pieces {
                let own = piece.details.as_deref().map(|details| pattern.names(details)).unwrap_or_default();
                let of_bar = || piece.reference.as_deref().map(|reference| pattern.names(reference));
                let found = if own.is_empty() { of_bar().unwrap_or_default() } else { own };
                for name in found {
                    *names.entry(name).or_default() += 1;
                }
            }
        }
    }
}

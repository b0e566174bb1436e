//! How much one request may ask for.

use std::time::Duration;

/// How much one request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most items of a page.
    pub page: u32,
    /// The most levels of fields, introspection aside.
    pub depth: usize,
    /// The most a query may cost: about the number of objects it asks for.
    pub complexity: u64,
    /// The most values that an answer may have, as far as the document tells.
    pub values: u64,
    /// The most fields at the root of an operation: each may be a statement of its own.
    pub root_fields: u64,
    /// The most fields under another name.
    pub aliases: u64,
    /// The most directives.
    pub directives: u64,
    /// The most requests in a batch.
    pub batch: usize,
    /// How many requests of a user are at work at once; more wait.
    pub at_work: usize,
    /// How long a query may take.
    pub time: Duration,
    /// Who may ask what the schema is.
    pub introspection: Introspection,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page: 500,
            depth: 12,
            complexity: 1_000_000,
            values: 3_000_000,
            root_fields: 100,
            aliases: 500,
            directives: 500,
            batch: 10,
            at_work: 8,
            time: Duration::from_secs(30),
            introspection: Introspection::SignedIn,
        }
    }
}

/// Who may ask what the schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Introspection {
    /// Whoever has a token.
    SignedIn,
    /// Administrators.
    Admins,
    /// Nobody.
    Off,
}

//! How much one request may ask for.

/// How much one request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most items of a page.
    pub page: u32,
    /// The most levels of fields, introspection aside.
    pub depth: usize,
    /// The most a query may cost: about the number of objects it asks for.
    pub complexity: u64,
    /// The most requests in a batch.
    pub batch: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { page: 500, depth: 12, complexity: 1_000_000, batch: 10 }
    }
}

//! Hearing that something was committed.

use futures_util::stream::BoxStream;

/// Tells that something may have been committed, by whatever process. It says neither what nor how often: that is read from
/// the store.
pub trait CommitSignals: Send + Sync {
    /// One item or more after each commit that changed sessions, and one whenever some may have been missed. It does not end.
    /// Nothing where the database cannot tell: then it has to be asked.
    fn signals(&self) -> Option<BoxStream<'static, ()>>;
}

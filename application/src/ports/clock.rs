//! What time it is.

use atelier_domain::time::Instant;

/// Tells the time: the only way to learn it outside of the program's own crate.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Instant;
}

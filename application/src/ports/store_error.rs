//! Why storage did not do what was asked.

/// What went wrong, without a word of the technology but in the text for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The same call may succeed later: no connection, a lock, a full disk.
    #[error("{0}")]
    Transient(String),
    /// It clashes with what is there.
    #[error("{0}")]
    Conflict(String),
    /// A row makes no sense; the text names its table, column and key.
    #[error("{0}")]
    Inconsistent(String),
    /// Anything else.
    #[error("{0}")]
    Permanent(String),
}

/// What storage answers.
pub type StoreResult<T> = Result<T, StoreError>;

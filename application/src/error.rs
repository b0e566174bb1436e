//! Why a use case did not do what was asked.

use crate::ports::identity::TokenError;
use crate::ports::store_error::StoreError;

/// What went wrong. Every text but those of `Unavailable` and `Internal` is one sentence for whoever asked; those two are
/// for the log only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// Something that was given is not right.
    #[error("{message}")]
    BadUserInput {
        /// Which argument or input field.
        field: String,
        /// What is wrong with it, and what would be right.
        message: String,
    },
    /// What was named does not exist.
    #[error("{0}")]
    NotFound(String),
    /// It clashes with what is there.
    #[error("{0}")]
    Conflict(String),
    /// Who asks may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// Nobody proved who they are.
    #[error("{0}")]
    Unauthenticated(String),
    /// Too many requests.
    #[error("{message}")]
    RateLimited {
        /// Of what there are too many, and what to do.
        message: String,
        /// In how many seconds it may be tried again, if that is known.
        after: Option<u64>,
    },
    /// The same may succeed later. The text is for the log.
    #[error("{0}")]
    Unavailable(String),
    /// A fault of ours. The text is for the log.
    #[error("{0}")]
    Internal(String),
}

impl AppError {
    /// `field` is not right, for the reason that `message` gives.
    pub fn bad_input(field: &str, message: impl Into<String>) -> Self {
        Self::BadUserInput { field: field.to_owned(), message: message.into() }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Transient(text) => Self::Unavailable(text),
            // A clash that a use case expects is told by it in its own words; any other is a fault.
            StoreError::Conflict(text) | StoreError::Inconsistent(text) | StoreError::Permanent(text) => {
                Self::Internal(text)
            }
        }
    }
}

impl From<TokenError> for AppError {
    fn from(error: TokenError) -> Self {
        Self::Unauthenticated(error.to_string())
    }
}

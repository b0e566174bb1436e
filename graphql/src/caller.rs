//! Who sends a request.

use atelier_application::ports::identity::{Subject, TokenError};

/// Who sends a request, as far as its token tells. A request without one is `Anonymous`.
#[derive(Debug, Clone)]
pub enum Caller {
    /// No token was sent.
    Anonymous,
    /// A token proves this subject.
    Known(Subject),
    /// A token was sent that proves nobody.
    Refused(TokenError),
}

impl Caller {
    /// Who it is.
    ///
    /// # Errors
    /// Why it is nobody.
    pub fn subject(&self) -> Result<&Subject, TokenError> {
        match self {
            Self::Known(subject) => Ok(subject),
            Self::Anonymous => Err(TokenError::Missing),
            Self::Refused(error) => Err(*error),
        }
    }
}

impl From<Result<Subject, TokenError>> for Caller {
    fn from(verified: Result<Subject, TokenError>) -> Self {
        match verified {
            Ok(subject) => Self::Known(subject),
            Err(error) => Self::Refused(error),
        }
    }
}

/// Where a request comes from, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Origin(pub std::net::IpAddr);

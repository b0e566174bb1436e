//! Who may do what.

use crate::error::AppError;
use crate::ports::identity::Subject;
use crate::ports::users::Role;

/// Refuses a subject whose role is below `least`.
pub fn require(subject: &Subject, least: Role) -> Result<(), AppError> {
    if subject.role >= least {
        return Ok(());
    }
    Err(AppError::Forbidden(format!("This needs the role {}; yours is {}.", least.as_str(), subject.role.as_str())))
}

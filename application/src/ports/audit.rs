//! The audit trail: who changed what by hand, and when. It is only ever added to.

use super::sessions::{Slice, Window};
use super::store_error::StoreResult;
use super::users::User;
use async_trait::async_trait;
use atelier_domain::ids::{AuditId, UserId};
use atelier_domain::time::Instant;
use std::collections::BTreeMap;
use std::fmt;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who signed in.
    User {
        /// Which user.
        id: UserId,
        /// Their name at the time.
        username: String,
    },
    /// Somebody at the computer itself, with the name it gives them, if it does.
    CommandLine(Option<String>),
}

impl Actor {
    /// Which user, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::CommandLine(_) => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { username, .. } => f.write_str(username),
            Self::CommandLine(Some(name)) => write!(f, "command line ({name})"),
            Self::CommandLine(None) => f.write_str("command line"),
        }
    }
}

/// What was done. A new kind of act is a variant here, in `ALL` and `as_str`, and in the API's enumeration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// A version of a log file was set aside.
    VersionExcluded,
    /// A version of a log file counts again.
    VersionIncluded,
    /// A calendar was set.
    CalendarSet,
    /// A reference cycle time was set, or ended.
    ReferenceCycleSet,
    /// Scrap was declared.
    ScrapDeclared,
    /// A declaration of scrap was withdrawn.
    ScrapWithdrawn,
    /// A stop got a reason.
    StopQualified,
    /// A reason of stops was added or changed.
    StopReasonSaved,
    /// A machine was added.
    MachineCreated,
    /// A machine was changed.
    MachineUpdated,
    /// A machine was removed.
    MachineDeleted,
    /// A user was added.
    UserCreated,
    /// A user was changed.
    UserUpdated,
    /// Somebody changed their password.
    PasswordChanged,
    /// A token of an integration was made.
    ApiTokenCreated,
    /// A token of an integration was revoked.
    ApiTokenRevoked,
}

impl AuditAction {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::VersionExcluded,
        Self::VersionIncluded,
        Self::CalendarSet,
        Self::ReferenceCycleSet,
        Self::ScrapDeclared,
        Self::ScrapWithdrawn,
        Self::StopQualified,
        Self::StopReasonSaved,
        Self::MachineCreated,
        Self::MachineUpdated,
        Self::MachineDeleted,
        Self::UserCreated,
        Self::UserUpdated,
        Self::PasswordChanged,
        Self::ApiTokenCreated,
        Self::ApiTokenRevoked,
    ];

    /// As columns and the API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VersionExcluded => "VERSION_EXCLUDED",
            Self::VersionIncluded => "VERSION_INCLUDED",
            Self::CalendarSet => "CALENDAR_SET",
            Self::ReferenceCycleSet => "REFERENCE_CYCLE_SET",
            Self::ScrapDeclared => "SCRAP_DECLARED",
            Self::ScrapWithdrawn => "SCRAP_WITHDRAWN",
            Self::StopQualified => "STOP_QUALIFIED",
            Self::StopReasonSaved => "STOP_REASON_SAVED",
            Self::MachineCreated => "MACHINE_CREATED",
            Self::MachineUpdated => "MACHINE_UPDATED",
            Self::MachineDeleted => "MACHINE_DELETED",
            Self::UserCreated => "USER_CREATED",
            Self::UserUpdated => "USER_UPDATED",
            Self::PasswordChanged => "PASSWORD_CHANGED",
            Self::ApiTokenCreated => "API_TOKEN_CREATED",
            Self::ApiTokenRevoked => "API_TOKEN_REVOKED",
        }
    }
}

/// An act to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: AuditAction,
    /// To what, in words that find it again: `version 12 of DEM12 (PVC)/20250528.LOG`.
    pub object: String,
    /// More about it: names and values.
    pub detail: BTreeMap<String, String>,
}

/// An act that is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its identifier; a later act has a higher one.
    pub id: AuditId,
    /// When.
    pub at: Instant,
    /// The user who did it, if it was one and is still known.
    pub user: Option<User>,
    /// Who it was, in the words of that day.
    pub actor: String,
    /// What.
    pub action: AuditAction,
    /// To what.
    pub object: String,
    /// More about it.
    pub detail: BTreeMap<String, String>,
}

/// The audit trail, for those who read it. Acts are added in the unit of work that does them
/// (`IngestUnit::audit`), so that there is none without its entry and no entry without its act.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// A part of the trail, the newest first.
    async fn audit_trail(&self, window: &Window<AuditId>) -> StoreResult<Slice<AuditRecord>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_are_told_apart() {
        let user = Actor::User { id: UserId(3), username: "eve".to_owned() };
        assert_eq!((user.user(), user.to_string()), (Some(UserId(3)), "eve".to_owned()));
        let told = |name: Option<&str>| Actor::CommandLine(name.map(str::to_owned)).to_string();
        assert_eq!((told(Some("eve")), told(None)), ("command line (eve)".to_owned(), "command line".to_owned()));
    }
}

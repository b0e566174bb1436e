//! Identifiers, one type each, so that none can stand in for another.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A machining centre.
    MachineId
    /// A production day of a machine.
    SessionId
    /// A log file, whatever it held over time.
    LogFileId
    /// One content of a log file.
    VersionId
    /// A profile bar loaded in a session.
    JobId
    /// A finished piece.
    PieceId
    /// A wait or a stop.
    PeriodId
    /// An anomaly.
    AnomalyId
    /// An alert.
    AlertId
    /// What is to be told of an alert.
    NotificationId
    /// Somebody who signs in.
    UserId
    /// A token of an integration.
    ApiTokenId
    /// One run of a synchronisation.
    SyncRunId
    /// A declaration of scrap.
    ScrapId
    /// An order that is stored.
    OrderId
    /// An entry of the audit trail.
    AuditId
    /// Grows with every change to any session.
    Revision
}

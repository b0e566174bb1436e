//! Enumerations, each the mirror of one of the domain or of a port.

use crate::http::rest::query::Value;
use atelier_application::ports::sessions as port;
use atelier_application::ports::statistics;
use atelier_domain::kpi::{losses, reference_cycle, trs};
use atelier_domain::{anomaly, machine, session};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An enumeration with the names that the API gives its values, which is also a parameter of queries.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident $(of $mirrored:path)? { $($variant:ident = $text:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub(crate) enum $name {
            $(#[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// As the API writes it.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl Value for $name {
            fn what() -> String {
                format!("one of {}", [$($text),+].join(", "))
            }

            fn read(text: &str) -> Option<Self> {
                [$(Self::$variant),+].into_iter().find(|one| one.as_str() == text)
            }
        }

        mirror!(@of $name $(of $mirrored)? { $($variant)+ });
    };
    (@of $name:ident { $($variant:ident)+ }) => {};
    (@of $name:ident of $mirrored:path { $($variant:ident)+ }) => {
        impl From<$mirrored> for $name {
            fn from(value: $mirrored) -> Self {
                use $mirrored as Mirrored;
                match value {
                    $(Mirrored::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$name> for $mirrored {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => Self::$variant,)+
                }
            }
        }
    };
}

mirror! {
    /// What a machine cuts: PVC profiles, aluminium profiles, or both.
    MachineType of machine::MachineType { Pvc = "PVC", Alu = "ALU", Hybride = "HYBRIDE" }
}

mirror! {
    /// What a machine does over a stretch of time. `RUNNING`: neither waiting nor stopped. `WAITING`: waiting, and not stopped.
    /// `STOPPED`: stopped by its operator. `OFFLINE`: silent for so long, in time that its calendar requires, that it must be
    /// off. `UNKNOWN`: nothing is known.
    MachineState of machine::MachineState {
        Running = "RUNNING", Waiting = "WAITING", Stopped = "STOPPED", Offline = "OFFLINE", Unknown = "UNKNOWN",
    }
}

mirror! {
    /// Whether more of a session may still come. `OPEN`: the day is not over, or one of its files is unfinished. `COMPLETE`: over.
    SessionStatus of session::SessionStatus { Open = "OPEN", Complete = "COMPLETE" }
}

mirror! {
    /// Which way a list is ordered: from the smallest up, or from the largest down.
    OrderDirection { Asc = "ASC", Desc = "DESC" }
}

mirror! {
    /// What sessions are ordered by; ties by id in the same direction. A session without a TRS, or without an occupancy rate, counts
    /// as less than any other.
    SessionOrderField of port::SessionOrderField {
        Date = "DATE", TotalPieces = "TOTAL_PIECES", Trs = "TRS", Occupancy = "OCCUPANCY",
    }
}

mirror! {
    /// What is odd. `CLOCK_WENT_BACK`: a line steps back in time from the one before it. `PIECE_WHILE_STOPPED`: a piece was
    /// finished between a stop and the next start. `WAIT_OVERLAPS_STOP`: a wait and a stop share time; the stop wins.
    /// `REFERENCE_CYCLE_TOO_LONG`: the pieces of a session took less time than their reference cycle times. `NO_PIECES`: a
    /// complete session without a piece. `REJECTED_LINES`: a file holds lines that cannot be read. `FILE_REWRITTEN`: a file's
    /// bytes changed where it had been read already. `FILE_TRUNCATED`: a file became shorter. `MACHINE_SILENT`: nothing new
    /// came from a machine for a while in which it should have worked.
    AnomalyKind of anomaly::AnomalyKind {
        ClockWentBack = "CLOCK_WENT_BACK",
        PieceWhileStopped = "PIECE_WHILE_STOPPED",
        WaitOverlapsStop = "WAIT_OVERLAPS_STOP",
        ReferenceCycleTooLong = "REFERENCE_CYCLE_TOO_LONG",
        NoPieces = "NO_PIECES",
        RejectedLines = "REJECTED_LINES",
        FileRewritten = "FILE_REWRITTEN",
        FileTruncated = "FILE_TRUNCATED",
        MachineSilent = "MACHINE_SILENT",
    }
}

mirror! {
    /// Where a reference cycle time comes from, the surest first. `PROFILE`: given for the machine and the profile. `MACHINE`: given
    /// for the machine. `LEARNED`: the 10th percentile (nearest rank) of the machine's net cycle times of the 30 days before,
    /// from at least 100. `NONE`: there is none.
    CycleSource of reference_cycle::CycleSource {
        Profile = "PROFILE", Machine = "MACHINE", Learned = "LEARNED", None = "NONE",
    }
}

mirror! {
    /// `DECLARED`: people declared how many pieces were scrap. `ASSUMED`: nobody declared any, and all pieces are taken for good.
    QualitySource of trs::QualitySource { Declared = "DECLARED", Assumed = "ASSUMED" }
}

mirror! {
    /// Where opening time comes from. `CONFIGURED`: a calendar says it. `OBSERVED`: there is no calendar, and it is the time from
    /// the first event to the last.
    CalendarSource of trs::CalendarSource { Configured = "CONFIGURED", Observed = "OBSERVED" }
}

mirror! {
    /// What became of a part of opening time. `PLANNED_STOP`: breaks, maintenance windows, and stops qualified with a planned
    /// reason. `STOP`: unplanned stops in required time. `WAIT`: waits in required time and outside stops. `RUNNING`: at the
    /// reference cycle; all of operating time where there is none. `SLOW_RUNNING`: operating time beyond net time. `SCRAP`: the
    /// reference cycle times of scrap.
    TimeKind of losses::TimeKind {
        PlannedStop = "PLANNED_STOP", Stop = "STOP", Wait = "WAIT", Running = "RUNNING", SlowRunning = "SLOW_RUNNING",
        Scrap = "SCRAP",
    }
}

mirror! {
    /// What figures are grouped by: the machine, its type, the production day, its ISO week, or its month.
    StatisticsKey of statistics::StatisticsKey {
        Machine = "MACHINE", Type = "TYPE", Date = "DATE", Week = "WEEK", Month = "MONTH",
    }
}

//! Sessions.

use super::{Date, DateTime, MachineRef, ObservedProduction, SessionStatus, StopReason, TimeShare, Trs, time_shares};
use atelier_application::ports::sessions::SessionSummary;
use atelier_domain::kpi::losses::ledger;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// One production day of a machine: what it did from its first event to its last.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    /// Its identifier; a later session has a higher one.
    #[schema(example = "42")]
    id: String,
    /// Whose it is.
    machine: MachineRef,
    /// The production day, local to the plant.
    date: Date,
    /// Whether more may still come.
    status: SessionStatus,
    /// The earliest event; null on a day without any.
    first_event_at: Option<DateTime>,
    /// The latest event; null on a day without any.
    last_event_at: Option<DateTime>,
    /// The earliest piece; null without pieces.
    first_piece_at: Option<DateTime>,
    /// The latest piece; null without pieces.
    last_piece_at: Option<DateTime>,
    /// The earliest start by the operator; null without one.
    first_start_at: Option<DateTime>,
    /// The latest stop by the operator; null without one.
    last_stop_at: Option<DateTime>,
    /// How many pieces were finished.
    total_pieces: u32,
    /// How many events of any kind the machine wrote.
    events: u32,
    /// Events without a meaning of their own, by name.
    other_events: Vec<EventCount>,
    /// Times and rates between the first piece and the last.
    observed: ObservedProduction,
    /// How many pieces were declared as scrap, and not withdrawn.
    scrap_pieces: u32,
    /// The TRS and its times.
    trs: Trs,
    /// Where opening time went; the parts add up to it. Empty when it is 0.
    ledger: Vec<TimeShare>,
    /// When it was first stored.
    created_at: DateTime,
    /// When it last changed.
    updated_at: DateTime,
    /// When its pieces, jobs, waits and stops were removed because they are old; null while they are there. The figures and
    /// the anomalies stay.
    details_removed_at: Option<DateTime>,
    /// Grows with every change to any session.
    revision: i64,
}

/// How often a machine wrote an event that has no meaning of its own.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EventCount {
    /// The event's name, as the machine wrote it.
    name: String,
    /// How often.
    count: u32,
}

impl Session {
    /// A session with its machine and the reasons of its stops.
    pub(crate) fn new(session: &SessionSummary, machine: MachineRef, reasons: &HashMap<String, StopReason>) -> Self {
        let count = |(name, count): (&String, &u32)| EventCount { name: name.clone(), count: *count };
        Self {
            id: session.id.to_string(),
            machine,
            date: Date(session.day),
            status: session.status.into(),
            first_event_at: session.first_event.map(DateTime),
            last_event_at: session.last_event.map(DateTime),
            first_piece_at: session.first_piece.map(DateTime),
            last_piece_at: session.last_piece.map(DateTime),
            first_start_at: session.first_start.map(DateTime),
            last_stop_at: session.last_stop.map(DateTime),
            total_pieces: session.observed.pieces,
            events: session.events,
            other_events: session.other_events.iter().map(count).collect(),
            observed: session.observed.into(),
            scrap_pieces: session.trs.scrap_pieces,
            trs: (&session.trs).into(),
            ledger: time_shares(ledger(&session.trs), reasons),
            created_at: DateTime(session.created_at),
            updated_at: DateTime(session.updated_at),
            details_removed_at: session.details_removed_at.map(DateTime),
            revision: session.revision.0,
        }
    }
}

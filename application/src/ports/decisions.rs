//! What people decide about machines: calendars, reference cycle times, scrap, and why machines stopped. Scrap and the reasons of
//! stops change figures at once, so they are written by the unit of work that derives these (`IngestUnit`).

use super::audit::AuditEntry;
use super::sessions::StoredStop;
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::calendar::{Calendar, Calendars};
use atelier_domain::ids::{MachineId, PeriodId, ScrapId, SessionId, UserId};
use atelier_domain::kpi::reference_cycle::CycleSpread;
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// A reference cycle time that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenCycle {
    /// For this profile; for the machine when nothing.
    pub reference: Option<String>,
    /// From this day on.
    pub from: ProductionDay,
    /// How long; nothing when it ends here.
    pub cycle: Option<Millis>,
}

/// A declaration of scrap that was not withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrapDeclaration {
    /// Its identifier.
    pub id: ScrapId,
    /// How many pieces.
    pub pieces: u32,
    /// Why.
    pub reason: Option<String>,
    /// The reference of their profile.
    pub reference: Option<String>,
    /// By whom.
    pub by: Option<UserId>,
    /// When.
    pub at: Instant,
}

/// Why machines stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopReason {
    /// Its code. Unique.
    pub code: String,
    /// What people read.
    pub label: String,
    /// Whether such stops are planned: they are no part of required time.
    pub planned: bool,
    /// Whether it is offered.
    pub active: bool,
}

/// What people decided.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait DecisionStore: Send + Sync {
    /// The calendars of each machine, with the plant's.
    async fn calendars(&self, machines: &[MachineId]) -> StoreResult<HashMap<MachineId, Calendars>>;

    /// The reference cycle times given for each machine, in the order of profiles and days.
    async fn given_cycles(&self, machines: &[MachineId]) -> StoreResult<HashMap<MachineId, Vec<GivenCycle>>>;

    /// The net cycle times of each machine's sessions of these days.
    async fn recent_cycles(
        &self,
        machines: &[MachineId],
        days: RangeInclusive<ProductionDay>,
    ) -> StoreResult<HashMap<MachineId, Vec<CycleSpread>>>;

    /// The scrap declared for each session, in the order of declaration.
    async fn scrap(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<ScrapDeclaration>>>;

    /// The machine, day and session of a declaration that was not withdrawn.
    async fn scrap_place(&self, id: ScrapId) -> StoreResult<Option<(MachineId, ProductionDay, SessionId)>>;

    /// All reasons of stops, by code.
    async fn stop_reasons(&self) -> StoreResult<Vec<StopReason>>;

    /// A stop and whose it is.
    async fn stop(&self, id: PeriodId) -> StoreResult<Option<(MachineId, StoredStop)>>;

    /// Stores a calendar of a machine, or of the plant, in force from a day on; one that began on that day is replaced. Marks the
    /// days it holds for to be derived again. Does nothing when it is stored already.
    async fn set_calendar(
        &self,
        machine: Option<MachineId>,
        from: ProductionDay,
        calendar: &Calendar,
        entry: Option<AuditEntry>,
    ) -> StoreResult<()>;

    /// Stores a reference cycle time; one of the same profile and day is replaced. Marks the days from then on to be derived again.
    async fn set_reference_cycle(&self, machine: MachineId, cycle: &GivenCycle, entry: AuditEntry) -> StoreResult<()>;

    /// Adds a reason, or changes the one with its code. Marks the days with such stops to be derived again if it is planned now and
    /// was not, or the other way round.
    async fn save_stop_reason(&self, reason: &StopReason, entry: AuditEntry) -> StoreResult<()>;
}

//! What people decide about machines: calendars, reference cycle times, scrap, and why machines stopped.
//!
//! Scrap and the reason of a stop concern a day or a few, which are derived again in the same transaction. A calendar or a
//! reference cycle time concerns all days from its first one on: these are marked in the same transaction, and derived in the
//! background.

mod calendar;
mod cycles;
mod machines;
mod scrap;
mod stops;
#[cfg(all(test, feature = "mocks"))]
mod tests;

pub use calendar::{CalendarInput, ExceptionInput, WeeklyInput, parse_calendar};
pub use cycles::CycleInput;
pub use machines::Machines;
pub use scrap::ScrapInput;

use crate::error::AppError;
use crate::ingest::{Basis, Fresh, Frozen, Ingest};
use crate::ports::audit::{Actor, AuditAction, AuditEntry};
use crate::ports::decisions::DecisionStore;
use crate::ports::identity::Subject;
use crate::ports::ingest_store::IngestUnit;
use crate::ports::machines::MachineStore;
use crate::ports::sessions::SessionReader;
use crate::ports::store_error::{StoreError, StoreResult};
use crate::ports::sync_runner::SyncRunner;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;
use atelier_domain::time::ProductionDay;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long a text may be, in characters.
const LONGEST_TEXT: usize = 500;

/// Takes decisions.
#[derive(Clone)]
pub struct Decisions {
    ingest: Ingest,
    store: Arc<dyn DecisionStore>,
    machines: Arc<dyn MachineStore>,
    sessions: Arc<dyn SessionReader>,
    runner: Arc<dyn SyncRunner>,
}

impl Decisions {
    /// Over these ports; of `ingest` the source is not used.
    pub fn new(
        ingest: Ingest,
        store: Arc<dyn DecisionStore>,
        machines: Arc<dyn MachineStore>,
        sessions: Arc<dyn SessionReader>,
        runner: Arc<dyn SyncRunner>,
    ) -> Self {
        Self { ingest, store, machines, sessions, runner }
    }

    async fn machine(&self, field: &str, id: MachineId) -> Result<Machine, AppError> {
        let found = self.machines.machines_by_id(&[id]).await?.pop();
        found.ok_or_else(|| AppError::NotFound(format!("There is no machine {id}, which `{field}` names.")))
    }

    /// The production day that it is now.
    fn today(&self) -> ProductionDay {
        self.ingest.zone.day_of(self.ingest.clock.now())
    }

    fn entry(
        &self,
        subject: &Subject,
        action: AuditAction,
        object: String,
        detail: impl IntoIterator<Item = (&'static str, Option<String>)>,
    ) -> AuditEntry {
        let detail = detail.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        AuditEntry {
            at: self.ingest.clock.now(),
            actor: Actor::User { id: subject.user, username: subject.username.clone() },
            action,
            object,
            detail: detail.collect::<BTreeMap<_, _>>(),
        }
    }

    async fn begin(&self, machine: MachineId) -> Result<Box<dyn IngestUnit>, AppError> {
        self.ingest.store.begin_soon(machine).await.map_err(busy)
    }

    /// Derives days again whose inputs were changed in this unit, and ends it.
    async fn derive(&self, mut unit: Box<dyn IngestUnit>, days: BTreeSet<ProductionDay>) -> Result<(), AppError> {
        let derived = async {
            let versions = unit.versions().await?;
            let frozen = Frozen::of(&versions);
            if let Some(day) = days.iter().find(|day| frozen.holds(**day)) {
                return StoreResult::Ok(Some(*day));
            }
            let basis = Basis {
                versions: &versions,
                frozen: &frozen,
                fresh: &Fresh::new(),
                now: self.ingest.clock.now(),
                known_until: None,
            };
            self.ingest.derive(unit.as_mut(), basis, days).await?;
            unit.commit().await?;
            Ok(None)
        };
        match derived.await.map_err(busy)? {
            None => Ok(()),
            Some(day) => Err(AppError::Conflict(format!(
                "The raw bytes of {day} were removed because they are old: its figures stay as they are."
            ))),
        }
    }
}

/// Others were at work on the machine for too long.
fn busy(error: StoreError) -> AppError {
    match error {
        StoreError::Transient(text) => {
            tracing::info!(reason = text, "a decision was not taken, for others are at work");
            AppError::Conflict("A run is writing what the machine did just now: try again in a moment.".to_owned())
        }
        other => other.into(),
    }
}

/// A text that somebody gave, without white space around it; nothing when nothing is left.
fn text(field: &str, text: Option<&str>) -> Result<Option<String>, AppError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) {
        return Err(AppError::bad_input(
            field,
            format!("`{field}` must have at most {LONGEST_TEXT} characters, all on one line."),
        ));
    }
    Ok(Some(text.to_owned()))
}

//! Derives sessions again from the stored bytes: the same bytes give the same rows.

use super::frozen::Frozen;
use super::run::{Outcome, RunError};
use super::{Ingest, Progress};
use crate::ports::machines::MachineFilter;
use crate::ports::store_error::StoreError;
use crate::ports::sync_runs::{RunKind, SyncRun, SyncSource, SyncStatus};
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;
use atelier_domain::time::ProductionDay;
use std::collections::BTreeSet;

/// A step derives at most so many days.
pub(super) const STEP_DAYS: usize = 32;

/// A machine as somebody names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineRef {
    /// By its name.
    Name(String),
    /// By its id.
    Id(MachineId),
}

/// What to derive again; a missing bound is the machine's first or last day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayScope {
    /// Of this machine alone.
    pub machine: Option<MachineRef>,
    /// From this day on.
    pub from: Option<ProductionDay>,
    /// Up to this day, which is in.
    pub to: Option<ProductionDay>,
}

impl ReplayScope {
    /// Whether a day is between its bounds.
    fn holds(&self, day: ProductionDay) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Why it holds no day at all, if its bounds are the wrong way round.
    pub fn contradiction(&self) -> Option<String> {
        let (from, to) = (self.from?, self.to?);
        (from > to).then(|| format!("The first day, {from}, is after the last one, {to}: exchange them."))
    }
}

/// Why nothing was derived.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The scope names a machine that is not there.
    #[error("There is no machine '{0}': the machines are {1}.")]
    UnknownMachine(String, String),
    /// The scope's first day is after its last one.
    #[error("{0}")]
    Contradiction(String),
    /// The run could not be recorded.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl From<StoreError> for ReplayError {
    fn from(error: StoreError) -> Self {
        Self::Run(error.into())
    }
}

impl Ingest {
    /// Derives all days of the scope again, in steps that are whole or not at all, and writes what differs: nothing, unless
    /// rows were lost or the rules changed. It counts as a run on the log source, so that none goes on meanwhile.
    ///
    /// # Errors
    /// When the machine is not known, or the run cannot be recorded; every other failure is in the run's status and text.
    pub async fn replay(&self, scope: &ReplayScope, progress: &dyn Progress) -> Result<Outcome, ReplayError> {
        if let Some(contradiction) = scope.contradiction() {
            return Err(ReplayError::Contradiction(contradiction));
        }
        let machines = self.chosen(scope).await?;
        let Some(_lock) = self.runs.try_lock(SyncSource::Ftp).await? else { return Ok(Outcome::AlreadyRunning) };
        let mut run = self.runs.start(SyncSource::Ftp, RunKind::Derivation, self.clock.now()).await?;
        progress.started(&run);
        let done = self.replay_all(&machines, scope, &mut run, progress).await;
        self.end_derivation(run, done, progress).await.map_err(Into::into)
    }

    /// Stores how a run ended that derived sessions again; `done` tells whether it came to its end.
    pub(super) async fn end_derivation(
        &self,
        mut run: SyncRun,
        done: Result<bool, StoreError>,
        progress: &dyn Progress,
    ) -> Result<Outcome, RunError> {
        run.status = match &done {
            Ok(true) => SyncStatus::Succeeded,
            Ok(false) => SyncStatus::Partial,
            Err(_) => SyncStatus::Failed,
        };
        run.error = match done {
            Ok(true) => None,
            Ok(false) => Some("It was interrupted; what was derived is kept.".to_owned()),
            Err(error) => Some(format!("The database did not take what was derived: {error}")),
        };
        if run.status == SyncStatus::Succeeded {
            run.progress = 1.0;
        }
        run.finished_at = Some(self.clock.now());
        self.runs.save(&run).await?;
        progress.advanced(&run);
        Ok(Outcome::Ran(run))
    }

    async fn chosen(&self, scope: &ReplayScope) -> Result<Vec<Machine>, ReplayError> {
        let all = self.machines.machines(&MachineFilter::default()).await?;
        let Some(wanted) = &scope.machine else { return Ok(all) };
        let found = all.iter().find(|machine| match wanted {
            MachineRef::Name(name) => machine.name == *name,
            MachineRef::Id(id) => machine.id == *id,
        });
        if let Some(machine) = found {
            return Ok(vec![machine.clone()]);
        }
        let (wanted, known): (_, Vec<_>) = match wanted {
            MachineRef::Name(name) => (name.clone(), all.into_iter().map(|machine| machine.name).collect()),
            MachineRef::Id(id) => {
                (id.to_string(), all.iter().map(|machine| format!("{} ({})", machine.id, machine.name)).collect())
            }
        };
        Err(ReplayError::UnknownMachine(wanted, known.join(", ")))
    }

    /// Whether it came to its end, and was not interrupted.
    async fn replay_all(
        &self,
        machines: &[Machine],
        scope: &ReplayScope,
        run: &mut SyncRun,
        progress: &dyn Progress,
    ) -> Result<bool, StoreError> {
        let mut plan = Vec::new();
        let attendance = self.store.attendance().await?;
        for machine in machines {
            let (days, frozen) = self.days_with_lines(machine.id, scope).await?;
            if frozen > 0 {
                progress.warned(&format!(
                    "{}: {frozen} days are left as they are, for raw bytes of them were removed because they are old.",
                    machine.name
                ));
            }
            let idle = attendance.get(&machine.id).map(|attendance| &attendance.idle).into_iter().flatten();
            let days: BTreeSet<_> = days.into_iter().chain(idle.copied().filter(|day| scope.holds(*day))).collect();
            let days: Vec<_> = days.into_iter().collect();
            plan.extend(days.chunks(STEP_DAYS).map(|days| (machine.id, days.to_vec())));
        }
        self.derive_planned(plan, run, progress).await
    }

    /// Derives days of machines, a step at a time. Whether it came to its end, and was not interrupted.
    pub(super) async fn derive_planned(
        &self,
        plan: Vec<(MachineId, Vec<ProductionDay>)>,
        run: &mut SyncRun,
        progress: &dyn Progress,
    ) -> Result<bool, StoreError> {
        let total: usize = plan.iter().map(|(_, days)| days.len()).sum();
        progress.planned(total as u32, 0);
        let mut derived = 0;
        for (machine, days) in plan {
            if progress.cancelled() {
                return Ok(false);
            }
            self.commit(machine, Vec::new(), &days).await?.count_in(run);
            derived += days.len();
            run.progress = derived as f64 / total as f64;
            progress.committed();
            progress.advanced(run);
            // For those who watch it; what counts is stored already.
            if let Err(error) = self.runs.save(run).await {
                tracing::warn!(%error, "how far the run is could not be stored");
            }
        }
        Ok(true)
    }

    /// The days to derive, and how many others stay as they are.
    pub(super) async fn days_with_lines(
        &self,
        machine: MachineId,
        scope: &ReplayScope,
    ) -> Result<(Vec<ProductionDay>, usize), StoreError> {
        let mut unit = self.store.begin(machine).await?;
        let versions = unit.versions().await?;
        let frozen = Frozen::of(&versions);
        let mut days = BTreeSet::new();
        for version in versions {
            let Some((first, last)) = version.reach.days else { continue };
            let first = scope.from.map_or(first, |from| from.max(first));
            let last = scope.to.map_or(last, |to| to.min(last));
            days.extend(std::iter::successors(Some(first), |day| Some(day.next())).take_while(|day| *day <= last));
        }
        let left = frozen.among(&days);
        Ok((days.into_iter().filter(|day| !left.contains(day)).collect(), left.len()))
    }

    /// The days of which raw bytes were removed.
    pub(super) async fn frozen_days(&self, machine: MachineId) -> Result<Frozen, StoreError> {
        Ok(Frozen::of(&self.store.begin(machine).await?.versions().await?))
    }
}

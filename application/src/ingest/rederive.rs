//! Catching up with what changed beside the log: calendars, reference cycles, reasons of stops, and days that went by without
//! anything.
//!
//! Whoever changes what figures follow from marks the days in the same transaction. Marks go when their days were derived, so
//! nothing is forgotten by a program that is killed; deriving a day twice does no harm.

use super::replay::STEP_DAYS;
use super::{Ingest, Outcome, Progress, ReplayScope, RunError};
use crate::ports::ingest_store::{Attendance, Mark};
use crate::ports::store_error::StoreError;
use crate::ports::sync_runs::{RunKind, SyncRun, SyncSource};
use atelier_domain::ids::MachineId;
use atelier_domain::session::{Inputs, Watched};
use atelier_domain::time::{Instant, ProductionDay};
use std::collections::{BTreeMap, BTreeSet};

/// So many days without events in one machine, found at once, are worth a warning.
const MANY_DAYS: usize = 400;

impl Ingest {
    /// Derives what is marked; nothing is recorded when no day is. It counts as a run on the log source, so that none goes on
    /// meanwhile.
    ///
    /// # Errors
    /// When the run cannot be recorded; every other failure is in its status and text.
    pub async fn rederive(&self, progress: &dyn Progress) -> Result<Option<Outcome>, RunError> {
        if self.store.marks().await?.is_empty() {
            return Ok(None);
        }
        let Some(_lock) = self.runs.try_lock(SyncSource::Ftp).await? else {
            return Ok(Some(Outcome::AlreadyRunning));
        };
        let marks = self.store.marks().await?;
        if self.marked_days(&marks).await?.is_empty() && !self.some_day_is_wrong().await? {
            self.store.drop_marks(&marks).await?;
            return Ok(None);
        }
        let mut run = self.runs.start(SyncSource::Ftp, RunKind::Derivation, self.clock.now()).await?;
        progress.started(&run);
        let done = self.catch_up(&mut run, progress, None).await;
        self.end_derivation(run, done, progress).await.map(Some)
    }

    /// Derives what is marked, until nothing is, and makes the days without events right. `whole` are the machines of which
    /// all that they wrote before the run is known. Whether it came to its end, and was not interrupted.
    pub(super) async fn catch_up(
        &self,
        run: &mut SyncRun,
        progress: &dyn Progress,
        whole: Option<&BTreeSet<MachineId>>,
    ) -> Result<bool, StoreError> {
        loop {
            let marks = self.store.marks().await?;
            if marks.is_empty() {
                break;
            }
            let plan = self.marked_days(&marks).await?;
            if !self.derive_planned(plan, run, progress).await? {
                return Ok(false);
            }
            self.store.drop_marks(&marks).await?;
        }
        let begun = run.started_at;
        for (machine, attendance) in self.store.attendance().await? {
            let known_until = whole.is_some_and(|whole| whole.contains(&machine)).then_some(begun);
            let first = attendance.busy.first().copied();
            let days = self.wrong_days(machine, attendance, known_until).await?;
            if let Some(first) = first.filter(|_| days.len() > MANY_DAYS) {
                self.warn_of_many(machine, first, days.len(), progress).await?;
            }
            for step in days.chunks(STEP_DAYS) {
                if progress.cancelled() {
                    return Ok(false);
                }
                self.commit_knowing(machine, Vec::new(), step, known_until).await?.count_in(run);
                progress.committed();
            }
        }
        Ok(true)
    }

    /// A line with a wrong date, long ago, makes each day since then one on which a machine should have worked.
    async fn warn_of_many(
        &self,
        machine: MachineId,
        first: ProductionDay,
        days: usize,
        progress: &dyn Progress,
    ) -> Result<(), StoreError> {
        let machines = self.machines.machines_by_id(&[machine]).await?;
        let name = machines.first().map_or_else(|| machine.to_string(), |machine| machine.name.clone());
        let warning = format!(
            "{name} has {days} more or fewer days without events: its first event is of {first}, and its calendar \
             requires them. If that date is wrong, set the content that holds it aside (`excludeLogVersion`)."
        );
        tracing::warn!("{warning}");
        progress.warned(&warning);
        Ok(())
    }

    /// Whether there is a day without events that is a session and should not be, or the other way round.
    async fn some_day_is_wrong(&self) -> Result<bool, StoreError> {
        for (machine, attendance) in self.store.attendance().await? {
            if !self.wrong_days(machine, attendance, None).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn marked_days(&self, marks: &[Mark]) -> Result<Vec<(MachineId, Vec<ProductionDay>)>, StoreError> {
        let attendance = self.store.attendance().await?;
        let mut days: BTreeMap<MachineId, BTreeSet<ProductionDay>> = BTreeMap::new();
        for mark in marks {
            let scope = ReplayScope { machine: None, from: Some(mark.from), to: mark.to };
            let (with_lines, _) = self.days_with_lines(mark.machine, &scope).await?;
            let idle = attendance.get(&mark.machine).map(|attendance| &attendance.idle).into_iter().flatten();
            let idle = idle.filter(|day| mark.from <= **day && mark.to.is_none_or(|to| **day <= to));
            days.entry(mark.machine).or_default().extend(with_lines.into_iter().chain(idle.copied()));
        }
        let steps = days.into_iter().flat_map(|(machine, days)| {
            let days: Vec<ProductionDay> = days.into_iter().collect();
            days.chunks(STEP_DAYS).map(|step| (machine, step.to_vec())).collect::<Vec<_>>()
        });
        Ok(steps.collect())
    }

    /// The days of a machine that are sessions without events and should not be, and the other way round.
    async fn wrong_days(
        &self,
        machine: MachineId,
        attendance: Attendance,
        known_until: Option<Instant>,
    ) -> Result<Vec<ProductionDay>, StoreError> {
        let Attendance { calendars, busy, idle, good_until, out_of_use, unread } = attendance;
        let until = good_until.max(known_until);
        let (Some(first), Some(until)) = (busy.first().copied(), until) else {
            return Ok(idle.into_iter().collect());
        };
        let watched = Some(Watched { from: first, until, out_of_use, unread });
        let inputs = Inputs { calendars, watched, ..Inputs::default() };
        let last = self.zone.day_of(until);
        let days = std::iter::successors(Some(first), |day| Some(day.next())).take_while(|day| *day <= last);
        let expected: BTreeSet<ProductionDay> =
            days.filter(|day| !busy.contains(day) && inputs.expects(self.zone, *day)).collect();
        let mut wrong: Vec<ProductionDay> = expected.symmetric_difference(&idle).copied().collect();
        if !wrong.is_empty() {
            let frozen = self.frozen_days(machine).await?;
            wrong.retain(|day| !frozen.holds(*day));
        }
        Ok(wrong)
    }
}

//! One run over all machines.

use super::cleanup::Present;
use super::commit::Item;
use super::fetch::{VisitError, looks_changed, rests};
use super::{Claims, Ingest, Progress, claim, claim::owner};
use crate::ports::ingest_store::KnownFile;
use crate::ports::log_source::{RemoteFile, SourceError};
use crate::ports::machines::MachineFilter;
use crate::ports::store_error::StoreError;
use crate::ports::sync_runs::{RunKind, SyncRun, SyncSource, SyncStatus};
use atelier_domain::ids::MachineId;
use atelier_domain::log_file::{LogFileState, date_in_name, day_is_over};
use atelier_domain::time::ProductionDay;
use std::collections::{BTreeSet, HashMap};
use tokio::sync::mpsc;

/// A step holds at most so many files …
const STEP_FILES: usize = 96;
/// … and about so many bytes.
const STEP_BYTES: u64 = 8 << 20;
/// After so many files in a row whose source did not answer, the run gives up on the source.
const FAILURES_IN_A_ROW: u32 = 3;

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It ran; its status says how well.
    Ran(SyncRun),
    /// Another one is running; this one did nothing.
    AlreadyRunning,
}

/// Why a run could not even be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The database did not take the run: {0}")]
pub struct RunError(#[from] StoreError);

/// Why a run stopped before its end.
#[derive(Debug, thiserror::Error)]
enum Halt {
    #[error("{0}")]
    Source(#[from] SourceError),
    #[error("The database did not take what was read, and the next run will go on from there: {0}")]
    Store(#[from] StoreError),
}

/// A run while it works.
struct Running<'p> {
    run: SyncRun,
    progress: &'p dyn Progress,
    failures: Vec<String>,
    /// Files and folders of which something may be missing.
    doubtful: Vec<String>,
    failed_in_a_row: u32,
    planned: u32,
    done: u32,
}

impl Running<'_> {
    fn failed(&mut self, path: &str, reason: &str) {
        self.run.files_failed += 1;
        tracing::warn!(path, reason, "could not be read");
        self.doubtful.push(path.to_owned());
        if self.failures.len() < 10 {
            self.failures.push(format!("{path}: {reason}"));
        }
    }

    fn tell(&mut self) {
        self.run.progress =
            if self.planned == 0 { 0.0 } else { f64::from(self.done.min(self.planned)) / f64::from(self.planned) };
        self.progress.advanced(&self.run);
    }
}

/// What is to be done on one machine.
struct Plan {
    machine: MachineId,
    known: HashMap<String, KnownFile>,
    visits: Vec<RemoteFile>,
    settled: Vec<KnownFile>,
    ended: Vec<ProductionDay>,
    /// Whether a file is left alone for now that could not be read, and may hold lines of any day.
    resting: bool,
}

impl Ingest {
    /// Reads what is new and stores what follows.
    ///
    /// # Errors
    /// When the run itself cannot be recorded; every other failure is in the run's status and text.
    pub async fn run(&self, progress: &dyn Progress) -> Result<Outcome, RunError> {
        let Some(_lock) = self.runs.try_lock(SyncSource::Ftp).await? else { return Ok(Outcome::AlreadyRunning) };
        let run = self.runs.start(SyncSource::Ftp, RunKind::Sync, self.clock.now()).await?;
        progress.started(&run);
        let mut running = Running {
            run,
            progress,
            failures: Vec::new(),
            doubtful: Vec::new(),
            failed_in_a_row: 0,
            planned: 0,
            done: 0,
        };
        let halted = self.run_all(&mut running).await.err();
        let Running { mut run, mut failures, planned, done, .. } = running;
        let interrupted = progress.cancelled() && done < planned;
        if interrupted {
            failures.push(format!(
                "It was interrupted with {} of {planned} files still to read; the next run goes on from here.",
                planned - done
            ));
        }
        run.status = match &halted {
            Some(_) if run.files_read == 0 => SyncStatus::Failed,
            Some(_) => SyncStatus::Partial,
            None if run.files_failed > 0 || interrupted => SyncStatus::Partial,
            None => SyncStatus::Succeeded,
        };
        if let Some(halt) = halted {
            tracing::error!(error = %halt, "the run stopped");
            failures.insert(0, halt.to_string());
        }
        run.error = (!failures.is_empty()).then(|| failures.join("\n"));
        if !interrupted {
            run.progress = 1.0;
        }
        run.finished_at = Some(self.clock.now());
        self.runs.save(&run).await?;
        progress.advanced(&run);
        Ok(Outcome::Ran(run))
    }

    async fn run_all(&self, running: &mut Running<'_>) -> Result<(), Halt> {
        self.store.note_use(self.clock.now()).await?;
        let machines = self.machines.machines(&MachineFilter::default()).await?;
        let listing = self.source.list().await?;
        for failure in &listing.failures {
            running.failed(&failure.path, &failure.reason);
        }
        let present = Present::of(&listing);
        let Claims { files, unclaimed } = claim(&machines, listing.files);
        for folder in unclaimed {
            let folder = if folder.is_empty() { "the root".to_owned() } else { format!("the folder '{folder}'") };
            let warning = format!(
                "No machine claims {folder}, which holds logs: add it under [[machines]] if they are to be read."
            );
            tracing::warn!("{warning}");
            running.progress.warned(&warning);
        }
        let mut plans = Vec::new();
        for machine in machines.iter().filter(|machine| machine.active) {
            let remote = files.get(&machine.id).cloned().unwrap_or_default();
            running.run.files_seen += remote.len() as u32;
            let plan = self.plan(machine.id, remote).await?;
            self.note_listing(plan.known.values(), &present).await?;
            plans.push(plan);
        }
        let visits = plans.iter().flat_map(|plan| &plan.visits);
        let (count, bytes) = visits.fold((0, 0), |(count, bytes), file| (count + 1, bytes + file.size));
        running.planned = count;
        running.progress.planned(count, bytes);
        // Until the contrary is known, something is missing of each.
        running.run.machines_failed = plans.iter().map(|plan| plan.machine).collect();
        let mut whole = BTreeSet::new();
        for plan in plans {
            let (machine, resting) = (plan.machine, plan.resting);
            self.run_machine(running, plan).await?;
            if !resting && !running.progress.cancelled() {
                whole.insert(machine);
            }
        }
        for path in &running.doubtful {
            match owner(&machines, path) {
                Some(machine) => _ = whole.remove(&machine.id),
                // It may hold files of any of them.
                None => whole.clear(),
            }
        }
        running.run.machines_failed.retain(|machine| !whole.contains(machine));
        Box::pin(self.catch_up(&mut running.run, running.progress, Some(&whole))).await?;
        if !running.progress.cancelled() {
            self.clean(&files, running.progress).await?;
        }
        Ok(())
    }

    async fn plan(&self, machine: MachineId, remote: Vec<RemoteFile>) -> Result<Plan, StoreError> {
        let now = self.clock.now();
        let known = self.store.known_files(machine).await?;
        let mut known: HashMap<String, KnownFile> = known.into_iter().map(|file| (file.path.clone(), file)).collect();
        let (mut visits, mut settled) = (Vec::new(), Vec::new());
        let mut resting = false;
        for file in remote {
            let over = day_is_over(self.zone, date_in_name(&file.path), now);
            match known.get(&file.path) {
                Some(stored) if rests(stored, now) => resting |= date_in_name(&file.path).is_none(),
                Some(stored) if stored.state == LogFileState::Growing && over => visits.push(file),
                Some(stored) if !looks_changed(stored, &file) => {}
                _ => visits.push(file),
            }
        }
        visits.sort_by_cached_key(|file| (date_in_name(&file.path), file.path.clone()));
        let visited: std::collections::HashSet<&str> = visits.iter().map(|file| file.path.as_str()).collect();
        let waiting = known.values().filter(|file| file.state == LogFileState::Growing && file.present.is_some());
        let due: Vec<String> = waiting
            .filter(|file| {
                !visited.contains(file.path.as_str()) && day_is_over(self.zone, date_in_name(&file.path), now)
            })
            .map(|file| file.path.clone())
            .collect();
        settled.extend(due.into_iter().filter_map(|path| known.remove(&path)));
        settled.sort_by(|a, b| a.path.cmp(&b.path));
        let open = self.store.open_days(machine).await?;
        let ended = open.into_iter().filter(|day| now >= self.zone.day(*day).end()).collect();
        Ok(Plan { machine, known, visits, settled, ended, resting })
    }

    /// Fetches and stores at the same time: while one step is being stored, the next one is on its way.
    async fn run_machine(&self, running: &mut Running<'_>, plan: Plan) -> Result<(), Halt> {
        let Plan { machine, mut known, visits, settled, ended, resting: _ } = plan;
        let (sender, mut items) = mpsc::channel::<Result<Item, (String, VisitError)>>(16);
        let progress = running.progress;
        let fetching = async move {
            for item in settled {
                if sender.send(Ok(Item::Settled(item))).await.is_err() {
                    return;
                }
            }
            for remote in visits {
                if progress.cancelled() {
                    return;
                }
                let path = remote.path.clone();
                let before = known.remove(&path);
                let visited = self.visit(before.as_ref(), remote).await;
                let item = visited.map(|visited| Item::Visited(visited, before)).map_err(|error| (path, error));
                if sender.send(item).await.is_err() {
                    return;
                }
            }
        };
        // It owns its end of the channel: should it fail, the fetching ends at its next item.
        let storing = async move {
            let mut ended = ended;
            let mut step: Vec<Item> = Vec::new();
            let mut weight = 0;
            let mut halt = None;
            while let Some(item) = items.recv().await {
                match item {
                    Ok(item) => {
                        running.failed_in_a_row = 0;
                        weight += item.size();
                        step.push(item);
                    }
                    Err((path, VisitError::Source(error))) => {
                        if let Err(reason) = self.visit_failed(running, machine, &path, &error).await {
                            halt = Some(reason);
                            break;
                        }
                    }
                    Err((_, VisitError::Store(error))) => return Err(error.into()),
                }
                if step.len() >= STEP_FILES || weight >= STEP_BYTES {
                    self.step(running, machine, std::mem::take(&mut step), &std::mem::take(&mut ended)).await?;
                    weight = 0;
                }
            }
            if !step.is_empty() || !ended.is_empty() {
                self.step(running, machine, step, &ended).await?;
            }
            halt.map_or(Ok(()), Err)
        };
        let ((), stored) = tokio::join!(fetching, storing);
        stored
    }

    async fn step(
        &self,
        running: &mut Running<'_>,
        machine: MachineId,
        items: Vec<Item>,
        ended: &[ProductionDay],
    ) -> Result<(), Halt> {
        let read = items.iter().filter_map(|item| match item {
            Item::Visited(visited, _) => Some(visited.fetched),
            Item::Settled(_) => None,
        });
        let (files, bytes) = read.fold((0, 0), |(files, bytes), fetched| (files + 1, bytes + fetched));
        let committed = self.commit(machine, items, ended).await?;
        for late in &committed.late {
            tracing::warn!(path = late.path, "{late}");
            running.progress.warned(&late.to_string());
        }
        running.run.files_read += files;
        running.run.bytes_read += bytes;
        committed.count_in(&mut running.run);
        running.done += files;
        running.progress.committed();
        running.tell();
        // For those who watch it; what counts is stored already.
        if let Err(error) = self.runs.save(&running.run).await {
            tracing::warn!(%error, "how far the run is could not be stored");
        }
        Ok(())
    }

    async fn visit_failed(
        &self,
        running: &mut Running<'_>,
        machine: MachineId,
        path: &str,
        error: &SourceError,
    ) -> Result<(), Halt> {
        running.done += 1;
        if matches!(error, SourceError::NotFound(_)) {
            tracing::info!(path, "the file vanished between the listing and the reading; what was read of it is kept");
            return Ok(());
        }
        running.failed(path, &error.to_string());
        self.store.note_failure(machine, path, &error.to_string(), self.clock.now()).await?;
        running.tell();
        running.failed_in_a_row += u32::from(error.is_transient());
        if running.failed_in_a_row >= FAILURES_IN_A_ROW {
            return Err(Halt::Source(error.clone()));
        }
        Ok(())
    }
}

//! Setting one version of a log file aside, and taking it back in.
//!
//! Nothing that was read is taken away: the bytes stay, a visit that finds them again knows them, and what the file appends
//! to them is set aside with them. Only the stream that sessions are derived from passes the version over.

use super::Ingest;
use super::commit::Fresh;
use super::derive::Basis;
use super::frozen::Frozen;
use super::replay::STEP_DAYS;
use crate::access;
use crate::error::AppError;
use crate::ports::audit::{Actor, AuditAction, AuditEntry};
use crate::ports::identity::Subject;
use crate::ports::ingest_store::Exclusion;
use crate::ports::log_files::{LogFileReader, StoredLogFile};
use crate::ports::sessions::{SessionFilter, SessionReader};
use crate::ports::sync_runs::SyncSource;
use crate::ports::users::Role;
use atelier_domain::ids::{LogFileId, SessionId, VersionId};
use atelier_domain::time::ProductionDay;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long a reason may be, in characters.
const LONGEST_REASON: usize = 500;

/// Sets versions aside and takes them back in; either is audited.
#[derive(Clone)]
pub struct Exclusions {
    ingest: Ingest,
    log_files: Arc<dyn LogFileReader>,
    sessions: Arc<dyn SessionReader>,
}

/// Who asks for it.
#[derive(Debug, Clone, Copy)]
pub enum AskedBy<'a> {
    /// Somebody who signed in; they need the role `ADMIN`.
    Subject(&'a Subject),
    /// Somebody at the computer itself, with the name it gives them.
    CommandLine(Option<&'a str>),
}

/// What it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rederived {
    /// The version's file.
    pub file: LogFileId,
    /// That file's path.
    pub path: String,
    /// Sessions that did not exist before.
    pub created: u32,
    /// Sessions that changed.
    pub changed: u32,
    /// Sessions of which nothing is left.
    pub removed: u32,
}

impl AskedBy<'_> {
    fn actor(self) -> Result<Actor, AppError> {
        match self {
            Self::CommandLine(name) => Ok(Actor::CommandLine(name.map(str::to_owned))),
            Self::Subject(subject) => {
                access::require(subject, Role::Admin)?;
                Ok(Actor::User { id: subject.user, username: subject.username.clone() })
            }
        }
    }
}

impl Exclusions {
    /// Over these ports; of `ingest` the source is not used.
    pub fn new(ingest: Ingest, log_files: Arc<dyn LogFileReader>, sessions: Arc<dyn SessionReader>) -> Self {
        Self { ingest, log_files, sessions }
    }

    /// Sets a version aside, for a reason, and derives the sessions it has lines of again: all in one transaction.
    pub async fn exclude(&self, by: AskedBy<'_>, version: VersionId, reason: &str) -> Result<Rederived, AppError> {
        let actor = by.actor()?;
        let reason = reason.trim();
        let length = reason.chars().count();
        if !(1..=LONGEST_REASON).contains(&length) || reason.chars().any(char::is_control) {
            return Err(AppError::bad_input(
                "reason",
                format!("`reason` must say why, in 1 to {LONGEST_REASON} characters on one line."),
            ));
        }
        self.change(actor, version, Some(reason)).await
    }

    /// Takes a version back in, and derives the sessions it has lines of again: all in one transaction.
    pub async fn include(&self, by: AskedBy<'_>, version: VersionId) -> Result<Rederived, AppError> {
        self.change(by.actor()?, version, None).await
    }

    async fn change(&self, actor: Actor, id: VersionId, reason: Option<&str>) -> Result<Rederived, AppError> {
        let unknown =
            || AppError::NotFound(format!("There is no version {id}: `versions` of a log file lists its own."));
        let file = self.log_files.version_files(&[id]).await?.remove(&id).ok_or_else(unknown)?;
        let Some(_lock) = self.ingest.runs.try_lock(SyncSource::Ftp).await? else {
            return Err(AppError::Conflict("A run is at work on the logs: try again when it is over.".to_owned()));
        };
        let before = self.count(&file).await?;
        // A day that is open may be the last one now, or no longer be it: what still goes on is told only there.
        let mut affected: BTreeSet<ProductionDay> =
            self.ingest.store.open_days(file.machine).await?.into_iter().collect();
        let now = self.ingest.clock.now();
        let mut unit = self.ingest.store.begin(file.machine).await?;
        let mut versions = unit.versions().await?;
        let frozen = Frozen::of(&versions);
        let version = versions.iter_mut().find(|version| version.id == id).ok_or_else(unknown)?;
        if version.excluded == reason.is_some() {
            let state = if version.excluded { "excluded already" } else { "not excluded" };
            return Err(AppError::Conflict(format!("The version {id} of {} is {state}.", file.path)));
        }
        if version.removed {
            return Err(AppError::Conflict(format!(
                "The bytes of version {id} of {} were removed because they are old: its sessions stay as they are.",
                file.path
            )));
        }
        version.excluded = reason.is_some();
        affected.extend(version.reach.all_days());
        let exclusion = reason.map(|reason| Exclusion { at: now, by: actor.user(), reason: reason.to_owned() });
        unit.set_exclusion(id, exclusion.as_ref()).await?;
        let mut written: BTreeMap<SessionId, bool> = BTreeMap::new();
        // A content may reach over years, and what it shares its days with is in memory while they are derived.
        let days: Vec<ProductionDay> = affected.into_iter().collect();
        for step in days.chunks(STEP_DAYS) {
            let step = step.iter().copied().collect();
            let fresh = Fresh::new();
            let basis = Basis { versions: &versions, frozen: &frozen, fresh: &fresh, now, known_until: None };
            for session in self.ingest.derive(unit.as_mut(), basis, step).await? {
                *written.entry(session.id).or_default() |= session.created;
            }
        }
        let action = if reason.is_some() { AuditAction::VersionExcluded } else { AuditAction::VersionIncluded };
        let mut detail = BTreeMap::from([("file".to_owned(), file.path.clone())]);
        detail.extend(reason.map(|reason| ("reason".to_owned(), reason.to_owned())));
        let object = format!("version {id} of {}", file.path);
        unit.audit(&AuditEntry { at: now, actor, action, object, detail }).await?;
        unit.commit().await?;
        let created = written.values().filter(|created| **created).count() as u32;
        let changed = written.len() as u32 - created;
        // Nobody else writes sessions meanwhile: the lock is ours.
        let removed = (before + u64::from(created)).saturating_sub(self.count(&file).await?) as u32;
        Ok(Rederived { file: file.id, path: file.path, created, changed, removed })
    }

    async fn count(&self, file: &StoredLogFile) -> Result<u64, AppError> {
        let filter = SessionFilter { machines: Some(vec![file.machine]), ..SessionFilter::default() };
        Ok(self.sessions.count_sessions(&filter).await?)
    }
}

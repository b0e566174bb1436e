//! Why machines stopped.

use super::{Decisions, busy, text};
use crate::access::require;
use crate::error::AppError;
use crate::ports::audit::AuditAction;
use crate::ports::decisions::StopReason;
use crate::ports::identity::Subject;
use crate::ports::ingest_store::NewQualification;
use crate::ports::sessions::StoredStop;
use crate::ports::users::Role;
use atelier_domain::ids::PeriodId;
use atelier_domain::time::Instant;

/// How long a reason's code may be.
const LONGEST_CODE: usize = 40;

impl Decisions {
    /// Says why a stop was, for operators: on every day it spans. The figures of these follow at once. What was said before is
    /// replaced.
    pub async fn qualify_stop(
        &self,
        subject: &Subject,
        id: PeriodId,
        reason: &str,
        comment: Option<&str>,
    ) -> Result<StoredStop, AppError> {
        require(subject, Role::Operator)?;
        let comment = text("comment", comment)?;
        let known = self.store.stop_reasons().await?;
        let Some(reason) = known.iter().find(|known| known.code == reason) else {
            let codes: Vec<&str> =
                known.iter().filter(|reason| reason.active).map(|reason| reason.code.as_str()).collect();
            return Err(AppError::bad_input(
                "reasonCode",
                format!("There is no reason of that code: the codes are {}.", codes.join(", ")),
            ));
        };
        if !reason.active {
            let message = format!("The reason {} is not offered any more: choose another.", reason.code);
            return Err(AppError::bad_input("reasonCode", message));
        }
        let unknown =
            || AppError::NotFound(format!("There is no stop {id}: `stopPeriods` of a session lists its own."));
        let (machine, stop) = self.store.stop(id).await?.ok_or_else(unknown)?;
        let machine = self.machine("periodId", machine).await?;
        let mut unit = self.begin(machine.id).await?;
        let (reason, by) = (reason.code.clone(), subject.user);
        let qualification = NewQualification { reason, comment, by, at: self.ingest.clock.now() };
        unit.qualify_stop(stop.since, &qualification).await?;
        let days = unit.days_of_stop(stop.since).await?;
        let object = format!("stop of {} since {}", machine.name, written(stop.since));
        let detail = [("reason", Some(qualification.reason)), ("comment", qualification.comment)];
        unit.audit(&self.entry(subject, AuditAction::StopQualified, object, detail)).await?;
        self.derive(unit, days).await?;
        let (_, stop) = self.store.stop(id).await?.ok_or_else(unknown)?;
        Ok(stop)
    }

    /// Adds a reason of stops, or changes the one with its code, for administrators.
    pub async fn save_stop_reason(&self, subject: &Subject, reason: StopReason) -> Result<StopReason, AppError> {
        require(subject, Role::Admin)?;
        let code = reason.code.trim();
        let good = |character: char| character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_';
        if !(1..=LONGEST_CODE).contains(&code.len()) || !code.chars().all(good) {
            return Err(AppError::bad_input(
                "code",
                format!(
                    "`code` must have 1 to {LONGEST_CODE} capital letters, digits and underscores, such as MANQUE_MATIERE."
                ),
            ));
        }
        let label = text("label", Some(&reason.label))?
            .ok_or_else(|| AppError::bad_input("label", "`label` must say what people read."))?;
        let reason = StopReason { code: code.to_owned(), label, ..reason };
        let detail = [
            ("label", Some(reason.label.clone())),
            ("planned", Some(reason.planned.to_string())),
            ("active", Some(reason.active.to_string())),
        ];
        let entry = self.entry(subject, AuditAction::StopReasonSaved, format!("reason {}", reason.code), detail);
        self.store.save_stop_reason(&reason, entry).await.map_err(busy)?;
        self.runner.derive_marked().await;
        Ok(reason)
    }
}

fn written(at: Instant) -> String {
    at.to_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

//! How long pieces should take.

use super::{Decisions, busy, text};
use crate::access::require;
use crate::error::AppError;
use crate::ports::audit::AuditAction;
use crate::ports::decisions::GivenCycle;
use crate::ports::identity::Subject;
use crate::ports::users::Role;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;
use atelier_domain::time::ProductionDay;
use atelier_domain::units::Millis;

/// A reference cycle time as somebody gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct CycleInput {
    /// For this profile; for the machine when nothing.
    pub reference: Option<String>,
    /// In seconds; nothing ends it.
    pub seconds: Option<f64>,
    /// From this production day on; today's when nothing.
    pub from: Option<ProductionDay>,
}

impl Decisions {
    /// Sets a reference cycle time of a machine, or ends one, for administrators.
    pub async fn set_reference_cycle(
        &self,
        subject: &Subject,
        machine: MachineId,
        input: &CycleInput,
    ) -> Result<Machine, AppError> {
        require(subject, Role::Admin)?;
        let cycle = input.seconds.map(length).transpose()?;
        let reference = text("jobReference", input.reference.as_deref())?;
        if input.reference.is_some() && reference.is_none() {
            return Err(AppError::bad_input(
                "jobReference",
                "`jobReference` is empty: leave it out for a cycle time of the whole machine.",
            ));
        }
        let machine = self.machine("machineId", machine).await?;
        let given = GivenCycle { reference, from: input.from.unwrap_or_else(|| self.today()), cycle };
        let seconds = cycle.map_or_else(|| "none".to_owned(), |cycle| cycle.seconds().to_string());
        let detail =
            [("from", Some(given.from.to_string())), ("profile", given.reference.clone()), ("seconds", Some(seconds))];
        let entry = self.entry(subject, AuditAction::ReferenceCycleSet, format!("machine {}", machine.name), detail);
        self.store.set_reference_cycle(machine.id, &given, entry).await.map_err(busy)?;
        self.runner.derive_marked().await;
        Ok(machine)
    }
}

/// Whole milliseconds, up to a day: rounding would make figures that nobody can add up.
fn length(seconds: f64) -> Result<Millis, AppError> {
    let millis = (seconds * 1_000.0).round();
    let exact = (millis / 1_000.0 - seconds).abs() <= seconds.abs() * f64::EPSILON;
    if !(1.0..=86_400_000.0).contains(&millis) || !exact {
        return Err(AppError::bad_input(
            "seconds",
            "`seconds` must be from 0.001 to 86400, with at most three decimals; leave it out to end the cycle time.",
        ));
    }
    Ok(Millis(millis as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_exact() {
        for (seconds, millis) in
            [(600.0, 600_000), (83.4, 83_400), (0.001, 1), (12.345, 12_345), (86_400.0, 86_400_000)]
        {
            assert_eq!(length(seconds).ok(), Some(Millis(millis)), "{seconds}");
        }
        for seconds in [0.0, -1.0, 0.0004, 12.345_6, 86_400.001, f64::NAN, f64::INFINITY] {
            assert!(length(seconds).is_err(), "{seconds}");
        }
    }
}

//! What people decided, and what machines do now.

use super::Reader;
use crate::error::AppError;
use crate::ports::decisions::{GivenCycle, ScrapDeclaration, StopReason};
use atelier_domain::calendar::Calendar;
use atelier_domain::ids::{MachineId, SessionId};
use atelier_domain::kpi::reference_cycle::{LEARNED_OVER_DAYS, Learned};
use atelier_domain::machine::{StateNow, state_now};
use atelier_domain::time::ProductionDay;
use chrono::Days;
use std::collections::HashMap;

/// The reference cycle times of a machine: those given, and the one that is learned for today.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MachineCycles {
    /// In the order of profiles and days; none that has ended.
    pub given: Vec<GivenCycle>,
    /// From the days before today.
    pub learned: Option<Learned>,
}

/// Those given, in the order of profiles and days, without those of a profile that had ended by today.
fn without_ended(given: Vec<GivenCycle>, today: ProductionDay) -> Vec<GivenCycle> {
    let mut left: Vec<GivenCycle> = Vec::with_capacity(given.len());
    for cycle in given {
        match cycle.cycle {
            Some(_) => left.push(cycle),
            None if cycle.from <= today => left.retain(|other| other.reference != cycle.reference),
            None => {}
        }
    }
    left
}

impl Reader {
    /// The production day that it is now.
    pub fn today(&self) -> ProductionDay {
        self.ports.zone.day_of(self.ports.clock.now())
    }

    /// The calendar that is in force today for each machine that has one.
    pub async fn calendars(&self, machines: &[MachineId]) -> Result<HashMap<MachineId, Calendar>, AppError> {
        let today = self.today();
        let found = self.ports.decisions.calendars(machines).await?;
        Ok(found.into_iter().filter_map(|(id, all)| Some((id, all.in_force(today)?.clone()))).collect())
    }

    /// The reference cycle times of each machine.
    pub async fn cycles(&self, machines: &[MachineId]) -> Result<HashMap<MachineId, MachineCycles>, AppError> {
        let today = self.today();
        let first = ProductionDay(today.0.checked_sub_days(Days::new(LEARNED_OVER_DAYS)).unwrap_or(today.0));
        let mut given = self.ports.decisions.given_cycles(machines).await?;
        let recent = self.ports.decisions.recent_cycles(machines, first..=today.previous()).await?;
        let of = |id: &MachineId| {
            let learned = recent.get(id).and_then(|spreads| Learned::from_spreads(spreads.iter()));
            let given = given.remove(id).unwrap_or_default();
            (*id, MachineCycles { given: without_ended(given, today), learned })
        };
        Ok(machines.iter().map(of).collect())
    }

    /// What each machine does now, as far as its last events tell.
    pub async fn states(&self, machines: &[MachineId]) -> Result<HashMap<MachineId, StateNow>, AppError> {
        let now = self.ports.clock.now();
        let activities = self.ports.machines.activities(machines, self.ports.zone.day_of(now)).await?;
        let calendars = self.ports.decisions.calendars(machines).await?;
        let state = |id: &MachineId| {
            let calendars = calendars.get(id).cloned().unwrap_or_default();
            (*id, state_now(activities.get(id), &calendars, self.ports.zone, self.ports.silence, now))
        };
        Ok(machines.iter().map(state).collect())
    }

    /// The scrap declared for each session, in the order of declaration.
    pub async fn scrap(&self, sessions: &[SessionId]) -> Result<HashMap<SessionId, Vec<ScrapDeclaration>>, AppError> {
        Ok(self.ports.decisions.scrap(sessions).await?)
    }

    /// All reasons of stops, by code.
    pub async fn stop_reasons(&self) -> Result<Vec<StopReason>, AppError> {
        Ok(self.ports.decisions.stop_reasons().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atelier_domain::units::Millis;
    use chrono::NaiveDate;

    #[test]
    fn a_cycle_time_that_ended_is_not_listed() {
        let day = |day| ProductionDay(NaiveDate::from_ymd_opt(2025, 7, day).unwrap());
        let given = |reference: Option<&str>, from, cycle: Option<i64>| GivenCycle {
            reference: reference.map(str::to_owned),
            from: day(from),
            cycle: cycle.map(Millis),
        };
        let all = vec![
            given(None, 1, Some(600)),
            given(None, 3, None),
            given(None, 5, Some(500)),
            given(Some("7"), 1, Some(900)),
            given(Some("7"), 9, None),
        ];
        let listed = |today| -> Vec<i64> {
            without_ended(all.clone(), day(today)).iter().filter_map(|given| Some(given.cycle?.0)).collect()
        };
        assert_eq!(listed(2), [600, 500, 900]);
        assert_eq!(listed(4), [500, 900]);
        assert_eq!(listed(9), [500]);
    }
}

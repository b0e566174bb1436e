//! What people decide about a plant.

use super::plant::Plant;
use atelier_application::ports::audit::{Actor, AuditAction, AuditEntry};
use atelier_application::ports::decisions::{DecisionStore as _, GivenCycle};
use atelier_application::ports::machines::{MachineFilter, MachineStore as _};
use atelier_domain::calendar::{Calendar, PlannedStop, Shift, Times};
use atelier_domain::time::ProductionDay;
use atelier_domain::units::Millis;
use chrono::{NaiveTime, Weekday};
use std::collections::BTreeMap;

impl Plant {
    /// Sets a calendar with a night shift, and reference cycle times.
    pub(crate) async fn decide(&self) {
        self.decide_from("2025-06-16").await;
    }

    /// The same as of another day.
    pub(crate) async fn decide_from(&self, from: &str) {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let every_day = |start, end| {
            (0..7).map(move |day| (Weekday::try_from(day).unwrap(), Times { start: time(start), end: time(end) }))
        };
        let shifts = every_day(6, 14).chain(every_day(22, 3));
        let calendar = Calendar {
            shifts: shifts.map(|(weekday, times)| Shift { weekday, name: None, times }).collect(),
            planned_stops: every_day(10, 11)
                .map(|(weekday, times)| PlannedStop { weekday, label: "pause".to_owned(), times })
                .collect(),
            exceptions: Vec::new(),
        };
        let from = ProductionDay(from.parse().unwrap());
        self.store.set_calendar(None, from, &calendar, None).await.unwrap();
        let machine = self.store.machines(&MachineFilter::default()).await.unwrap().remove(0).id;
        for (reference, millis) in [(Some("1"), 90_000), (None, 60_000)] {
            let cycle = GivenCycle { reference: reference.map(str::to_owned), from, cycle: Some(Millis(millis)) };
            let entry = AuditEntry {
                at: self.now(),
                actor: Actor::CommandLine(None),
                action: AuditAction::ReferenceCycleSet,
                object: "machine DEM12".to_owned(),
                detail: BTreeMap::new(),
            };
            self.store.set_reference_cycle(machine, &cycle, entry).await.unwrap();
        }
    }
}

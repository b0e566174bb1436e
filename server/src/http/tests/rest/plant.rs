//! A plant that is asked: it knows how often, and what for.

use crate::http::Rest;
use crate::http::tests::Inside;
use atelier_application::manage::Machines;
use atelier_application::ports::alerts::MockAlertStore;
use atelier_application::ports::anomalies::MockAnomalyReader;
use atelier_application::ports::clock::MockClock;
use atelier_application::ports::decisions::MockDecisionStore;
use atelier_application::ports::log_files::MockLogFileReader;
use atelier_application::ports::machines::{MockMachineRegistry, MockMachineStore};
use atelier_application::ports::order_links::MockOrderLinkReader;
use atelier_application::ports::orders::MockOrderReader;
use atelier_application::ports::sessions::{MockSessionReader, SessionSummary, Slice};
use atelier_application::ports::statistics::MockStatisticsReader;
use atelier_application::ports::store_error::StoreError;
use atelier_application::ports::sync_runs::MockSyncRunReader;
use atelier_application::ports::users::MockUserStore;
use atelier_application::query::{Queries, ReadPorts};
use atelier_domain::ids::{MachineId, Revision, SessionId};
use atelier_domain::kpi::observed::ObservedProduction;
use atelier_domain::kpi::trs::Trs;
use atelier_domain::machine::{Machine, MachineType};
use atelier_domain::session::SessionStatus;
use atelier_domain::time::{Instant, PlantZone, ProductionDay};
use atelier_domain::units::Millis;
use atelier_logfmt::MachineLog;
use chrono::{NaiveDate, NaiveTime};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a plant answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plant {
    /// So many sessions it has.
    pub(super) sessions: i64,
    /// From the session after this one on it does not answer any more.
    pub(super) fails_after: Option<i64>,
    /// What its machine is called.
    pub(super) machine: &'static str,
    /// So many pages of sessions are asked for, if that is known; its machine as often.
    pub(super) pages: Option<usize>,
}

impl Plant {
    /// With a name that a spreadsheet would take for a formula.
    pub(super) fn of(sessions: i64) -> Self {
        Self { sessions, fails_after: None, machine: "=1+1", pages: None }
    }

    /// Stands in for the store: what is not expected here and is asked all the same, is a failure of the test.
    pub(super) fn stand_in(self, inside: &mut Inside) {
        let zone = PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN);
        let ports = ReadPorts {
            machines: Arc::new(self.machines()),
            sessions: Arc::new(self.reader()),
            log_files: Arc::new(MockLogFileReader::new()),
            format: Arc::new(MachineLog),
            anomalies: Arc::new(MockAnomalyReader::new()),
            sync_runs: Arc::new(MockSyncRunReader::new()),
            decisions: Arc::new(MockDecisionStore::new()),
            orders: Arc::new(MockOrderReader::new()),
            order_links: Arc::new(MockOrderLinkReader::new()),
            statistics: Arc::new(MockStatisticsReader::new()),
            alerts: Arc::new(MockAlertStore::new()),
            users: Arc::new(MockUserStore::new()),
            clock: Arc::new(MockClock::new()),
            silence: Millis(0),
            zone,
        };
        let machines = Machines::new(Arc::new(MockMachineRegistry::new()), Arc::new(MockClock::new()));
        inside.api.rest = Rest::new(Queries::new(ports, 500), machines, zone, 500);
    }

    fn machines(self) -> MockMachineStore {
        let mut machines = MockMachineStore::new();
        let asked = machines.expect_machines_by_id().returning(move |ids| {
            let machine = |id: &MachineId| Machine {
                id: *id,
                name: self.machine.to_owned(),
                kind: MachineType::Pvc,
                description: None,
                active: true,
                folder: None,
                created_at: Instant(0),
            };
            Ok(ids.iter().map(machine).collect())
        });
        if let Some(pages) = self.pages {
            asked.times(pages);
        }
        machines
    }

    fn reader(self) -> MockSessionReader {
        let mut reader = MockSessionReader::new();
        reader.expect_count_sessions().returning(move |_| Ok(self.sessions.try_into().unwrap()));
        let asked = reader.expect_sessions().returning(move |_, _, window| {
            let after = window.after.map_or(0, |cursor| cursor.id.0);
            if self.fails_after.is_some_and(|last| after >= last) {
                return Err(StoreError::Transient("the secret host does not answer".to_owned()));
            }
            let last = self.sessions.min(after + i64::from(window.limit));
            Ok(Slice {
                items: (after + 1..=last).map(session).collect(),
                has_next: last < self.sessions,
                has_previous: after > 0,
            })
        });
        if let Some(pages) = self.pages {
            asked.times(pages);
        }
        reader
    }
}

fn session(id: i64) -> SessionSummary {
    let at = Instant(1_748_404_931_000);
    SessionSummary {
        id: SessionId(id),
        machine: MachineId(1),
        day: ProductionDay(NaiveDate::from_ymd_opt(2025, 5, 28).unwrap()),
        status: SessionStatus::Complete,
        first_event: Some(at),
        last_event: Some(at + Millis(7_200_000)),
        first_piece: None,
        last_piece: None,
        first_start: None,
        last_stop: None,
        events: 2,
        other_events: BTreeMap::new(),
        observed: ObservedProduction { pieces: 7, span: Millis(8_000), wait: Millis(1_000), stop: Millis(2_500) },
        trs: Trs::default(),
        created_at: at,
        updated_at: at,
        revision: Revision(id),
        details_removed_at: None,
    }
}

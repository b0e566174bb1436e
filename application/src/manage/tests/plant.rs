//! A plant of one machine, with a session, a stop and a declaration of scrap.

use super::unit::{Asked, Unit};
use crate::ingest::{Cleanup, Ingest, Room};
use crate::manage::Decisions;
use crate::ports::clock::MockClock;
use crate::ports::decisions::{MockDecisionStore, StopReason};
use crate::ports::identity::Subject;
use crate::ports::ingest_store::{MockIngestStore, Reach, StoredVersion};
use crate::ports::log_format::{LogFormat, LogReader, ParsedLog};
use crate::ports::log_source::MockLogSource;
use crate::ports::machines::{MachineStore, MockMachineStore};
use crate::ports::scratch::MockScratch;
use crate::ports::sessions::{MockSessionReader, SessionSummary, StoredSource, StoredStop};
use crate::ports::sync_runner::MockSyncRunner;
use crate::ports::sync_runs::MockSyncRunStore;
use crate::ports::users::Role;
use atelier_domain::ids::{LogFileId, MachineId, PeriodId, Revision, ScrapId, SessionId, UserId, VersionId};
use atelier_domain::kpi::observed::ObservedProduction;
use atelier_domain::kpi::trs::Trs;
use atelier_domain::machine::{Machine, MachineType};
use atelier_domain::session::SessionStatus;
use atelier_domain::time::{Instant, PlantZone, ProductionDay};
use atelier_domain::units::Millis;
use chrono::{NaiveDate, NaiveTime};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// Half past eleven in the evening of 20 June 2025 in London: the 21st in Paris.
pub(super) const NOW: Instant = Instant(1_750_458_600_000);

pub(super) fn day(day: u32) -> ProductionDay {
    ProductionDay(NaiveDate::from_ymd_opt(2025, 6, day).unwrap())
}

pub(super) fn subject(role: Role) -> Subject {
    Subject { user: UserId(7), username: "ada".to_owned(), role, expires_at: Instant(i64::MAX), api_token: None }
}

fn session() -> SessionSummary {
    SessionSummary {
        id: SessionId(3),
        machine: MachineId(1),
        day: day(10),
        status: SessionStatus::Complete,
        first_event: None,
        last_event: None,
        first_piece: None,
        last_piece: None,
        first_start: None,
        last_stop: None,
        events: 0,
        other_events: BTreeMap::new(),
        observed: ObservedProduction::default(),
        trs: Trs::default(),
        created_at: NOW,
        updated_at: NOW,
        revision: Revision(1),
        details_removed_at: None,
    }
}

pub(super) const STOPPED: Instant = Instant(1_749_500_000_250);

fn stop() -> StoredStop {
    let source = StoredSource { version: VersionId(1), line: 2 };
    let (reason, comment) = (None, None);
    StoredStop {
        id: PeriodId(5),
        start: STOPPED,
        end: None,
        length: Millis(1),
        since: STOPPED,
        reason,
        comment,
        source,
    }
}

/// A content of the 10th whose bytes were removed.
pub(super) fn removed() -> StoredVersion {
    StoredVersion {
        id: VersionId(1),
        file: LogFileId(1),
        path: "f/1.LOG".to_owned(),
        name_date: None,
        finished: true,
        length: 9,
        reach: Reach { days: Some((day(10), day(10))), ..Reach::default() },
        excluded: false,
        removed: true,
        frozen: Some((day(10), day(10))),
        digest: None,
    }
}

/// No content is read.
struct NoLog;

impl LogFormat for NoLog {
    fn reader(&self, _: PlantZone, _: Option<NaiveDate>) -> Box<dyn LogReader> {
        panic!("there is no content")
    }

    fn parse<'a>(&self, _: &'a [u8], _: PlantZone, _: Option<NaiveDate>, _: bool) -> ParsedLog<'a> {
        ParsedLog::default()
    }

    fn texts(&self, _: &[u8], _: &BTreeSet<u32>) -> Vec<(u32, String)> {
        Vec::new()
    }
}

/// A plant of one machine, whose ports expect nothing but what is told here.
pub(super) struct Plant {
    pub(super) decisions: MockDecisionStore,
    pub(super) ingest: MockIngestStore,
    pub(super) runner: MockSyncRunner,
}

impl Plant {
    pub(super) fn new() -> Self {
        let mut decisions = MockDecisionStore::new();
        let place = |id| (id == ScrapId(9)).then_some((MachineId(1), day(10), SessionId(3)));
        decisions.expect_scrap_place().returning(move |id| Ok(place(id)));
        decisions.expect_stop().returning(|id| Ok((id == PeriodId(5)).then(|| (MachineId(1), stop()))));
        let reason =
            |code: &str, active| StopReason { code: code.to_owned(), label: "a".to_owned(), planned: true, active };
        decisions.expect_stop_reasons().returning(move || Ok(vec![reason("OLD", false), reason("PAUSE", true)]));
        Self { decisions, ingest: MockIngestStore::new(), runner: MockSyncRunner::new() }
    }

    /// With one unit of work; what is asked of it.
    pub(super) fn at_work(mut self, unit: Unit) -> (Decisions, Arc<Mutex<Asked>>) {
        let asked = unit.asked.clone();
        let unit = Mutex::new(Some(unit));
        self.ingest
            .expect_begin_soon()
            .times(0..=1)
            .returning(move |_| Ok(Box::new(unit.lock().unwrap().take().unwrap())));
        (self.decide(), asked)
    }

    pub(super) fn decide(self) -> Decisions {
        let machine = Machine {
            id: MachineId(1),
            name: "DEM12".to_owned(),
            kind: MachineType::Pvc,
            description: None,
            active: true,
            folder: None,
            created_at: Instant(0),
        };
        let mut machines = MockMachineStore::new();
        machines
            .expect_machines_by_id()
            .returning(move |ids| Ok(ids.iter().filter(|id| id.0 == 1).map(|_| machine.clone()).collect()));
        let machines: Arc<dyn MachineStore> = Arc::new(machines);
        let mut sessions = MockSessionReader::new();
        sessions
            .expect_sessions_by_id()
            .returning(|ids| Ok(ids.iter().filter(|id| id.0 == 3).map(|_| session()).collect()));
        let mut clock = MockClock::new();
        clock.expect_now().returning(|| NOW);
        let ingest = Ingest {
            source: Arc::new(MockLogSource::new()),
            format: Arc::new(NoLog),
            store: Arc::new(self.ingest),
            machines: machines.clone(),
            runs: Arc::new(MockSyncRunStore::new()),
            scratch: Arc::new(MockScratch::new()),
            room: Room::default(),
            clock: Arc::new(clock),
            zone: PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN),
            cleanup: Cleanup::default(),
        };
        Decisions::new(ingest, Arc::new(self.decisions), machines, Arc::new(sessions), Arc::new(self.runner))
    }
}

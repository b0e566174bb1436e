//! Machines, sessions and what they hold, all made from their numbers.

use super::{NOW, people};
use atelier_application::ports::alerts::StoredAlert;
use atelier_application::ports::log_files::{FileVersion, StoredLogFile, StoredReject, VersionExclusion};
use atelier_application::ports::orders::StoredOrder;
use atelier_application::ports::sessions::{
    PieceRange, SessionSummary, StoredAnomaly, StoredJob, StoredPiece, StoredSource, StoredStop, StoredWait,
};
use atelier_application::ports::sync_runs::{RunKind, SyncRun, SyncSource, SyncStatus};
use atelier_domain::alert::{AlertKind, Severity};
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{
    AlertId, AnomalyId, JobId, LogFileId, MachineId, OrderId, PeriodId, PieceId, Revision, SessionId, SyncRunId,
    VersionId,
};
use atelier_domain::interval::Interval;
use atelier_domain::kpi::observed::ObservedProduction;
use atelier_domain::kpi::trs::Trs;
use atelier_domain::log_file::{LineCounts, LogFileState};
use atelier_domain::machine::{Machine, MachineType};
use atelier_domain::order::{Accessory, Operation, OrderKey, OrderNote};
use atelier_domain::session::SessionStatus;
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// Line 2 of the version with the session's id.
fn source(of: &SessionSummary) -> StoredSource {
    StoredSource { version: VersionId(of.id.0), line: 2 }
}

pub(crate) fn machine(id: i64) -> Machine {
    Machine {
        id: MachineId(id),
        name: format!("M{id:02}"),
        kind: MachineType::ALL[(id as usize - 1) % 3],
        description: None,
        active: true,
        folder: Some(format!("M{id:02} (PVC)")),
        created_at: Instant(0),
    }
}

fn day(number: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 6, 1).unwrap() + Days::new(number as u64)
}

/// 06:00 UTC on the day of that number, plus seconds.
pub(crate) fn day_at(number: i64, seconds: i64) -> Instant {
    let start: Instant = day(number).and_hms_opt(6, 0, 0).unwrap().and_utc().into();
    start + Millis::from_seconds(seconds)
}

/// A session of `pieces` pieces, one each 100 s from 06:01:40 on; a wait, a stop and three bars.
pub(crate) fn session(id: i64, machine: i64, number: i64, pieces: u32) -> SessionSummary {
    let last = 100 * i64::from(pieces);
    let span = Millis::from_seconds((last - 100).max(0));
    SessionSummary {
        id: SessionId(id),
        machine: MachineId(machine),
        day: ProductionDay(day(number)),
        status: SessionStatus::Complete,
        trs: Trs { sessions: 1, net_missing: 1, useful_missing: 1, ..Trs::default() },
        first_event: Some(day_at(number, 0)),
        last_event: Some(day_at(number, last)),
        first_piece: (pieces > 0).then(|| day_at(number, 100)),
        last_piece: (pieces > 0).then(|| day_at(number, last)),
        first_start: Some(day_at(number, 0)),
        last_stop: None,
        events: pieces + 6,
        other_events: BTreeMap::from([("Smering".to_owned(), 2)]),
        observed: ObservedProduction { pieces, span, wait: Millis(span.0 / 4), stop: Millis::ZERO },
        created_at: NOW_STORED,
        updated_at: NOW_STORED,
        revision: Revision(id),
        details_removed_at: None,
    }
}

const NOW_STORED: Instant = Instant(1_749_000_000_500);

pub(crate) fn wait(of: &SessionSummary) -> StoredWait {
    let start = begin(of) + Millis::from_seconds(110);
    StoredWait {
        id: PeriodId(of.id.0 * 10),
        interval: Interval::new(start, start + Millis(12_500)),
        source: source(of),
    }
}

fn begin(of: &SessionSummary) -> Instant {
    of.first_event.unwrap()
}

fn end(of: &SessionSummary) -> Instant {
    of.last_event.unwrap()
}

pub(crate) fn stop(of: &SessionSummary) -> StoredStop {
    let start = begin(of) + Millis::from_seconds(150);
    StoredStop {
        id: PeriodId(of.id.0 * 10 + 1),
        start,
        end: None,
        length: Millis::from_seconds(30),
        since: start,
        reason: None,
        comment: None,
        source: source(of),
    }
}

pub(crate) fn jobs(of: &SessionSummary) -> Vec<StoredJob> {
    let job = |number: i64| StoredJob {
        id: JobId(of.id.0 * 10 + number),
        session: of.id,
        reference: format!("R{}-{number}", of.id),
        length_mm: (number > 1).then_some(3359.5),
        colour: Some("7016 G ALU".to_owned()),
        started_at: begin(of) + Millis::from_seconds(number),
        own_pieces: number as u32,
        source: source(of),
    };
    (1..=3).map(job).collect()
}

pub(crate) fn piece(of: &SessionSummary, number: u32) -> StoredPiece {
    StoredPiece {
        id: PieceId(of.id.0 * 10_000 + i64::from(number)),
        number,
        at: begin(of) + Millis::from_seconds(100 * i64::from(number)),
        details: None,
        job: Some(JobId(of.id.0 * 10 + i64::from(number % 3) + 1)),
        cycle: (number > 1).then_some(Millis(100_000)),
        source: source(of),
    }
}

pub(crate) fn pieces(of: &SessionSummary, range: PieceRange) -> Vec<StoredPiece> {
    (range.from..=range.to.min(of.observed.pieces)).map(|number| piece(of, number)).collect()
}

pub(crate) fn anomaly(of: &SessionSummary) -> StoredAnomaly {
    StoredAnomaly {
        id: AnomalyId(of.id.0),
        kind: AnomalyKind::ClockWentBack,
        at: begin(of),
        session: Some(of.id),
        file: Some(LogFileId(of.id.0)),
        line: Some(17),
        message: "The clock went back by 3 s.".to_owned(),
    }
}

/// Each session has the file of its own id.
pub(crate) fn log_file(of: &SessionSummary) -> StoredLogFile {
    StoredLogFile {
        id: LogFileId(of.id.0),
        machine: of.machine,
        path: format!("M{:02} (PVC)/{}.LOG", of.machine.0, of.day.0.format("%Y%m%d")),
        state: LogFileState::Complete,
        size: 5_000_000_000,
        consumed: 4_999_999_999,
        counts: LineCounts { lines: 100, events: 95, ignored: 2, rejected: 3 },
        first_seen: begin(of),
        last_read: end(of),
        completed: Some(end(of)),
        removed_from_server: None,
        error: None,
    }
}

pub(crate) fn rejects() -> Vec<StoredReject> {
    (1..=3)
        .map(|number| StoredReject {
            number,
            offset: u64::from(number) * 40,
            reason: "no event name".to_owned(),
            text: "20250601 06:00:00|@".to_owned(),
        })
        .collect()
}

/// That of the session's file, two seconds earlier.
pub(crate) fn file_anomaly(of: &SessionSummary) -> StoredAnomaly {
    StoredAnomaly {
        id: AnomalyId(1000 + of.id.0),
        kind: AnomalyKind::FileTruncated,
        at: begin(of) + Millis::from_seconds(-2),
        session: None,
        file: Some(LogFileId(of.id.0)),
        line: None,
        message: "The file became shorter; what was read of it is kept.".to_owned(),
    }
}

/// A run of the synchronisation that has read as many files as its number.
pub(crate) fn run(id: i64, status: SyncStatus) -> SyncRun {
    let over = status != SyncStatus::Running;
    SyncRun {
        id: SyncRunId(id),
        source: SyncSource::Ftp,
        status,
        started_at: day_at(id, 0),
        finished_at: over.then(|| day_at(id, 90)),
        files_seen: 9,
        files_read: id as u32,
        bytes_read: 5_000_000_000,
        files_failed: 1,
        sessions_created: 2,
        sessions_updated: 3,
        orders_seen: 0,
        orders_failed: 0,
        orders_changed: 0,
        orders_missing: 0,
        progress: if over { 1.0 } else { 0.25 },
        error: (status == SyncStatus::Partial).then(|| "a.LOG: it is gone".to_owned()),
        kind: RunKind::Sync,
        machines_failed: BTreeSet::new(),
    }
}

/// Two versions of a file, the first of which somebody set aside.
pub(crate) fn versions(file: LogFileId) -> Vec<FileVersion> {
    let day = ProductionDay(NaiveDate::from_ymd_opt(2025, 6, 10).unwrap());
    let present = FileVersion {
        id: VersionId(file.0 * 10 + 1),
        size: 1234,
        present: true,
        first_read: NOW,
        days: Some((day, day.next())),
        exclusion: None,
    };
    let exclusion = VersionExclusion { at: NOW, by: Some(people::ada()), reason: "a test".to_owned() };
    let former = FileVersion {
        id: VersionId(file.0 * 10),
        present: false,
        days: None,
        exclusion: Some(exclusion),
        ..present.clone()
    };
    vec![former, present]
}

/// An alert about a machine.
pub(crate) fn alert(id: i64, machine: i64) -> StoredAlert {
    StoredAlert {
        id: AlertId(id),
        kind: AlertKind::FileQuarantined,
        severity: Severity::Warning,
        subject: format!("{id}.LOG"),
        message: format!("The file {id}.LOG could not be read."),
        machine: Some(MachineId(machine)),
        raised_at: day_at(id, 0),
        resolved_at: None,
        acknowledged_by: None,
    }
}

/// Two of each number; each third is gone.
pub(crate) fn order(id: i64) -> StoredOrder {
    let text = |text: &str| Some(text.to_owned());
    StoredOrder {
        id: OrderId(id),
        key: OrderKey(format!("K{id}")),
        number: 26_000 + (id as i32 + 1) / 2,
        extension: (id % 2 == 0).then(|| "B".to_owned()),
        status: text("Neu"),
        job_site: text("Résidence"),
        customer_number: text("C1"),
        customer_name: None,
        technician: None,
        price_before_tax: Some(1_000.25),
        planned_at: Some(day_at(id, 0)),
        stock_managed: id % 2 == 0,
        synced_at: NOW,
        removed_at: (id % 3 == 0).then_some(NOW),
    }
}

pub(crate) fn accessories() -> Vec<Accessory> {
    vec![
        Accessory { position: Some(1), code: "VR-100".to_owned(), description: None, quantity: Some(1.5) },
        Accessory { position: None, code: "SOP1".to_owned(), description: Some("Moteur".to_owned()), quantity: None },
    ]
}

pub(crate) fn operations() -> Vec<Operation> {
    let at = Some(day_at(0, 0));
    vec![Operation { number: "10 VR".to_owned(), description: None, at, user: Some("ate".to_owned()), note: None }]
}

pub(crate) fn order_notes() -> Vec<OrderNote> {
    let note = |at| OrderNote { code: None, at, user: None, text: "cde Planifiée".to_owned() };
    vec![note(None), note(Some(day_at(0, 0)))]
}

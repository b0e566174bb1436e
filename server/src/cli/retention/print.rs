//! A report as people and programs read it.

use atelier_application::retention::{Keep, Kept, MachineReport, Report, Span, Stopped};
use serde::Serialize;

/// So many contents that stay are named.
const NAMED: usize = 5;

/// Lines for people.
pub(super) fn as_text(report: &Report) -> Vec<String> {
    let mut lines: Vec<String> =
        report.machines.iter().flat_map(|machine| of_machine(machine, report.dry_run)).collect();
    if lines.is_empty() {
        lines.push("Nothing is older than it is to be kept.".to_owned());
    }
    lines
}

fn of_machine(report: &MachineReport, dry_run: bool) -> Vec<String> {
    let MachineReport { machine, details, raw } = report;
    let done = if dry_run { "would be removed" } else { "removed" };
    let mut lines = Vec::new();
    if details.sessions > 0 {
        let (sessions, rows) = (details.sessions, details.rows);
        lines.push(format!(
            "{machine}: details of {sessions} sessions{} {done}: {} pieces, {} jobs, {} waits, {} stops",
            span(details.days),
            rows.pieces,
            rows.jobs,
            rows.waits,
            rows.stops
        ));
    }
    if raw.contents > 0 {
        let bytes = indicatif::HumanBytes(raw.bytes);
        lines.push(format!("{machine}: raw bytes of {} contents{} {done}: {bytes}", raw.contents, span(raw.days)));
    }
    let named = raw.kept.iter().take(NAMED);
    lines.extend(named.map(|kept| format!("{machine}: {} is kept: {}", kept.path, kept.why.as_str())));
    if let Some(more @ 1..) = raw.kept.len().checked_sub(NAMED) {
        lines.push(format!("{machine}: {more} more contents are kept"));
    }
    lines
}

fn span(days: Span) -> String {
    match days {
        Some((first, last)) if first == last => format!(" ({first})"),
        Some((first, last)) => format!(" ({first} to {last})"),
        None => String::new(),
    }
}

/// One object for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Printed<'r> {
    dry_run: bool,
    details_days: Option<u32>,
    raw_days: Option<u32>,
    machines: Vec<Machine<'r>>,
    error: Option<&'r str>,
    interrupted: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Machine<'r> {
    name: &'r str,
    details: Details,
    raw: Raw<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    sessions: u64,
    pieces: u64,
    jobs: u64,
    waits: u64,
    stops: u64,
    first_day: Option<String>,
    last_day: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'r> {
    contents: u64,
    bytes: u64,
    first_day: Option<String>,
    last_day: Option<String>,
    kept: Vec<KeptContent<'r>>,
}

#[derive(Serialize)]
struct KeptContent<'r> {
    path: &'r str,
    reason: &'static str,
}

impl<'r> Printed<'r> {
    pub(super) fn of(keep: Keep, report: &'r Report) -> Self {
        Self {
            dry_run: report.dry_run,
            details_days: keep.details,
            raw_days: keep.raw,
            machines: report.machines.iter().map(machine).collect(),
            error: match &report.stopped {
                Some(Stopped::Failed(reason)) => Some(reason),
                _ => None,
            },
            interrupted: report.stopped == Some(Stopped::Interrupted),
        }
    }

    pub(super) fn off(dry_run: bool) -> Self {
        Self { dry_run, details_days: None, raw_days: None, machines: Vec::new(), error: None, interrupted: false }
    }
}

fn machine(report: &MachineReport) -> Machine<'_> {
    let text = |days: Span| days.map(|(first, last)| (first.to_string(), last.to_string())).unzip();
    let (details, raw) = (&report.details, &report.raw);
    let (first_day, last_day) = text(details.days);
    let (first_raw, last_raw) = text(raw.days);
    let kept = |kept: &'_ Kept| -> &'static str { kept.why.as_str() };
    Machine {
        name: &report.machine,
        details: Details {
            sessions: details.sessions,
            pieces: details.rows.pieces,
            jobs: details.rows.jobs,
            waits: details.rows.waits,
            stops: details.rows.stops,
            first_day,
            last_day,
        },
        raw: Raw {
            contents: raw.contents,
            bytes: raw.bytes,
            first_day: first_raw,
            last_day: last_raw,
            kept: raw.kept.iter().map(|one| KeptContent { path: &one.path, reason: kept(one) }).collect(),
        },
    }
}

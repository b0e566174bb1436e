//! Which conditions hold.

use super::{
    AlertKind, Arrival, Attendance, Change, ChangedFile, Condition, Expectations, Facts, QuarantinedFile, RECENT, RUNS,
    RejectingFile, RunEnd, Silence, SourceFacts,
};
use crate::ids::MachineId;
use crate::machine::is_silent;
use crate::time::Instant;
use crate::units::Millis;
use std::collections::BTreeMap;

/// So many files of a machine are told one by one; more of the same kind are told as one, for nobody reads a thousand.
const SINGLY: usize = 20;

/// A message has at most so many characters.
const MESSAGE_CHARS: usize = 1_000;

/// All conditions that hold `now`, each kind and subject once.
pub fn conditions(facts: &Facts, expected: &Expectations, now: Instant) -> Vec<Condition> {
    let mut found = Vec::new();
    found.extend(of_files(AlertKind::FileQuarantined, facts.quarantined.iter().map(quarantined)));
    found.extend(facts.sources.iter().flat_map(|source| of_source(source, facts.known_since, expected, now)));
    let rejecting = facts.rejected.iter().filter(|file| file.lines > 0 && is_recent(file.read_at, now));
    found.extend(of_files(AlertKind::RejectedLines, rejecting.map(rejecting_file)));
    found.extend(of_files(AlertKind::FileChanged, changed(&facts.changed, now)));
    found.extend(expected.attendance.iter().flat_map(|attendance| silent(&facts.machines, attendance, now)));
    found
}

fn is_recent(at: Instant, now: Instant) -> bool {
    now - at < RECENT
}

/// The machines from which nothing new came for too much of the time that their calendars require.
fn silent(machines: &[Arrival], attendance: &Attendance, now: Instant) -> impl Iterator<Item = Condition> {
    let Attendance { zone, silence } = *attendance;
    let silent = move |machine: &&Arrival| is_silent(&machine.calendars, zone, silence, machine.at, now);
    machines.iter().filter(silent).map(move |machine| {
        let message = format!(
            "Nothing new came from {} since {} (plant time), though its calendar required {} or more of work.",
            machine.name,
            zone.local(machine.at).format("%Y-%m-%d %H:%M"),
            length(silence)
        );
        let silence = Silence { since: machine.at, day: zone.day_of(machine.at) };
        let told = condition(AlertKind::MachineSilent, &machine.name, Some(machine.machine), &message);
        Condition { silence: Some(silence), ..told }
    })
}

/// Something about a file, on its way to a condition.
struct AboutFile<'f> {
    machine: MachineId,
    path: &'f str,
    message: String,
}

fn quarantined(file: &QuarantinedFile) -> AboutFile<'_> {
    let QuarantinedFile { machine, path, error } = file;
    let error = error.as_deref().unwrap_or("none was noted");
    let message = format!(
        "The file {path} could not be read three runs in a row; it is tried once an hour. The last error: {error}"
    );
    AboutFile { machine: *machine, path, message }
}

fn rejecting_file(file: &RejectingFile) -> AboutFile<'_> {
    let RejectingFile { machine, path, lines, .. } = file;
    let message = format!("The file {path} has {lines} line(s) that cannot be read; `rejectedLines` has them.");
    AboutFile { machine: *machine, path, message }
}

/// A file may have been rewritten and cut: that is told as one.
fn changed(changes: &[ChangedFile], now: Instant) -> impl Iterator<Item = AboutFile<'_>> {
    let mut files: BTreeMap<&str, (MachineId, bool, bool)> = BTreeMap::new();
    for change in changes.iter().filter(|change| is_recent(change.noted_at, now)) {
        let (_, rewritten, truncated) = files.entry(&change.path).or_insert((change.machine, false, false));
        *rewritten |= change.change == Change::Rewritten;
        *truncated |= change.change == Change::Truncated;
    }
    files.into_iter().map(|(path, (machine, rewritten, truncated))| {
        let how = match (rewritten, truncated) {
            (true, true) => "changed where it had been read, and became shorter",
            (false, true) => "became shorter",
            _ => "changed where it had been read",
        };
        AboutFile { machine, path, message: format!("The file {path} {how}; what was read of it is kept.") }
    })
}

fn of_files<'f>(kind: AlertKind, files: impl Iterator<Item = AboutFile<'f>>) -> Vec<Condition> {
    let mut by_machine: BTreeMap<MachineId, BTreeMap<&str, String>> = BTreeMap::new();
    for file in files {
        by_machine.entry(file.machine).or_default().insert(file.path, file.message);
    }
    let mut found = Vec::new();
    for (machine, files) in by_machine {
        if files.len() <= SINGLY {
            found.extend(files.into_iter().map(|(path, message)| condition(kind, path, Some(machine), &message)));
        } else if let Some((_, first)) = files.first_key_value() {
            let message = format!("{} files of the machine, the first of them: {first}", files.len());
            found.push(condition(kind, &format!("machine {machine}"), Some(machine), &message));
        }
    }
    found
}

fn of_source(
    facts: &SourceFacts,
    known_since: Option<Instant>,
    expected: &Expectations,
    now: Instant,
) -> Vec<Condition> {
    let source = facts.source;
    let mut found = Vec::new();
    let why = |error: &Option<String>| error.clone().unwrap_or_else(|| "No reason was noted.".to_owned());
    if let Some((RunEnd::Failed, error)) = facts.ended.first() {
        let message = format!("The last synchronisation of {source} failed: {}", why(error));
        found.push(condition(AlertKind::SyncFailed, source, None, &message));
    }
    let partial = facts.ended.iter().take(RUNS).filter(|(end, _)| *end == RunEnd::Partial).count();
    if let (RUNS, Some((_, error))) = (partial, facts.ended.first()) {
        let message = format!("The last {RUNS} synchronisations of {source} left something out: {}", why(error));
        found.push(condition(AlertKind::SyncPartial, source, None, &message));
    }
    if facts.orders_missing > 0 {
        let message = format!(
            "{} orders that are known were not in the ERP any more. That was not believed, and nothing was removed: look whether the \
             ERP is well. If it is right, run `atelier sync erp --accept-removals`.",
            facts.orders_missing
        );
        found.push(condition(AlertKind::OrdersMissing, source, None, &message));
    }
    // Where nothing is known yet, nothing is late.
    let since = facts.last_good.or(known_since).unwrap_or(now);
    let scheduled = expected.scheduled.iter().find(|(scheduled, _)| *scheduled == source);
    if let Some((_, overdue_after)) = scheduled.filter(|(_, overdue_after)| now - since >= *overdue_after) {
        let limit = length(*overdue_after);
        let since = match facts.last_good {
            Some(at) => {
                format!("the last one that did something ended at {}", at.to_utc().format("%Y-%m-%d %H:%M UTC"))
            }
            None => "there was none yet that did something".to_owned(),
        };
        let message = format!("{source} was not synchronised for more than {limit}: {since}.");
        found.push(condition(AlertKind::SyncOverdue, source, None, &message));
    }
    found
}

fn condition(kind: AlertKind, subject: &str, machine: Option<MachineId>, message: &str) -> Condition {
    let mut text: String = message.chars().take(MESSAGE_CHARS).collect();
    if text.len() < message.len() {
        text.push('…');
    }
    Condition { kind, subject: subject.to_owned(), severity: kind.severity(), machine, message: text, silence: None }
}

/// `2 h`, `90 min`, `30 s`: the largest unit that leaves nothing over.
fn length(of: Millis) -> String {
    match of.0 / 1_000 {
        seconds if seconds % 3_600 == 0 && seconds > 0 => format!("{} h", seconds / 3_600),
        seconds if seconds % 60 == 0 && seconds > 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests;

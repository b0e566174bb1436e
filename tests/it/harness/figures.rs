//! Compares the figures of sessions: the TRS, where the time went, and the stops.

use serde_json::{Value, json};

use super::compare::{Differences, list, pick, text};

/// All that is told of a TRS.
pub(crate) const TRS: [&str; 16] = [
    "trs",
    "trg",
    "tre",
    "availability",
    "performance",
    "quality",
    "totalSeconds",
    "openingSeconds",
    "requiredSeconds",
    "operatingSeconds",
    "netSeconds",
    "usefulSeconds",
    "cycleSource",
    "qualitySource",
    "calendarSource",
    "missing",
];

/// A document that uses the fragments `Trs` and `Share`, with these.
pub(crate) fn with_fragments(document: &str) -> String {
    let share = "fragment Share on TimeShare { kind reason { code } seconds share occurrences }";
    format!("{document}\nfragment Trs on Trs {{ {} }}\n{share}", TRS.join(" "))
}

/// The last day of which something is expected. Machines with a calendar that write no more have sessions up to today.
pub(crate) fn last_day(expected: &Value) -> &str {
    list(&expected["sessions"]).iter().map(|session| text(&session["date"])).max().unwrap()
}

/// Each session that is expected with the one that is told of its machine and day, and that there are no others.
pub(crate) fn compare_sessions(
    differences: &mut Differences,
    expected: &Value,
    got: &[Value],
    compare: impl Fn(&mut Differences, &str, &Value, &Value),
) {
    let key = |machine: &Value, date: &Value| format!("{} {}", text(machine), text(date));
    let mut left: Vec<&Value> = got.iter().collect();
    for session in list(&expected["sessions"]) {
        let place = key(&session["machine"], &session["date"]);
        match left.iter().position(|other| key(&other["machine"]["name"], &other["date"]) == place) {
            Some(index) => compare(differences, &place, session, left.swap_remove(index)),
            None => differences.add(&place, "a session", "none"),
        }
    }
    for session in left {
        differences.add(&key(&session["machine"]["name"], &session["date"]), "no session", "one");
    }
}

/// All of the TRS; of why it is missing only whether it is.
pub(crate) fn compare_trs(differences: &mut Differences, place: &str, expected: &Value, got: &Value) {
    let (mut expected, mut got) = (expected.clone(), got.clone());
    for side in [&mut expected, &mut got] {
        side["missing"] = json!(!side["missing"].is_null());
    }
    differences.compare(place, &expected, &got);
}

/// The parts of a ledger, in any order; occurrences where they are told.
pub(crate) fn compare_ledger(differences: &mut Differences, place: &str, expected: &Value, got: &Value) {
    let key = |part: &Value| format!("{} {}", part["kind"], part["reason"]);
    let got: Vec<Value> = list(got).iter().map(flat_reason).collect();
    let keys = |parts: &[Value]| parts.iter().map(|part| json!(key(part))).collect::<Vec<_>>();
    differences.compare_unordered(place, &keys(list(expected)), &keys(&got));
    for part in list(expected) {
        let Some(other) = got.iter().find(|other| key(other) == key(part)) else { continue };
        let mut members = vec!["seconds", "share"];
        if !part["occurrences"].is_null() {
            members.push("occurrences");
        }
        let other = pick(other, &members);
        differences.compare(&format!("{place} {}", key(part)), &pick(part, &members), &other);
    }
}

/// The stops, in order.
pub(crate) fn compare_stops(differences: &mut Differences, place: &str, expected: &Value, got: &Value) {
    let members = ["startedAt", "endedAt", "durationSeconds", "ongoing", "reason"];
    let expected: Value = list(expected).iter().map(|stop| pick(stop, &members)).collect();
    let got: Value = list(got).iter().map(flat_reason).collect();
    differences.compare(place, &expected, &got);
}

/// With the reason's code in the place of the reason.
fn flat_reason(of: &Value) -> Value {
    let mut flat = of.clone();
    flat["reason"] = of["reason"]["code"].clone();
    flat
}

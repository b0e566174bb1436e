//! Compares what the program says with what was expected, value by value, and tells all that differs at once.

use std::fmt::Display;

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

/// Rates are quotients of doubles; anything further apart than their rounding is another number. Durations differ by
/// a millisecond at least, or not at all.
const TOLERANCE: f64 = 1e-9;

/// What differs so far.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    found: Vec<String>,
    compared: usize,
}

impl Differences {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// Notes one.
    pub(crate) fn add(&mut self, place: &str, expected: impl Display, got: impl Display) {
        self.found.push(format!("{place}: expected {expected}, got {got}"));
    }

    /// Compares values: instants as instants, numbers as numbers, lists element by element. Of an object, the members
    /// that are expected.
    pub(crate) fn compare(&mut self, place: &str, expected: &Value, got: &Value) {
        match (expected, got) {
            (Value::Object(members), Value::Object(_)) => {
                for (name, value) in members {
                    self.compare(&format!("{place}.{name}"), value, got.get(name).unwrap_or(&Value::Null));
                }
            }
            (Value::Array(all), Value::Array(others)) => {
                if all.len() != others.len() {
                    let place = format!("{place}, number of elements");
                    self.add(&place, all.len(), format!("{}: {got}", others.len()));
                }
                for (index, (value, other)) in all.iter().zip(others).enumerate() {
                    self.compare(&format!("{place}[{index}]"), value, other);
                }
            }
            _ => {
                self.compared += 1;
                if !same(expected, got) {
                    self.add(place, expected, got);
                }
            }
        }
    }

    /// Compares lists without their order: each expected value is paired with one that has all its members.
    pub(crate) fn compare_unordered(&mut self, place: &str, expected: &[Value], got: &[Value]) {
        let mut left: Vec<&Value> = got.iter().collect();
        for value in expected {
            self.compared += 1;
            match left.iter().position(|other| matches(value, other)) {
                Some(index) => drop(left.swap_remove(index)),
                None => self.add(place, value, format!("none such among {}", Value::from(got.to_vec()))),
            }
        }
        for value in left {
            self.add(place, "no more", value);
        }
    }

    /// Takes in those of a part, which is named before each of them.
    pub(crate) fn take_in(&mut self, part: &str, of_it: Self) {
        self.compared += of_it.compared;
        self.found.extend(of_it.found.into_iter().map(|one| format!("{part}: {one}")));
    }

    /// Panics with everything that differs, or if nothing was compared at all.
    #[track_caller]
    pub(crate) fn assert_none(self) {
        assert!(self.compared > 0, "nothing was compared");
        let (count, shown) = (self.found.len(), self.found.len().min(60));
        let text = self.found[..shown].join("\n");
        assert!(count == 0, "{count} of {} values differ, the first {shown}:\n{text}", self.compared);
    }
}

fn matches(expected: &Value, got: &Value) -> bool {
    let mut differences = Differences::default();
    differences.compare("", expected, got);
    differences.found.is_empty()
}

/// Whether they are equal: instants and numbers by what they say, not by how they are written.
pub(crate) fn same(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Number(one), Value::Number(other)) => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => (one - other).abs() <= TOLERANCE,
            _ => one == other,
        },
        (Value::String(one), Value::String(other)) => match (instant(one), instant(other)) {
            (Some(one), Some(other)) => one == other,
            _ => one == other,
        },
        _ => expected == got,
    }
}

fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}

/// A text.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("text was expected, not {value}"))
}

/// A list; empty where there is none.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// An object of these members of another, null where it lacks one.
pub(crate) fn pick(value: &Value, names: &[&str]) -> Value {
    let member = |name: &&str| ((*name).to_owned(), value.get(*name).cloned().unwrap_or(Value::Null));
    Value::Object(names.iter().map(member).collect::<Map<_, _>>())
}

/// Each of a list, [`pick`]ed.
pub(crate) fn pick_each(list: &Value, names: &[&str]) -> Value {
    let list = list.as_array().cloned().unwrap_or_default();
    list.iter().map(|each| pick(each, names)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(expected: &Value, got: &Value) -> usize {
        let mut differences = Differences::default();
        differences.compare("x", expected, got);
        differences.found.len()
    }

    #[test]
    fn equal_instants_are_equal_however_written() {
        assert_eq!(differences(&json!("2025-03-05T05:10:12.5Z"), &json!("2025-03-05T05:10:12.500+00:00")), 0);
        assert_eq!(differences(&json!("2025-03-05T05:10:12.5Z"), &json!("2025-03-05T05:10:12.501Z")), 1);
    }

    #[test]
    fn numbers_lists_and_missing_members_differ() {
        assert_eq!(differences(&json!({"a": 1.0, "b": null}), &json!({"a": 1, "c": 3})), 0);
        assert_eq!(differences(&json!({"a": 12.5}), &json!({"a": 12.501})), 1);
        assert_eq!(differences(&json!({"a": 0}), &json!({"a": null})), 1);
        assert_eq!(differences(&json!([1, 2]), &json!([1])), 1);
    }

    #[test]
    fn unordered_lists_are_compared_as_multisets() {
        let mut differences = Differences::default();
        differences.compare_unordered("x", &[json!({"k": 1}), json!({"k": 1})], &[json!({"k": 1, "l": 2})]);
        assert_eq!(differences.found.len(), 1);
        let mut differences = Differences::default();
        differences.compare_unordered("x", &[json!({"k": 1})], &[json!({"k": 2}), json!({"k": 1})]);
        assert_eq!(differences.found, ["x: expected no more, got {\"k\":2}"]);
    }
}

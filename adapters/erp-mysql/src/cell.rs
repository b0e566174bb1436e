//! A value of a row as text, number or instant: columns have whatever types the ERP gave them.

use crate::tables::LONGEST_KEY;
use atelier_domain::order::text::repair;
use atelier_domain::time::{Instant, PlantZone};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use mysql_async::{Row, Value};

/// The value of a column, or nothing when it is NULL.
fn value(row: &Row, place: usize) -> Option<&Value> {
    row.as_ref(place).filter(|value| **value != Value::NULL)
}

/// A text, repaired. What is no UTF-8 is Latin-1; a NUL, which PostgreSQL cannot keep, is left out.
pub(crate) fn text(row: &Row, place: usize) -> Option<String> {
    let text = match value(row, place)? {
        Value::Bytes(bytes) => decode(bytes),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        other => other.as_sql(true).trim_matches('\'').to_owned(),
    };
    let repaired = repair(&text);
    Some(if repaired.contains('\0') { repaired.replace('\0', "") } else { repaired.into_owned() })
}

fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// A key that ties rows together: without the blanks at its end, which the ERP's comparisons ignore.
pub(crate) fn key(row: &Row, place: usize) -> Option<String> {
    let mut key = text(row, place)?;
    key.truncate(key.trim_end().len());
    Some(key).filter(|key| !key.is_empty() && key.chars().count() <= LONGEST_KEY)
}

/// A number with decimals.
pub(crate) fn float(row: &Row, place: usize) -> Option<f64> {
    let number = match value(row, place)? {
        Value::Int(number) => *number as f64,
        Value::UInt(number) => *number as f64,
        Value::Double(number) => *number,
        // Through its text: 0.1 stays 0.1.
        Value::Float(number) => number.to_string().parse().ok()?,
        // A comma before the decimals is one of those who write German or French.
        Value::Bytes(bytes) => decode(bytes).trim().replacen(',', ".", 1).parse().ok()?,
        Value::NULL | Value::Date(..) | Value::Time(..) => return None,
    };
    Some(number).filter(|number| number.is_finite())
}

/// A whole number.
pub(crate) fn integer(row: &Row, place: usize) -> Option<i32> {
    let number = match value(row, place)? {
        Value::Int(number) => return i32::try_from(*number).ok(),
        Value::UInt(number) => return i32::try_from(*number).ok(),
        _ => float(row, place)?,
    };
    let whole = number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
    whole.then_some(number as i32)
}

/// The date of one column with the time of the other, else of the first, on the plant's clock.
pub(crate) fn instant(row: &Row, date: usize, time: usize, zone: PlantZone) -> Option<Instant> {
    let date = date_time(value(row, date)?)?;
    let time = value(row, time).and_then(time_of).unwrap_or(date.time());
    Some(zone.candidates(date.date().and_time(time)).0)
}

fn date_time(value: &Value) -> Option<NaiveDateTime> {
    match value {
        Value::Date(year, month, day, hour, minute, second, micro) => {
            let date = NaiveDate::from_ymd_opt(i32::from(*year), u32::from(*month), u32::from(*day))?;
            // The year 0 is no year.
            date.and_hms_micro_opt(u32::from(*hour), u32::from(*minute), u32::from(*second), *micro)
                .filter(|_| *year > 0)
        }
        Value::Bytes(bytes) => {
            let text = decode(bytes);
            let text = text.trim();
            let whole = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"];
            let with_time = whole.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
            with_time.or_else(|| Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))
        }
        _ => None,
    }
}

fn time_of(value: &Value) -> Option<NaiveTime> {
    match value {
        // Some programs keep a time as a date and time of long ago.
        Value::Time(false, 0, hour, minute, second, micro) | Value::Date(1.., _, _, hour, minute, second, micro) => {
            NaiveTime::from_hms_micro_opt(u32::from(*hour), u32::from(*minute), u32::from(*second), *micro)
        }
        Value::Bytes(bytes) => {
            let text = decode(bytes);
            let formats = ["%H:%M:%S%.f", "%H:%M"];
            formats.iter().find_map(|format| NaiveTime::parse_from_str(text.trim(), format).ok())
        }
        _ => None,
    }
}
